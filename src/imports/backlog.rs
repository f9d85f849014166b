//! How much there is to import, for whoever keeps the program running.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use time::OffsetDateTime;

use crate::db;
use crate::schema::imports;

/// The imports of every account that were started and are not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub running: i64,
    /// When the first of them was started.
    pub oldest: Option<OffsetDateTime>,
}

/// Counts them. The index of running imports holds those rows and no others.
///
/// # Errors
/// Whatever the database says.
pub fn backlog(connection: &mut db::Connection) -> QueryResult<Backlog> {
    let (running, oldest) = imports::table
        .filter(imports::state.eq("running"))
        .select((count_star(), min(imports::started_at)))
        .first(connection)?;
    Ok(Backlog { running, oldest })
}
