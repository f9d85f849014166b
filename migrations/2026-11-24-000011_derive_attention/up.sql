-- What needs attention, kept beside each user so that the list can filter and count it from an index:
-- how the mail with the password stands, and where the person stands with training.
alter table users
    add column password_mail_state text check (password_mail_state in ('waiting', 'sent', 'failed', 'cancelled')),
    add column password_mail_at timestamptz,
    add column training text not null default 'never' check (training in ('never', 'requested', 'attended'));

-- Where people are already.
update users set password_mail_state = mails.state, password_mail_at = mails.settled_at
from mails where mails.account_id = users.account_id and mails.id = users.password_mail_id;
update users set training = case
    when exists (
        select from training_attendances as attended
        where attended.account_id = users.account_id and attended.user_id = users.id
    ) then 'attended'
    else 'requested'
end
where exists (
    select from training_attendances as attended
    where attended.account_id = users.account_id and attended.user_id = users.id
) or exists (
    select from training_request_people as asked
    where asked.account_id = users.account_id and asked.user_id = users.id and asked.open
);
alter table users
    add constraint users_password_mail_state check ((password_mail_id is null) = (password_mail_state is null));

-- Mailed passwords that were sent or refused and are still to be used, of active people: two chips find
-- people by them. Apart from the person: with an index of `users` on how a mail stands, each of its changes
-- would be an entry in every index of `users`, which was a third of a reset of everybody. Written by the triggers
-- below only.
create table open_password_mails (
    account_id uuid not null,
    id uuid not null,
    state text not null check (state in ('sent', 'failed')),
    settled_at timestamptz,
    never_came boolean not null,
    -- Whether it has run out and is counted in the tallies.
    tallied boolean not null default false,
    primary key (account_id, id),
    foreign key (account_id, id) references users on delete cascade,
    check (state = 'sent' or not tallied)
);
insert into open_password_mails (account_id, id, state, settled_at, never_came)
select account_id, id, password_mail_state, password_mail_at, last_sign_in_at is null
from users where active and password_mail_state in ('sent', 'failed');
create index open_password_mails_failed on open_password_mails (account_id) where state = 'failed';
create index open_password_mails_sent on open_password_mails (account_id, settled_at) where state = 'sent';
create index open_password_mails_untallied on open_password_mails (account_id, settled_at) include (never_came)
    where state = 'sent' and not tallied;
-- Those that ran out, of all accounts, for the clean-up: account by account it asked a thousand times to find nobody.
create index open_password_mails_running_out on open_password_mails (settled_at) where state = 'sent' and not tallied;

create function enter_password_mail() returns trigger language plpgsql as $$
begin
    insert into open_password_mails (account_id, id, state, settled_at, never_came)
    values (new.account_id, new.id, new.password_mail_state, new.password_mail_at, new.last_sign_in_at is null);
    return null;
end $$;
-- Row by row, because the condition is asked without calling the function: hardly anybody comes with such a mail.
create trigger users_enter_password_mail after insert on users
    for each row
    when (new.active and new.password_mail_state in ('sent', 'failed'))
    execute function enter_password_mail();
-- All of a statement at once: a reset of everybody changes thousands, and called for each of them this took twice
-- as long. About the settings see `tell_password_mail` below.
create function follow_password_mails() returns trigger language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (select from before_update where active and password_mail_state in ('sent', 'failed')) then
        delete from open_password_mails as open
        using (
            select account_id, id, password_mail_state, password_mail_at, last_sign_in_at is null
            from before_update where active and password_mail_state in ('sent', 'failed')
            except
            select account_id, id, password_mail_state, password_mail_at, last_sign_in_at is null
            from after_update where active
        ) as over
        where open.account_id = over.account_id and open.id = over.id;
    end if;
    if exists (select from after_update where active and password_mail_state in ('sent', 'failed')) then
        insert into open_password_mails (account_id, id, state, settled_at, never_came)
        select account_id, id, password_mail_state, password_mail_at, last_sign_in_at is null
        from after_update where active and password_mail_state in ('sent', 'failed')
        except
        select account_id, id, password_mail_state, password_mail_at, last_sign_in_at is null
        from before_update where active;
    end if;
    return null;
end $$;
create trigger users_follow_password_mails after update on users
    referencing old table as before_update new table as after_update
    for each statement execute function follow_password_mails();

create index users_never_trained on users (account_id, username) where active and training = 'never';
create index users_training_requested on users (account_id, username) where active and training = 'requested';

-- A user points at another mail: the new one's standing counts.
create function derive_password_mail() returns trigger language plpgsql as $$
begin
    if new.password_mail_id is null then
        new.password_mail_state := null;
        new.password_mail_at := null;
    elsif tg_op = 'UPDATE' then
        select state, settled_at into new.password_mail_state, new.password_mail_at
        from mails where account_id = new.account_id and id = new.password_mail_id;
        new.password_mail_state := coalesce(new.password_mail_state, 'waiting');
    else
        -- The mail may follow in the same transaction; who loads a past says how it stood.
        new.password_mail_state := coalesce(new.password_mail_state, 'waiting');
    end if;
    return new;
end $$;
create trigger users_derive_password_mail_inserted before insert on users
    for each row execute function derive_password_mail();
-- Who points at a mail that they have just written says themselves that it waits: nothing is to be looked up.
create trigger users_derive_password_mail_updated before update of password_mail_id on users
    for each row
    when (new.password_mail_id is null or new.password_mail_id = old.password_mail_id
        or (new.password_mail_state, new.password_mail_at) is distinct from ('waiting', null::timestamptz))
    execute function derive_password_mail();

-- The mail that a user points at was settled, or waits again. Both sides are compared by sorting or hashing, and
-- the people are looked up by their key: the plan is made at the first call, for a few mails, and kept by the
-- connection for however many come later. Joined to each other, 27,000 mails took 40 s by such a plan; made for
-- as many, it would read all of `users` for every few mails that follow.
create function tell_password_mail() returns trigger language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    update users
    set password_mail_state = settled.state, password_mail_at = settled.settled_at
    from (
        select account_id, id, user_id, state, settled_at from after_update
        except
        select account_id, id, user_id, state, settled_at from before_update
    ) as settled
    where users.account_id = settled.account_id and users.id = settled.user_id
      and users.password_mail_id = settled.id;
    return null;
end $$;
create trigger mails_tell_password_mail after update on mails
    referencing old table as before_update new table as after_update
    for each statement execute function tell_password_mail();

-- Attended once is attended until that is taken back; asked for counts until it is undone.
create function derive_training() returns trigger language plpgsql as $$
begin
    with people as (select distinct account_id, user_id from changed),
    stands as (
        select people.account_id, people.user_id, case
            when exists (
                select from training_attendances as attended
                where attended.account_id = people.account_id and attended.user_id = people.user_id
            ) then 'attended'
            when exists (
                select from training_request_people as asked
                where asked.account_id = people.account_id and asked.user_id = people.user_id and asked.open
            ) then 'requested'
            else 'never'
        end as training
        from people
    )
    update users set training = stands.training
    from stands
    where users.account_id = stands.account_id and users.id = stands.user_id and users.training <> stands.training;
    return null;
end $$;
create trigger training_attendances_derive after insert on training_attendances
    referencing new table as changed for each statement execute function derive_training();
create trigger training_attendances_derive_deleted after delete on training_attendances
    referencing old table as changed for each statement execute function derive_training();
create trigger training_request_people_derive_inserted after insert on training_request_people
    referencing new table as changed for each statement execute function derive_training();
create trigger training_request_people_derive_updated after update on training_request_people
    referencing new table as changed for each statement execute function derive_training();

-- How many active people need what, for the chips over the list, which every view of it shows. Counting
-- them costs 1,000 index entries each; a total in one row would be locked by every worker that settles a
-- mail, against whoever changes the account. So each statement that changes a total adds a row with the
-- difference, the totals are the sums, and the clean-up adds the rows up.
create table attention_tallies (
    account_id uuid not null references accounts,
    id bigint generated always as identity,
    never_signed_in integer not null default 0,
    mail_failed integer not null default 0,
    -- Those of them who never signed in.
    mail_failed_never_came integer not null default 0,
    never_trained integer not null default 0,
    training_requested integer not null default 0,
    password_expired integer not null default 0,
    password_expired_never_came integer not null default 0,
    primary key (account_id, id)
);

-- Of the people who are here already.
insert into attention_tallies (account_id, never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested)
select account_id,
    count(*) filter (where last_sign_in_at is null),
    count(*) filter (where password_mail_state = 'failed'),
    count(*) filter (where password_mail_state = 'failed' and last_sign_in_at is null),
    count(*) filter (where training = 'never'),
    count(*) filter (where training = 'requested')
from users where active group by account_id;

create function tally_inserted_attention() returns trigger language plpgsql as $$
begin
    insert into attention_tallies (account_id, never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested)
    select account_id,
        count(*) filter (where last_sign_in_at is null),
        count(*) filter (where password_mail_state = 'failed'),
        count(*) filter (where password_mail_state = 'failed' and last_sign_in_at is null),
        count(*) filter (where training = 'never'),
        count(*) filter (where training = 'requested')
    from inserted where active group by account_id;
    return null;
end $$;

create function tally_updated_attention() returns trigger language plpgsql as $$
begin
    insert into attention_tallies (account_id, never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested)
    select * from (
        select account_id,
            coalesce(sum(change) filter (where last_sign_in_at is null), 0) as never_signed_in,
            coalesce(sum(change) filter (where password_mail_state = 'failed'), 0) as mail_failed,
            coalesce(sum(change) filter (where password_mail_state = 'failed' and last_sign_in_at is null), 0)
                as mail_failed_never_came,
            coalesce(sum(change) filter (where training = 'never'), 0) as never_trained,
            coalesce(sum(change) filter (where training = 'requested'), 0) as training_requested
        from (
            select account_id, 1 as change, last_sign_in_at, password_mail_state, training
            from after_update where active
            union all
            select account_id, -1, last_sign_in_at, password_mail_state, training
            from before_update where active
        ) as both_sides
        group by account_id
    ) as changes
    where (never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested) is distinct from (0, 0, 0, 0, 0);
    return null;
end $$;

create function tally_deleted_attention() returns trigger language plpgsql as $$
begin
    insert into attention_tallies (account_id, never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested)
    select account_id,
        -count(*) filter (where last_sign_in_at is null),
        -count(*) filter (where password_mail_state = 'failed'),
        -count(*) filter (where password_mail_state = 'failed' and last_sign_in_at is null),
        -count(*) filter (where training = 'never'),
        -count(*) filter (where training = 'requested')
    from deleted where active group by account_id;
    return null;
end $$;

create trigger users_tally_inserted after insert on users
    referencing new table as inserted for each statement execute function tally_inserted_attention();
create trigger users_tally_updated after update on users
    referencing old table as before_update new table as after_update
    for each statement execute function tally_updated_attention();
create trigger users_tally_deleted after delete on users
    referencing old table as deleted for each statement execute function tally_deleted_attention();

-- That a mailed password has run out is told by no statement: time alone makes it so. The clean-up puts those into
-- the tallies, and until it comes they are counted from their index. Here one is taken out again.
create function untally_expired_password() returns trigger language plpgsql as $$
begin
    insert into attention_tallies (account_id, password_expired, password_expired_never_came)
    values (old.account_id, -1, -old.never_came::int);
    return null;
end $$;
create trigger open_password_mails_untally after delete on open_password_mails
    for each row when (old.tallied) execute function untally_expired_password();
