//! How often something may be tried, counted in PostgreSQL so that every running program counts the
//! same: the generic cell rate algorithm, one row and one statement a try. A try is counted before
//! its outcome is known, so that fifty at once get no further than fifty in a row.

use diesel::prelude::*;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::db::{self, Statement};
use crate::schema::throttles;

/// What is used up for longer than a limit can be was counted by a clock that was ahead and has been set
/// back since: it must keep nobody out until that time comes. Longer than the clocks of several machines
/// differ.
const CLOCK_WAS_AHEAD: Duration = Duration::hours(1);

/// An allowance: `burst` tries at once, then one more every `refill`.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What it limits; part of the key.
    pub name: &'static str,
    /// Tries that may follow each other without a pause.
    pub burst: i32,
    /// After how long one more is allowed.
    pub refill: Duration,
}

/// What the throttle says to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on; the try is counted.
    Allowed,
    /// Not now; nothing was counted.
    Wait(Duration),
}

/// Counts a try of `key` under `limit`, if there is room. Not to be called inside a transaction that
/// may be rolled back.
///
/// # Errors
/// Whatever the database says.
pub fn take(
    connection: &mut db::Connection,
    limit: Limit,
    key: &[&str],
    now: OffsetDateTime,
) -> QueryResult<Answer> {
    let key = digest(limit, key);
    let counted = Statement::new(
        "insert into throttles (key, used_until) values ($1, $2)
         on conflict (key) do update
         set used_until = greatest(case when throttles.used_until <= $5 then throttles.used_until end, $3) + ($2 - $3)
         where greatest(case when throttles.used_until <= $5 then throttles.used_until end, $3) + ($2 - $3) <= $4",
    )
    .bind(key.clone())
    .bind(now + limit.refill)
    .bind(now)
    .bind(now + limit.refill * limit.burst)
    .bind(now + limit.refill * limit.burst + CLOCK_WAS_AHEAD)
    .execute(connection)?;
    if counted == 1 {
        return Ok(Answer::Allowed);
    }
    let used_until: Option<OffsetDateTime> = throttles::table
        .find(&key)
        .select(throttles::used_until)
        .first(connection)
        .optional()?;
    let room_at = used_until.unwrap_or(now) - limit.refill * (limit.burst - 1);
    Ok(Answer::Wait((room_at - now).max(Duration::seconds(1))))
}

/// Gives one counted try back: it turned out not to be one.
///
/// # Errors
/// Whatever the database says.
pub fn give_back(connection: &mut db::Connection, limit: Limit, key: &[&str]) -> QueryResult<()> {
    diesel::update(throttles::table.find(digest(limit, key)))
        .set(throttles::used_until.eq(throttles::used_until - interval(limit.refill)))
        .execute(connection)
        .map(|_| ())
}

/// Deletes what is long used up.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    diesel::delete(throttles::table.filter(throttles::used_until.lt(now))).execute(tx)
}

fn interval(duration: Duration) -> diesel::pg::data_types::PgInterval {
    let microseconds = i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX);
    diesel::pg::data_types::PgInterval::from_microseconds(microseconds)
}

/// Addresses are not kept in clear for a limit.
fn digest(limit: Limit, key: &[&str]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(limit.name.as_bytes());
    for part in key {
        hash.update([0]);
        hash.update(part.as_bytes());
    }
    hash.finalize().to_vec()
}
