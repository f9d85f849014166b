-- Own passwords: Argon2id in PHC string form. No row: the person has none yet, or it was reset.
create table passwords (
    account_id uuid not null,
    user_id uuid not null,
    hash text not null check (hash like '$argon2id$%'),
    chosen_at timestamptz not null,
    primary key (account_id, user_id),
    foreign key (account_id, user_id) references users (account_id, id)
);

-- Mailed passwords. Each attempt to deliver a mail has its own, since SMTP keeps no order; any of them
-- works until one is used to choose. Over 112 random bits need no slow hash (OWASP ASVS 5.0.0 6.5.2).
create table temporary_passwords (
    account_id uuid not null,
    user_id uuid not null,
    mail_id uuid not null,
    attempt smallint not null,
    salt bytea not null check (length(salt) = 16),
    digest bytea not null check (length(digest) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (account_id, user_id, mail_id, attempt),
    foreign key (account_id, user_id) references users (account_id, id),
    foreign key (account_id, mail_id) references mails (account_id, id)
);

-- "Forgot your password?" links: single use, an hour, only the token's hash.
create table recovery_links (
    token_digest bytea primary key check (length(token_digest) = 32),
    account_id uuid not null,
    user_id uuid not null,
    mail_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (account_id, user_id) references users (account_id, id),
    foreign key (account_id, mail_id) references mails (account_id, id)
);
create index recovery_links_of_user on recovery_links (account_id, user_id);

-- Who is signed in. The cookie carries an opaque token, this row everything else.
create table sessions (
    token_digest bytea primary key check (length(token_digest) = 32),
    account_id uuid not null,
    user_id uuid not null,
    -- Set at sign-in with a mailed password: this session may choose a password and nothing else.
    must_choose_password boolean not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    source inet,
    -- A message to be shown once, on the next page.
    flash jsonb,
    foreign key (account_id, user_id) references users (account_id, id)
);
create index sessions_of_user on sessions (account_id, user_id);
create index sessions_by_age on sessions (last_seen_at);

-- Where somebody signed in from: guesses made elsewhere do not slow them down.
create table sign_in_sources (
    account_id uuid not null,
    user_id uuid not null,
    source inet not null,
    last_at timestamptz not null,
    primary key (account_id, user_id, source),
    foreign key (account_id, user_id) references users (account_id, id)
);

-- Limits shared by every running program: the moment until which a key has used up its allowance
-- (generic cell rate algorithm). Worth nothing after a crash, hence unlogged.
create unlogged table throttles (
    key bytea primary key check (length(key) = 32),
    used_until timestamptz not null
);
create index throttles_by_age on throttles (used_until);
