//! How much mail waits, for whoever keeps the program running.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use time::OffsetDateTime;

use super::due::is_waiting;
use crate::db;
use crate::schema::mails;

/// The mails of every account that are not settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many wait to be sent, or to be tried again.
    pub waiting: i64,
    /// How many of them were tried before, and failed.
    pub tried_before: i64,
    /// When the oldest of them was asked for.
    pub oldest: Option<OffsetDateTime>,
}

/// Counts them. The index of due mails holds those rows and no others.
///
/// # Errors
/// Whatever the database says.
pub fn backlog(connection: &mut db::Connection) -> QueryResult<Backlog> {
    let waiting = || mails::table.filter(is_waiting());
    let (count, oldest) = waiting()
        .select((count_star(), min(mails::created_at)))
        .first(connection)?;
    let tried_before = waiting()
        .filter(mails::explanation.ne(""))
        .count()
        .get_result(connection)?;
    Ok(Backlog {
        waiting: count,
        tried_before,
        oldest,
    })
}
