-- Every change: who, what, before and after, when, from where. Written in the change's transaction.
create table events (
    id bigint generated always as identity primary key,
    account_id uuid not null references accounts,
    happened_at timestamptz not null,
    -- A signed-in person, staff at a terminal, or the program itself (a mail settled).
    actor text not null check (actor in ('user', 'staff', 'program')),
    actor_user_id uuid,
    -- Whom it is about, where it is about one person.
    user_id uuid,
    -- The import it is a line of. Activity tells of the import once; this stands in the person's history.
    import_id uuid,
    -- What happened to several in one act is one line, however many they are: whose it is, the mails of
    -- the reset or the request for training say.
    password_reset_id uuid,
    training_request_id uuid,
    kind text not null check (length(kind) between 1 and 50),
    details jsonb not null default '{}',
    source inet,
    request_id text check (length(request_id) <= 64),
    foreign key (account_id, actor_user_id) references users (account_id, id),
    foreign key (account_id, user_id) references users (account_id, id),
    check ((actor = 'user') = (actor_user_id is not null)),
    check (user_id is null or (password_reset_id is null and training_request_id is null))
);
create index events_of_account on events (account_id, id desc) where import_id is null;
create index events_of_password_reset on events (account_id, password_reset_id) where password_reset_id is not null;
create index events_of_training_request on events (account_id, training_request_id) where training_request_id is not null;
create index events_of_user on events (account_id, user_id, id desc) where user_id is not null;

-- Append-only, whoever asks. The one exception is support staff erasing a person's data, which says
-- so for its own transaction.
create function refuse_rewriting_history() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and coalesce(current_setting('user_accounts.erasing', true), '') = 'on' then
        return new;
    end if;
    raise exception 'history is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger events_append_only before update or delete on events
    for each row execute function refuse_rewriting_history();
create trigger events_no_truncate before truncate on events
    for each statement execute function refuse_rewriting_history();

-- What was refused (wrong passwords, look-ups past their budget), gathered so that a flood does not
-- fill the table: one row per kind, source and hour.
create table refusals (
    hour timestamptz not null,
    kind text not null check (length(kind) between 1 and 50),
    -- The peer's address, IPv6 by /64.
    source inet not null,
    -- Whose account it was about; the nil id where there is none.
    account_id uuid not null,
    times integer not null default 1,
    last_at timestamptz not null,
    primary key (hour, kind, source, account_id)
);
