//! How many people a search finds, and who they are.

use diesel::RunQueryDsl as _;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{self, BigInt, Bool};
use uuid::Uuid;

use super::listing::{Listing, Show};
use super::scope::Narrowing;
use super::search::Condition;
use crate::db::{self, Statement};
use crate::schema::users;

/// Matches of a search are counted so far, then they are "more than".
pub const COUNTED_MATCHES: i64 = 1_000;
/// People of the account who are looked at first: all of a small account, a sample of a large one.
const SAMPLE: i64 = 1_000;
/// From so many of the sample on, looking at people one by one meets enough of them before the index
/// has told them all.
const COMMON: i64 = 80;

/// How many people a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Matches {
    /// On this side of the filter, [`COUNTED_MATCHES`] + 1 for "more".
    #[diesel(sql_type = BigInt)]
    pub here: i64,
    /// On the other side; not counted where there are some on this one.
    #[diesel(sql_type = BigInt)]
    pub other_side: i64,
    /// Whether the account is so small that it is searched as a whole.
    #[diesel(sql_type = Bool)]
    pub(super) in_small_account: bool,
    /// Whether so many of the sample match that people are looked at one by one.
    #[diesel(sql_type = Bool)]
    pub(super) are_common: bool,
}

/// How many people the search finds here, and where that is nobody, on the other side of the filter.
/// One statement: a sample decides whether to look at people one by one or to ask the index.
///
/// # Errors
/// Whatever the database says.
pub fn matches(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
) -> QueryResult<Matches> {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let condition = Condition::of(&mut statement, &listing.search, listing.needs);
    let plain = condition.on_users();
    let (table, columns) = condition.looked_at();
    let found = condition.found(&account, false);
    let end = COUNTED_MATCHES + 1;
    let counted = |side: &str| {
        format!(
            "when hits >= {COMMON} then (
                 select count(*) from (
                     select from (
                         select {columns} from {table} where account_id = {account} order by id offset 0
                     ) as everybody
                     where {side}{plain} limit {end}
                 ) as counted)
             else (
                 select count(*) from (
                     select from {found} and {side} limit {end}
                 ) as counted)
             end"
        )
    };
    let (side, other_side) = match listing.show {
        Show::Active => ("active", "not active"),
        Show::Inactive => ("not active", "active"),
    };
    statement.write(&format!(
        "with sample as materialized (
             select count(*) as seen, count(*) filter (where hit) as hits,
                 count(*) filter (where hit and {side}) as here,
                 count(*) filter (where hit and {other_side}) as there
             from (
                 select active, (true{plain}) as hit
                 from (select {columns} from {table} where account_id = {account} order by id limit {SAMPLE}) as sampled
             ) as looked_at
         ),
         counted as materialized (
             select case when seen < {SAMPLE} then here {} as here, seen, hits, there from sample
         )
         select here, case when here > 0 then 0 when seen < {SAMPLE} then there {} as other_side,
             seen < {SAMPLE} as in_small_account, hits >= {COMMON} as are_common
         from counted",
        counted(side),
        counted(other_side)
    ));
    statement.get_result(connection)
}

/// The ids of everyone who is in, in the order of the ids (so that two who lock them do not meet
/// head-on).
///
/// # Errors
/// Whatever the database says.
pub fn ids_of_active(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<Vec<Uuid>> {
    users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::active)
        .order(users::id)
        .select(users::id)
        .load(connection)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    people: i64,
}

/// The ids of every active user whom the search and the need find, in the order of the ids: the same
/// people that the list shows.
///
/// # Errors
/// Whatever the database says.
pub fn ids_matching(
    connection: &mut db::Connection,
    account_id: Uuid,
    narrowing: &Narrowing,
) -> QueryResult<Vec<Uuid>> {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let condition = Condition::of(&mut statement, &narrowing.search, narrowing.needs);
    statement.write(&format!(
        "select id from {} and active order by id",
        condition.found(&account, false)
    ));
    let found: Vec<Id> = statement.load(connection)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// How many that are, exactly.
///
/// # Errors
/// Whatever the database says.
pub fn count_matching(
    connection: &mut db::Connection,
    account_id: Uuid,
    narrowing: &Narrowing,
) -> QueryResult<i64> {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let condition = Condition::of(&mut statement, &narrowing.search, narrowing.needs);
    statement.write(&format!(
        "select count(*) as people from {} and active",
        condition.found(&account, false)
    ));
    let found: Found = statement.get_result(connection)?;
    Ok(found.people)
}

/// The ids of people whom the search finds, in and out, at most `limit`.
///
/// # Errors
/// Whatever the database says.
pub fn ids_named(
    connection: &mut db::Connection,
    account_id: Uuid,
    search: &str,
    limit: usize,
) -> QueryResult<Vec<Uuid>> {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let condition = Condition::of(&mut statement, search, None);
    statement.write(&format!(
        "select id from {} limit {limit}",
        condition.found(&account, false)
    ));
    let found: Vec<Id> = statement.load(connection)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
