-- The company that bought the product. Everything else belongs to exactly one account, and says so
-- in the first column of its key: a reference from one account into another cannot be written down.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create table accounts (
    id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    -- A name of the IANA time zone database; the program checks it, dates are shown in it.
    time_zone text not null default 'UTC' check (length(time_zone) between 1 and 64),
    -- Licences bought. Lowering it below the people who are in is allowed: only growth is refused.
    seats integer not null check (seats >= 1),
    -- Totals, kept by the triggers on users: counting 100,000 rows on every page costs 25 ms.
    active_users integer not null default 0 check (active_users >= 0),
    inactive_users integer not null default 0 check (inactive_users >= 0),
    active_administrators integer not null default 0 check (active_administrators between 0 and active_users),
    created_at timestamptz not null
);

-- Support staff name accounts by name at the terminal.
create unique index accounts_name on accounts (lower(name));

-- The email domains of the company. Two accounts may share one: divisions of one company.
create table account_domains (
    account_id uuid not null references accounts,
    -- An A-label in lower case (RFC 5890), the form that mail uses.
    domain text collate "C" not null
        check (domain = lower(domain) and length(domain) <= 253 and domain ~ '^[a-z0-9-]+([.][a-z0-9-]+)+$'),
    added_at timestamptz not null,
    primary key (account_id, domain)
);
