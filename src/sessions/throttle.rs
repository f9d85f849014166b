//! How often something may be tried, counted in PostgreSQL so that every running program counts the
//! same: the generic cell rate algorithm, one row and one statement a try. A try is counted before
//! its outcome is known, so that fifty at once get no further than fifty in a row.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::db::{self, Db, Statement};
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

/// A limit, and whom or what it counts.
pub type Counted<'a> = (Limit, &'a [&'a str]);

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
    take_each(connection, &[(limit, key)], now)
}

/// Counts one try under each of `tries`, one after the other, until one has no room: what stands
/// behind that is not counted. One statement. Not to be called inside a transaction that may be
/// rolled back.
///
/// # Errors
/// Whatever the database says.
pub fn take_each(
    connection: &mut db::Connection,
    tries: &[Counted<'_>],
    now: OffsetDateTime,
) -> QueryResult<Answer> {
    let keys: Vec<Vec<u8>> = tries
        .iter()
        .map(|(limit, key)| digest(*limit, key))
        .collect();
    let mut statement = Statement::default();
    let moment = statement.place_for(now);
    let mut parts = Vec::with_capacity(tries.len());
    for (number, ((limit, _), key)) in tries.iter().zip(&keys).enumerate() {
        let place = statement.place_for(key.clone());
        let next = statement.place_for(now + limit.refill);
        let full = statement.place_for(now + limit.refill * limit.burst);
        let ahead = statement.place_for(now + limit.refill * limit.burst + CLOCK_WAS_AHEAD);
        let used = format!(
            "greatest(case when throttles.used_until <= {ahead} then throttles.used_until end, {moment}) + ({next} - {moment})"
        );
        let goes_on = match number {
            0 => String::new(),
            _ => format!("where exists (select from part{})", number - 1),
        };
        parts.push(format!(
            "insert into throttles (key, used_until) select {place}, {next} {goes_on}
                 on conflict (key) do update
                 set used_until = {used}
                 where {used} <= {full}
                 returning key"
        ));
    }
    let refused = rows_of_parts(connection, statement, &parts)?;
    let (Some((limit, _)), Some(key)) = (tries.get(refused), keys.get(refused)) else {
        return Ok(Answer::Allowed);
    };
    let used_until: Option<OffsetDateTime> = throttles::table
        .find(key)
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
    give_back_each(connection, &[(limit, key)])
}

/// Gives one counted try back under each of `tries`. One statement, which takes the rows in the order
/// in which [`take_each`] takes them: two of them never wait for each other.
///
/// # Errors
/// Whatever the database says.
pub fn give_back_each(connection: &mut db::Connection, tries: &[Counted<'_>]) -> QueryResult<()> {
    let mut statement = Statement::default();
    let mut parts = Vec::with_capacity(tries.len());
    for (number, (limit, key)) in tries.iter().enumerate() {
        let place = statement.place_for(digest(*limit, key));
        let microseconds = i64::try_from(limit.refill.whole_microseconds()).unwrap_or(i64::MAX);
        let microseconds = statement.place_for(microseconds);
        let after = match number {
            0 => String::new(),
            _ => format!("and (select count(*) from part{}) >= 0", number - 1),
        };
        parts.push(format!(
            "update throttles set used_until = used_until - {microseconds} * interval '1 microsecond'
                 where key = {place} {after}
                 returning key"
        ));
    }
    rows_of_parts(connection, statement, &parts).map(|_| ())
}

/// Gives back what was counted for something that is done and stands: where that fails, the log alone is told.
pub fn give_back_afterwards(db: &Db, tries: &[Counted<'_>]) {
    if let Err(error) = db.read(|connection| give_back_each(connection, tries)) {
        tracing::warn!(%error, "a try could not be given back");
    }
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    changed: i64,
}

/// Runs changes that wait for each other, the first called `part0`, as one statement; says how many rows
/// they changed together.
fn rows_of_parts(
    connection: &mut db::Connection,
    mut statement: Statement,
    parts: &[String],
) -> QueryResult<usize> {
    let named: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| format!("part{number} as ({part})"))
        .collect();
    let counts: Vec<String> = (0..parts.len())
        .map(|number| format!("(select count(*) from part{number})"))
        .collect();
    statement.write(&format!(
        "with {} select {} as changed",
        named.join(", "),
        counts.join(" + ")
    ));
    let rows: Rows = statement.get_result(connection)?;
    Ok(usize::try_from(rows.changed).unwrap_or_default())
}

/// Deletes what is long used up.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    diesel::delete(throttles::table.filter(throttles::used_until.lt(now))).execute(tx)
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
