//! Former usernames, kept from everybody else for a while: mail to them still arrives at the same person.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::admission::RESERVATION;
use crate::db;
use crate::schema::reserved_usernames;

/// Keeps the username that the user had until now.
///
/// # Errors
/// Whatever the database says.
pub(super) fn reserve(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    username: &str,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let until = now + RESERVATION;
    diesel::insert_into(reserved_usernames::table)
        .values((
            reserved_usernames::username.eq(username),
            reserved_usernames::account_id.eq(account_id),
            reserved_usernames::user_id.eq(user_id),
            reserved_usernames::reserved_until.eq(until),
        ))
        // One whose time is over may still stand there for another person.
        .on_conflict(reserved_usernames::username)
        .do_update()
        .set((
            reserved_usernames::account_id.eq(account_id),
            reserved_usernames::user_id.eq(user_id),
            reserved_usernames::reserved_until.eq(until),
        ))
        .execute(tx)
        .map(|_| ())
}

/// Keeps it no longer.
///
/// # Errors
/// Whatever the database says.
pub(super) fn release(tx: &mut db::Connection, username: &str) -> QueryResult<()> {
    diesel::delete(reserved_usernames::table.find(username))
        .execute(tx)
        .map(|_| ())
}

/// Deletes former addresses whose time is over, some at a time: they are anybody's again, and what was somebody's
/// stays in the history alone. Says how many.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    db::delete_until(tx, "reserved_usernames", "reserved_until", now)
}
