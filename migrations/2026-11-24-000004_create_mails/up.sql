-- The outbox. A row says what is to be said to whom, never a secret; it is written in the transaction
-- of the change it tells of. The worker does the rest and leaves the truth here.
create table mails (
    -- That there is such an account is told by whom or what the mail is about.
    account_id uuid not null,
    id uuid not null,
    kind text not null check (kind in (
        'welcome', 'password_reset', 'new_password', 'recovery_link', 'username_changed',
        'second_factor_on', 'second_factor_off', 'recovery_code_used',
        'training_request', 'training_confirmation'
    )),
    -- Whom it is about; empty for mail to the vendor's trainers.
    user_id uuid,
    -- Empty until sent where it goes to the user's address of that moment.
    recipient text check (length(recipient) <= 320),
    password_reset_id uuid,
    training_request_id uuid,
    created_at timestamptz not null,
    -- When it is due. Claiming moves it ahead: the lease is the back-off.
    next_attempt_at timestamptz not null,
    attempts smallint not null default 0 check (attempts >= 0),
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'cancelled')),
    settled_at timestamptz,
    -- The mail server's own words at the last attempt, or why it was cancelled.
    explanation text not null default '' check (length(explanation) <= 1000),
    primary key (account_id, id),
    foreign key (account_id, user_id) references users (account_id, id),
    check ((state = 'waiting') = (settled_at is null)),
    check (user_id is not null or training_request_id is not null)
);
create index mails_due on mails (next_attempt_at) where state = 'waiting';
create index mails_of_user on mails (account_id, user_id, created_at desc);
create index mails_of_password_reset on mails (account_id, password_reset_id) where password_reset_id is not null;
create index mails_of_training_request on mails (account_id, training_request_id) where training_request_id is not null;

-- A user and their first mail are written together, in either order.
alter table users add constraint users_password_mail
    foreign key (account_id, password_mail_id) references mails (account_id, id) deferrable initially deferred;
