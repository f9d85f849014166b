//! Changes of many rows at once.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::result::QueryResult;
use time::OffsetDateTime;

use super::{Connection, Statement};

/// From so many people on, a statement about them may need more than the four seconds that it is given.
const MANY: usize = 1_000;
/// What it is given then, in seconds: 50,000 people take three on an idle machine of two cores.
const SECONDS: u32 = 60;

/// Gives the statements of this transaction the time that so many people take. Whoever asked is led, after
/// their patience, to a page that waits for the end; cut short, there never would be one, however often it is asked for.
///
/// # Errors
/// Whatever the database says.
pub fn take_time_for(tx: &mut Connection, people: usize) -> QueryResult<()> {
    if people < MANY {
        return Ok(());
    }
    tx.batch_execute(&format!("set local statement_timeout = '{SECONDS}s'"))
}

/// Most rows that [`delete_until`] deletes.
pub const DELETED_AT_ONCE: usize = 10_000;

/// Deletes rows of `table` whose `column` has come, [`DELETED_AT_ONCE`] at most; says how many. Those that somebody else holds this
/// moment are left for the next time.
///
/// # Errors
/// Whatever the database says.
pub fn delete_until(
    tx: &mut Connection,
    table: &'static str,
    column: &'static str,
    moment: OffsetDateTime,
) -> QueryResult<usize> {
    // Where few have, the whole table is read for them.
    take_time_for(tx, MANY)?;
    Statement::new(&format!(
        "delete from {table}
         where ctid = any (array(
             select ctid from {table} where {column} <= $1 limit {DELETED_AT_ONCE} for update skip locked
         ))"
    ))
    .bind(moment)
    .execute(tx)
}
