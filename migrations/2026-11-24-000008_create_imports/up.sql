-- A list of people that an administrator handed in: first checked, line by line, then run.
create table imports (
    account_id uuid not null references accounts,
    id uuid not null,
    made_by uuid not null,
    made_at timestamptz not null,
    -- The file's name, as the browser gave it; empty where the list was pasted.
    name text not null default '' check (length(name) <= 255),
    state text not null default 'checked' check (state in ('checked', 'running', 'done')),
    -- Headings of the list that no field is filled from, as the page names them.
    ignored_columns text not null default '' check (length(ignored_columns) <= 1000),
    -- Who started it, and from where: its events name them, whichever program carries it out.
    run_by uuid,
    run_source inet,
    run_request_id text check (length(run_request_id) <= 64),
    started_at timestamptz,
    finished_at timestamptz,
    -- What came of it: people added, reactivated or put in somebody's place, and lines refused by the check or
    -- the run.
    imported integer check (imported >= 0),
    refused integer check (refused >= 0),
    primary key (account_id, id),
    foreign key (account_id, made_by) references users (account_id, id),
    foreign key (account_id, run_by) references users (account_id, id),
    check ((state = 'checked') = (started_at is null)),
    check ((started_at is null) = (run_by is null)),
    check ((state = 'done') = (finished_at is not null)),
    check ((finished_at is null) = (imported is null) and (finished_at is null) = (refused is null))
);
-- What there is to do; looked at twice a second by every running program.
create index imports_running on imports (started_at) where state = 'running';

create table import_lines (
    account_id uuid not null,
    import_id uuid not null,
    -- In the order of the list, from 1.
    position integer not null check (position between 1 and 10000),
    -- Where it stands in the file; a cell may hold line breaks.
    line integer not null check (line >= 1),
    -- As given, so that it can be mended and handed in again.
    username text not null check (length(username) <= 2000),
    first_name text not null check (length(first_name) <= 2000),
    last_name text not null check (length(last_name) <= 2000),
    title text not null check (length(title) <= 2000),
    department text not null check (length(department) <= 2000),
    phone text not null check (length(phone) <= 2000),
    -- Whose place the person takes, by username; may be empty.
    replaces text not null check (length(replaces) <= 2000),
    -- What the check said.
    verdict text not null check (verdict in ('add', 'reactivate', 'replace', 'unchanged', 'refused')),
    -- The administrator may leave out what would be imported.
    chosen boolean not null check (not chosen or verdict in ('add', 'reactivate', 'replace')),
    -- What became of it.
    outcome text check (outcome in ('added', 'reactivated', 'replaced', 'unchanged', 'refused')),
    -- Why it was refused or is unchanged, a sentence; of the outcome once there is one.
    reason text not null default '' check (length(reason) <= 2000),
    -- Who has the address in this account, or was added.
    user_id uuid,
    primary key (account_id, import_id, position),
    foreign key (account_id, import_id) references imports (account_id, id),
    foreign key (account_id, user_id) references users (account_id, id),
    check (outcome is null or chosen),
    check (outcome is null or outcome not in ('added', 'reactivated', 'replaced') or user_id is not null)
);
create index import_lines_to_do on import_lines (account_id, import_id, position) where chosen and outcome is null;
create index import_lines_of_user on import_lines (account_id, user_id) where user_id is not null;
