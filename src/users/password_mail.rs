//! New passwords by mail: what was is over, and a mail is on its way to each person.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Statement;
use crate::mail::outbox::{self, Kind};
use crate::schema::{passwords, recovery_links, temporary_passwords, users};
use crate::{db, ids};

/// Ends the passwords, own and mailed, and the recovery links of `users`, and writes each a mail of
/// `kind` with a new temporary password. A constant number of statements, however many people.
///
/// # Errors
/// Whatever the database says.
pub fn mail_passwords(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
    kind: Kind,
    password_reset_id: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<()> {
    diesel::delete(
        passwords::table
            .filter(passwords::account_id.eq(account_id))
            .filter(passwords::user_id.eq_any(users)),
    )
    .execute(tx)?;
    end_mailed_secrets(tx, account_id, users)?;
    let mail_ids: Vec<Uuid> = users.iter().map(|_| ids::new()).collect();
    // First the people, then their old mails: a mail that nobody points at any more changes nobody.
    Statement::new(
        "update users set password_mail_id = mail_id, password_mail_state = 'waiting', password_mail_at = null,
             password_reset_at = case when $4 then $5 else password_reset_at end
         from unnest($2::uuid[], $3::uuid[]) as new_mails (user_id, mail_id)
         where account_id = $1 and id = user_id",
    )
    .bind(account_id)
    .bind(users)
    .bind(mail_ids.as_slice())
    .bind(password_reset_id.is_some())
    .bind(now)
    .execute(tx)?;
    outbox::cancel_waiting(
        tx,
        account_id,
        users,
        &Kind::SECRET,
        "replaced by a newer password",
        now,
    )?;
    Statement::new(
        "insert into mails (account_id, id, kind, user_id, password_reset_id, created_at, next_attempt_at)
         select $1, mail_id, $2, user_id, $3, $4, $4
         from unnest($5::uuid[], $6::uuid[]) as new_mails (user_id, mail_id)",
    )
    .bind(account_id)
    .bind(kind.as_str())
    .bind(password_reset_id)
    .bind(now)
    .bind(users)
    .bind(mail_ids)
    .execute(tx)
    .map(|_| ())
}

/// Ends every temporary password and every recovery link of `users`.
///
/// # Errors
/// Whatever the database says.
pub fn end_mailed_secrets(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
) -> QueryResult<()> {
    diesel::delete(
        temporary_passwords::table
            .filter(temporary_passwords::account_id.eq(account_id))
            .filter(temporary_passwords::user_id.eq_any(users)),
    )
    .execute(tx)?;
    diesel::delete(
        recovery_links::table
            .filter(recovery_links::account_id.eq(account_id))
            .filter(recovery_links::user_id.eq_any(users)),
    )
    .execute(tx)
    .map(|_| ())
}

/// Notes that no mailed password of the user is to be used any more: they have one of their own.
///
/// # Errors
/// Whatever the database says.
pub fn forget_password_mail(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<()> {
    diesel::update(users::table.find((account_id, user_id)))
        .set(users::password_mail_id.eq(None::<Uuid>))
        .execute(tx)
        .map(|_| ())
}
