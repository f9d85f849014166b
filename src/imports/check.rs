//! Checking a list: every line with its verdict is written down, nobody is changed.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Uuid as SqlUuid};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::look_ups::Asked;
use super::verdict::{Decided, decide};
use super::{Line, Sheet};
use crate::db::{self, Db};
use crate::history::Author;
use crate::schema::imports;
use crate::sessions::throttle::{self, Answer, Limit};
use crate::{accounts, ids};

/// Lists of one account. Each is kept for 30 days, or for good once it ran, with up to 5 MB of what stood on it:
/// whoever mends a list and hands it in again every minute never meets the limit, and a script that does nothing
/// else fills 300 MB at once and 7 GB a day at most, not a disk within the hour.
const LISTS: Limit = Limit {
    name: "lists handed in",
    burst: 60,
    refill: Duration::minutes(1),
};

/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 255;

/// Why a list was not checked.
#[derive(Debug, Error)]
pub enum HandInError {
    /// The account has handed in too many; wait so long.
    #[error("too many lists")]
    TooMany(Duration),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Takes a list in, unless the account has handed in too many, and checks it; returns the import's id, for
/// its page.
///
/// # Errors
/// [`HandInError`].
pub fn hand_in(
    db: &Db,
    author: &Author,
    sheet: &Sheet,
    now: OffsetDateTime,
) -> Result<Uuid, HandInError> {
    let account = author.account_id.to_string();
    if let Answer::Wait(wait) =
        db.read(|connection| throttle::take(connection, LISTS, &[&account], now))?
    {
        return Err(HandInError::TooMany(wait));
    }
    Ok(check(db, author, sheet, now)?)
}

/// Checks a list and returns the import's id. What is looked up is looked up first; then all is written down
/// in one transaction.
///
/// # Errors
/// Whatever the database says; `NotFound` where the author is no user.
pub fn check(db: &Db, author: &Author, sheet: &Sheet, now: OffsetDateTime) -> QueryResult<Uuid> {
    let account_id = author.account_id;
    let made_by = author.user_id().ok_or(db::Error::NotFound)?;
    let (decided, look_ups) = db.read(|connection| {
        let details = accounts::details(connection, account_id)?;
        decide(
            connection,
            author,
            &details.account,
            &details.domains,
            &sheet.lines,
            Asked::ToCheck,
            now,
        )
    })?;
    let id = ids::new();
    let ignored: String = sheet.ignored_columns.join(", ");
    let written = db.write(|tx| {
        db::take_time_for(tx, sheet.lines.len())?;
        diesel::insert_into(imports::table)
            .values((
                imports::account_id.eq(account_id),
                imports::id.eq(id),
                imports::made_by.eq(made_by),
                imports::made_at.eq(now),
                imports::name.eq(sheet.name.chars().take(LONGEST_NAME).collect::<String>()),
                imports::ignored_columns.eq(ignored.chars().take(1_000).collect::<String>()),
            ))
            .execute(tx)?;
        insert_lines(tx, account_id, id, &sheet.lines, &decided)?;
        look_ups.record(tx)?;
        Ok(id)
    });
    if written.is_err() {
        look_ups.give_back(db);
    }
    written
}

/// One statement with an array for each column: ten thousand rows are too many parameters.
fn insert_lines(
    tx: &mut db::Connection,
    account_id: Uuid,
    import_id: Uuid,
    lines: &[Line],
    decided: &[Decided],
) -> QueryResult<()> {
    let texts = |field: fn(&Line) -> &str| lines.iter().map(field).collect::<Vec<&str>>();
    let numbers: Vec<i32> = lines
        .iter()
        .map(|line| i32::try_from(line.number).unwrap_or(i32::MAX).max(1))
        .collect();
    let verdicts: Vec<&str> = decided.iter().map(|line| line.verdict.as_str()).collect();
    let chosen: Vec<bool> = decided
        .iter()
        .map(|line| line.verdict.is_importable())
        .collect();
    let reasons: Vec<String> = decided.iter().map(|line| shortened(&line.reason)).collect();
    let user_ids: Vec<Option<Uuid>> = decided.iter().map(|line| line.user_id).collect();
    diesel::sql_query(
        "insert into import_lines (account_id, import_id, position, line, username, first_name, last_name, title,
                                   department, phone, replaces, verdict, chosen, reason, user_id)
         select $1, $2, position, line, username, first_name, last_name, title, department, phone, replaces, verdict,
                chosen, reason, user_id
         from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) with ordinality as listed
              (line, username, first_name, last_name, title, department, phone, replaces, verdict, chosen, reason,
               user_id, position)",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(import_id)
    .bind::<Array<Int4>, _>(numbers)
    .bind::<Array<Text>, _>(texts(|line| &line.username))
    .bind::<Array<Text>, _>(texts(|line| &line.first_name))
    .bind::<Array<Text>, _>(texts(|line| &line.last_name))
    .bind::<Array<Text>, _>(texts(|line| &line.title))
    .bind::<Array<Text>, _>(texts(|line| &line.department))
    .bind::<Array<Text>, _>(texts(|line| &line.phone))
    .bind::<Array<Text>, _>(texts(|line| &line.replaces))
    .bind::<Array<Text>, _>(verdicts)
    .bind::<Array<Bool>, _>(chosen)
    .bind::<Array<Text>, _>(reasons)
    .bind::<Array<Nullable<SqlUuid>>, _>(user_ids)
    .execute(tx)
    .map(|_| ())
}

/// A reason as the table takes it.
pub(super) fn shortened(reason: &str) -> String {
    reason.chars().take(2_000).collect()
}
