-- The people of an account. Nobody is ever deleted: who leaves becomes inactive.
create table users (
    account_id uuid not null references accounts,
    id uuid not null,
    -- The email address in the one form that is stored, shown, compared and mailed: lower case, an
    -- ASCII local part without quotes (RFC 5321 dot-string), the domain as A-label.
    username text collate "C" not null
        constraint users_username_form check (
            username = lower(username)
            and length(username) <= 254
            and username ~ '^[a-z0-9!#$%&''*+/=?^_`{|}~-]+([.][a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@[a-z0-9-]+([.][a-z0-9-]+)+$'
            and position('@' in username) <= 65
        ),
    domain text collate "C" not null generated always as (split_part(username, '@', 2)) stored,
    first_name text not null check (length(first_name) between 1 and 100),
    last_name text not null check (length(last_name) between 1 and 100),
    title text not null default '' check (length(title) <= 100),
    department text not null default '' check (length(department) <= 100),
    phone text not null default '' check (length(phone) <= 50),
    -- What is searched and what is sorted by name: case and accents folded by the program.
    search_text text collate "C" not null,
    name_key text collate "C" not null,
    active boolean not null default true,
    administrator boolean not null default false,
    deactivated_at timestamptz,
    deactivation_reason text not null default '' check (length(deactivation_reason) <= 500),
    last_sign_in_at timestamptz,
    -- When passwords were last reset by an administrator: a reset dialog opened before this moment
    -- leaves the person out, so that pressing twice mails once.
    password_reset_at timestamptz,
    -- The mail that carries the temporary password still to be used; empty once the person chose one.
    password_mail_id uuid,
    created_at timestamptz not null,
    primary key (account_id, id),
    -- One row per address in the whole database, whatever the account.
    constraint users_username unique (username),
    -- The address is in one of the account's own domains, compared whole.
    constraint users_domain foreign key (account_id, domain) references account_domains (account_id, domain),
    constraint users_deactivated_at check (active = (deactivated_at is null)),
    constraint users_active_administrator check (active or not administrator)
)
-- Half of each page stays free: a reset of everybody writes a new version of all its rows at once, and one that
-- finds room beside the old one is entered in no index. With an eighth free that took two to three times as long.
with (fillfactor = 50);

-- One index for each order the list offers: the filter first, then the order, then the tie-breaker.
-- Read backwards, each serves the opposite order.
create index users_by_username on users (account_id, active, username);
create index users_by_name on users (account_id, active, name_key, id);
create index users_by_last_sign_in on users (account_id, active, last_sign_in_at, id);
create index users_administrators on users (account_id, username) where administrator;

-- What a search looks at, apart from the person: whoever signs in, is mailed or is trained gets a new
-- version of their row in `users` and in each of its indexes, and the one of letters would cost more than
-- all the others. Written by the triggers below only. Narrow, so that the rows of many people who match
-- lie on few pages.
create table user_search (
    account_id uuid not null,
    id uuid not null,
    active boolean not null,
    search_text text collate "C" not null,
    username text collate "C" not null,
    name_key text collate "C" not null,
    primary key (account_id, id),
    foreign key (account_id, id) references users on delete cascade
);
-- Every search reads the list of rows that are still to be put into this index from end to end: a short one.
create index user_search_words on user_search using gin (account_id, search_text gin_trgm_ops) with (gin_pending_list_limit = 256);

create function enter_inserted_users() returns trigger language plpgsql as $$
begin
    insert into user_search (account_id, id, active, search_text, username, name_key)
    select account_id, id, active, search_text, username, name_key from inserted;
    return null;
end $$;
create trigger users_enter_inserted after insert on users
    referencing new table as inserted for each statement execute function enter_inserted_users();

create function enter_updated_user() returns trigger language plpgsql as $$
begin
    update user_search
    set active = new.active, search_text = new.search_text, username = new.username, name_key = new.name_key
    where account_id = new.account_id and id = new.id;
    return null;
end $$;
-- Row by row, because the condition is asked without calling the function: most changes are none of these.
create trigger users_enter_updated after update on users
    for each row
    when ((old.active, old.search_text, old.username, old.name_key) is distinct from (new.active, new.search_text, new.username, new.name_key))
    execute function enter_updated_user();

-- Seats and administrators. The totals live in the account's row: whoever changes who is in takes
-- that row's lock, so two can never take the last seat or remove the last administrator together.
-- Statement-level with transition tables: a trigger per row is quadratic for bulk changes.
create function apply_user_totals(account uuid, active_change bigint, inactive_change bigint, administrator_change bigint)
returns void language plpgsql as $$
declare
    after_change accounts%rowtype;
    -- How many were active when this transaction first took somebody out of an account that is over
    -- its seats: a replacement there (one out, one in) is not growth.
    allowance_name text := 'user_accounts.a' || replace(account::text, '-', '');
    allowance integer;
begin
    update accounts
    set active_users = active_users + active_change,
        inactive_users = inactive_users + inactive_change,
        active_administrators = active_administrators + administrator_change
    where id = account
    returning * into after_change;

    allowance := coalesce(nullif(current_setting(allowance_name, true), ''), '0')::integer;
    if active_change < 0 and allowance = 0 and after_change.active_users - active_change > after_change.seats then
        perform set_config(allowance_name, (after_change.active_users - active_change)::text, true);
    elsif active_change > 0 and after_change.active_users > greatest(after_change.seats, allowance) then
        raise exception 'no seat is free: % of % would be in use', after_change.active_users, after_change.seats
            using errcode = 'check_violation', constraint = 'accounts_seats', table = 'accounts';
    end if;
    if administrator_change < 0 and after_change.active_administrators = 0 then
        raise exception 'an account keeps at least one active administrator'
            using errcode = 'check_violation', constraint = 'accounts_last_administrator', table = 'accounts';
    end if;
end $$;

create function count_inserted_users() returns trigger language plpgsql as $$
declare change record;
begin
    for change in
        select account_id, count(*) filter (where active) as active, count(*) filter (where not active) as inactive,
               count(*) filter (where administrator) as administrators
        from inserted group by account_id order by account_id
    loop
        perform apply_user_totals(change.account_id, change.active, change.inactive, change.administrators);
    end loop;
    return null;
end $$;

create function count_updated_users() returns trigger language plpgsql as $$
declare change record;
begin
    for change in
        select account_id, sum(active) as active, sum(inactive) as inactive, sum(administrators) as administrators
        from (
            select account_id, active::int as active, (not active)::int as inactive, administrator::int as administrators from after_update
            union all
            select account_id, -active::int, -(not active)::int, -administrator::int from before_update
        ) as both_sides
        group by account_id
        having sum(active) <> 0 or sum(inactive) <> 0 or sum(administrators) <> 0
        order by account_id
    loop
        perform apply_user_totals(change.account_id, change.active, change.inactive, change.administrators);
    end loop;
    return null;
end $$;

create function count_deleted_users() returns trigger language plpgsql as $$
declare change record;
begin
    for change in
        select account_id, count(*) filter (where active) as active, count(*) filter (where not active) as inactive,
               count(*) filter (where administrator) as administrators
        from deleted group by account_id order by account_id
    loop
        perform apply_user_totals(change.account_id, -change.active, -change.inactive, -change.administrators);
    end loop;
    return null;
end $$;

create trigger users_count_inserted after insert on users
    referencing new table as inserted for each statement execute function count_inserted_users();
create trigger users_count_updated after update on users
    referencing old table as before_update new table as after_update for each statement execute function count_updated_users();
create trigger users_count_deleted after delete on users
    referencing old table as deleted for each statement execute function count_deleted_users();

-- Old addresses of people whose username changed: kept from everybody else for a while, because mail
-- to them still arrives at the same person.
create table reserved_usernames (
    username text collate "C" primary key,
    account_id uuid not null,
    user_id uuid not null,
    reserved_until timestamptz not null,
    foreign key (account_id, user_id) references users (account_id, id)
);
create index reserved_usernames_of_user on reserved_usernames (account_id, user_id);

-- After the row, not before: a change that waited for the one that gave the address up must see its
-- reservation.
create function refuse_reserved_username() returns trigger language plpgsql as $$
begin
    if exists (
        select from reserved_usernames as held
        where held.username = new.username and held.reserved_until > clock_timestamp()
          and (held.account_id, held.user_id) <> (new.account_id, new.id)
    ) then
        raise exception 'the username is reserved' using errcode = 'unique_violation', constraint = 'users_username_reserved', table = 'users';
    end if;
    return null;
end $$;
create trigger users_refuse_reserved after insert or update of username on users
    for each row execute function refuse_reserved_username();

-- Each "already in use" that the page cannot explain without leaking another account gets a
-- reference code; with it, support staff see what happened. Who holds the address is not written
-- here: that would be a reference into another account. Staff look it up by the username.
create table address_conflicts (
    code text primary key check (code ~ '^[A-Z2-9]{4}-[A-Z2-9]{4}$'),
    account_id uuid not null references accounts,
    -- Empty when staff at a terminal met the conflict.
    asked_by uuid,
    typed text not null check (length(typed) <= 1000),
    username text collate "C" not null,
    rule text not null check (rule in ('active_here', 'inactive_here', 'elsewhere', 'reserved', 'budget_spent')),
    happened_at timestamptz not null,
    foreign key (account_id, asked_by) references users (account_id, id)
);
create index address_conflicts_of_account on address_conflicts (account_id, happened_at);
