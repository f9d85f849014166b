//! Changes of many people at once.

use diesel::connection::SimpleConnection as _;
use diesel::result::QueryResult;

use super::Connection;

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
