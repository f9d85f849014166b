-- Training that an administrator asked the vendor for.
create table training_requests (
    account_id uuid not null references accounts,
    id uuid not null,
    kind text not null check (kind in ('new_user', 'advanced')),
    scope text not null check (scope in ('selected', 'matching', 'all_active')),
    note text not null default '' check (length(note) <= 2000),
    requested_by uuid not null,
    requested_at timestamptz not null,
    undone_at timestamptz,
    primary key (account_id, id),
    foreign key (account_id, requested_by) references users (account_id, id),
    unique (account_id, id, kind)
);
create index training_requests_by_time on training_requests (account_id, requested_at desc);

create table training_request_people (
    account_id uuid not null,
    training_request_id uuid not null,
    user_id uuid not null,
    kind text not null,
    -- Until the training was attended or missed or the request undone; again where that is taken back.
    open boolean not null default true,
    -- When it was recorded that they did not come: training may be asked for again.
    missed_at timestamptz,
    primary key (account_id, training_request_id, user_id),
    check (missed_at is null or not open),
    foreign key (account_id, training_request_id, kind) references training_requests (account_id, id, kind),
    foreign key (account_id, user_id) references users (account_id, id)
);
-- One open request per person and kind.
create unique index training_request_people_open on training_request_people (account_id, user_id, kind) where open;
-- The requests that somebody was ever part of.
create index training_request_people_of_user on training_request_people (account_id, user_id);

-- Who was asked for and is no part of the request, and why.
create table training_request_omissions (
    account_id uuid not null,
    training_request_id uuid not null,
    user_id uuid not null,
    reason text not null check (reason in ('inactive', 'already_requested', 'already_attended', 'never_attended')),
    primary key (account_id, training_request_id, user_id),
    foreign key (account_id, training_request_id) references training_requests (account_id, id),
    foreign key (account_id, user_id) references users (account_id, id)
);

create table training_attendances (
    account_id uuid not null,
    user_id uuid not null,
    kind text not null check (kind in ('new_user', 'advanced')),
    -- Nobody attended Advanced Training without New User Training.
    after_kind text generated always as (case kind when 'advanced' then 'new_user' end) stored,
    recorded_at timestamptz not null,
    -- Empty when support staff recorded it.
    recorded_by uuid,
    -- The request whose people were recorded together, or vouched for when it was made.
    training_request_id uuid,
    primary key (account_id, user_id, kind),
    foreign key (account_id, user_id) references users (account_id, id),
    foreign key (account_id, user_id, after_kind) references training_attendances (account_id, user_id, kind),
    foreign key (account_id, recorded_by) references users (account_id, id),
    foreign key (account_id, training_request_id) references training_requests (account_id, id)
);

-- Attendances that were recorded and taken back: a record that was wrong counts no more, and the history of
-- the person still tells of it.
create table withdrawn_attendances (
    account_id uuid not null,
    user_id uuid not null,
    kind text not null check (kind in ('new_user', 'advanced')),
    recorded_at timestamptz not null,
    training_request_id uuid,
    withdrawn_at timestamptz not null,
    primary key (account_id, user_id, kind, recorded_at, withdrawn_at),
    foreign key (account_id, user_id) references users (account_id, id),
    foreign key (account_id, training_request_id) references training_requests (account_id, id)
);

alter table mails add foreign key (account_id, training_request_id) references training_requests (account_id, id);
