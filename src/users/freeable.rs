//! Who could be freed when no seat is free: never signed in, or longest away.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::User;
use crate::db;
use crate::schema::users;

/// How many of each kind are offered: enough to choose from, few enough to read.
const OFFERED: i64 = 3;
/// Who came in the last month is not "away".
const AWAY: Duration = Duration::days(30);
/// Who was added in the last two weeks may still be about to sign in for the first time.
const NEW: Duration = Duration::days(14);

/// Who was added, or mailed a password, this recently cannot be expected to have come.
const JUST_MAILED: Duration = Duration::days(1);

/// Active people who never signed in although they were added and mailed a while ago, then those who have been
/// away the longest; never an administrator. Where nobody is like that, as in a young account, those who
/// come closest: who came today and whoever was mailed today only where there is nobody else.
///
/// # Errors
/// Whatever the database says.
pub fn could_be_freed(
    connection: &mut db::Connection,
    account_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Vec<User>> {
    for (mailed_before, away_since) in [
        (now - NEW, now - AWAY),
        (now - JUST_MAILED, now - JUST_MAILED),
    ] {
        let found = idle(connection, account_id, mailed_before, away_since)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    idle(connection, account_id, now, now)
}

/// Who was added before and never signed in, then who signed in before and not since; nobody who was mailed a
/// password since, as whoever was just reactivated.
fn idle(
    connection: &mut db::Connection,
    account_id: Uuid,
    mailed_before: OffsetDateTime,
    away_since: OffsetDateTime,
) -> QueryResult<Vec<User>> {
    let candidates = || {
        users::table
            .filter(users::account_id.eq(account_id))
            .filter(users::active)
            .filter(users::administrator.eq(false))
            .filter(
                users::password_mail_at
                    .is_null()
                    .or(users::password_mail_at.lt(mailed_before)),
            )
            .select(User::as_select())
            .limit(OFFERED)
    };
    // Ids are made in the order of time: the smallest was added first.
    let mut found: Vec<User> = candidates()
        .filter(users::last_sign_in_at.is_null())
        .filter(users::created_at.lt(mailed_before))
        .order(users::id)
        .load(connection)?;
    found.extend(
        candidates()
            .filter(users::last_sign_in_at.lt(away_since))
            .order((users::last_sign_in_at, users::id))
            .load::<User>(connection)?,
    );
    Ok(found)
}
