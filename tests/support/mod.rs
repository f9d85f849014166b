//! What tests of the mail worker stand on: a PostgreSQL, a mail server, and people to write to.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod people;
pub mod postgres;
pub mod self_signed;
pub mod smtp_sink;
pub mod workers;

/// Accounts whose chips would show other counts than their people have.
pub const WRONG_TALLIES: &str = "accounts where (
        select row(coalesce(sum(never_signed_in), 0), coalesce(sum(mail_failed), 0),
            coalesce(sum(mail_failed_never_came), 0), coalesce(sum(never_trained), 0),
            coalesce(sum(training_requested), 0))
        from attention_tallies as told where told.account_id = accounts.id
    ) is distinct from (
        select row(count(*) filter (where last_sign_in_at is null),
            count(*) filter (where password_mail_state = 'failed'),
            count(*) filter (where password_mail_state = 'failed' and last_sign_in_at is null),
            count(*) filter (where training = 'never'),
            count(*) filter (where training = 'requested'))
        from users where users.account_id = accounts.id and active
    )";
