-- Second factors: time-based one-time passwords (RFC 6238). The secret must be known to check a code, so
-- no hash of it would do.
create table second_factors (
    account_id uuid not null,
    user_id uuid not null,
    secret bytea not null check (length(secret) = 20),
    begun_at timestamptz not null,
    -- Empty until the first right code: not asked for before.
    confirmed_at timestamptz,
    -- The 30 seconds of the newest code that was taken: a code is good once (RFC 6238 section 5.2).
    last_used_step bigint not null default 0 check (last_used_step >= 0),
    primary key (account_id, user_id),
    foreign key (account_id, user_id) references users (account_id, id)
);

-- Codes for a lost phone, each good once: over 118 random bits, so that a plain SHA-256 does.
create table recovery_codes (
    account_id uuid not null,
    user_id uuid not null,
    digest bytea not null check (length(digest) = 32),
    primary key (account_id, user_id, digest),
    foreign key (account_id, user_id) references second_factors (account_id, user_id) on delete cascade
);

-- A session of somebody who gave the right password and not yet the code: it may do that and nothing else.
alter table sessions add second_factor_due boolean not null default false;

-- The account may demand a second factor of its administrators.
alter table accounts add second_factor_required boolean not null default false;
