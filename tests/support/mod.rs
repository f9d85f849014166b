//! What tests of the mail worker stand on: a PostgreSQL, a mail server, and people to write to.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod people;
pub mod postgres;
pub mod self_signed;
pub mod smtp_sink;
pub mod workers;

/// People whom a chip about mailed passwords does not find and should, or finds and should not.
pub const WRONG_OPEN_PASSWORD_MAILS: &str =
    "(select * from users where active and password_mail_state in ('sent', 'failed')) as held
     full join open_password_mails as entry using (account_id, id)
     where (held.password_mail_state, held.password_mail_at, held.last_sign_in_at is null)
           is distinct from (entry.state, entry.settled_at, entry.never_came)";

/// Accounts whose chips would show other counts than their people have.
pub const WRONG_TALLIES: &str = "accounts where (
        select row(coalesce(sum(never_signed_in), 0), coalesce(sum(mail_failed), 0),
            coalesce(sum(mail_failed_never_came), 0), coalesce(sum(never_trained), 0),
            coalesce(sum(training_requested), 0),
            coalesce(sum(password_expired), 0) = (
                select count(*) from open_password_mails as mailed
                where mailed.account_id = accounts.id and tallied
            ),
            coalesce(sum(password_expired_never_came), 0) = (
                select count(*) from open_password_mails as mailed
                where mailed.account_id = accounts.id and tallied and never_came
            ))
        from attention_tallies as told where told.account_id = accounts.id
    ) is distinct from (
        select row(count(*) filter (where last_sign_in_at is null),
            count(*) filter (where password_mail_state = 'failed'),
            count(*) filter (where password_mail_state = 'failed' and last_sign_in_at is null),
            count(*) filter (where training = 'never'),
            count(*) filter (where training = 'requested'),
            true, true)
        from users where users.account_id = accounts.id and active
    )";
