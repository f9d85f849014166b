-- A reset that an administrator started. What became of it is told by its mails, one per person.
create table password_resets (
    account_id uuid not null references accounts,
    id uuid not null,
    requested_by uuid not null,
    scope text not null check (scope in ('selected', 'matching', 'all_active')),
    -- The moment the dialog was opened: whoever was reset since then is left out.
    opened_at timestamptz not null,
    requested_at timestamptz not null,
    people integer not null check (people >= 1),
    primary key (account_id, id),
    foreign key (account_id, requested_by) references users (account_id, id)
);
create index password_resets_by_time on password_resets (account_id, requested_at desc);

-- Who was selected and yet not reset, and why.
create table password_reset_omissions (
    account_id uuid not null,
    password_reset_id uuid not null,
    user_id uuid not null,
    reason text not null check (reason in ('inactive', 'already_reset')),
    primary key (account_id, password_reset_id, user_id),
    foreign key (account_id, password_reset_id) references password_resets (account_id, id),
    foreign key (account_id, user_id) references users (account_id, id)
);

alter table mails add foreign key (account_id, password_reset_id) references password_resets (account_id, id);
