//! The lists of an account: those that were checked and not run, for as long as they are kept, and those
//! that ran last.

use diesel::prelude::*;
use diesel::sql_types::{Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::MOST_LINES;
use crate::db::{self, Statement};

/// For how long a list is kept that was checked and not run: whoever looks into who is on it is done by then,
/// and it is full of people of whom nobody may have heard. Lists that ran say what was done, and stay.
pub const KEPT_UNRUN: Duration = Duration::days(30);
/// How many of those that ran are told of.
const RAN_TOLD: i64 = 5;
/// How many of those that did not: whoever is told that a list is kept finds it.
const UNRUN_TOLD: i64 = 50;
/// Most lists deleted at once.
pub const DELETED_AT_ONCE: usize = 100;

/// A list that was handed in.
#[derive(Debug, Clone, QueryableByName)]
pub struct Recent {
    /// The import's id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// First and last name of who handed it in.
    #[diesel(sql_type = Text)]
    pub made_by: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub made_at: OffsetDateTime,
    /// `checked`, `running` or `done`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// The file's name; empty where the list was pasted.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The username on its first line, as given.
    #[diesel(sql_type = Text)]
    pub first_username: String,
    /// How many lines it has.
    #[diesel(sql_type = Int4)]
    pub lines: i32,
    /// How many people it added, reactivated or put in somebody's place, once it is done.
    #[diesel(sql_type = Nullable<Int4>)]
    pub imported: Option<i32>,
    /// How many of its lines were refused, once it is done.
    #[diesel(sql_type = Nullable<Int4>)]
    pub refused: Option<i32>,
}

/// The last lists of the account that were checked and not run, or those that were started; the newest first.
///
/// # Errors
/// Whatever the database says.
pub fn recent(
    connection: &mut db::Connection,
    account_id: Uuid,
    started: bool,
) -> QueryResult<Vec<Recent>> {
    Statement::new(
        "select imports.id, users.first_name || ' ' || users.last_name as made_by, made_at, state, name,
                imported, refused,
                coalesce((select username from import_lines
                          where import_lines.account_id = imports.account_id and import_id = imports.id
                              and position = 1), '') as first_username,
                coalesce((select max(position) from import_lines
                          where import_lines.account_id = imports.account_id and import_id = imports.id), 0) as lines
         from imports
         join users on users.account_id = imports.account_id and users.id = imports.made_by
         where imports.account_id = $1 and (state <> 'checked') = $2
         order by imports.id desc
         limit $3",
    )
    .bind(account_id)
    .bind(started)
    .bind(if started { RAN_TOLD } else { UNRUN_TOLD })
    .load(connection)
}

/// Deletes lists that were checked so long ago and not run, with their lines; says how many. One that
/// somebody works at is left for another time.
///
/// # Errors
/// Whatever the database says.
pub fn delete_unrun(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    db::take_time_for(tx, DELETED_AT_ONCE.saturating_mul(MOST_LINES))?;
    Statement::new(
        "with gone as materialized (
             select account_id, id from imports
             where state = 'checked' and made_at <= $1 order by made_at limit $2 for update skip locked
         ), lines as (
             delete from import_lines using gone
             where import_lines.account_id = gone.account_id and import_lines.import_id = gone.id
         )
         delete from imports using gone
         where imports.account_id = gone.account_id and imports.id = gone.id",
    )
    .bind(now - KEPT_UNRUN)
    .bind(DELETED_AT_ONCE as i64)
    .execute(tx)
}
