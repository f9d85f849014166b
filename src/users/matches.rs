//! How many people a search finds, and who they are.

use diesel::RunQueryDsl as _;
use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::result::QueryResult;
use diesel::sql_types::{self, Array, BigInt, Bool};
use uuid::Uuid;

use super::listing::{Listing, PAGE};
use super::listing_order::Order;
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

/// Whom a search finds, as far as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Matches {
    /// How many on this side of the filter, [`COUNTED_MATCHES`] + 1 for "more".
    #[diesel(sql_type = BigInt)]
    pub here: i64,
    /// How many on the other side; not counted where there are some on this one.
    #[diesel(sql_type = BigInt)]
    pub other_side: i64,
    /// Who they are: those of the page at least, or the only one on the other side. Nobody where so many were found by looking at people one by
    /// one that they are looked for again, in the order of the list.
    #[diesel(sql_type = Array<sql_types::Uuid>)]
    pub(super) found: Vec<Uuid>,
    /// Whether `found` tells who they are.
    #[diesel(sql_type = Bool)]
    pub(super) are_known: bool,
}

/// Whom the search finds here, and where that is nobody, on the other side of the filter.
/// One statement: a sample decides whether to look at people one by one or to ask the index, which is asked
/// once for the count and for the page.
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
    let order = Order::of(&mut statement, listing);
    let plain = condition.on_users();
    let (table, columns) = condition.looked_at();
    let keys = order.keys();
    let by_index = condition.found(&account, order.is_by_users());
    let end = COUNTED_MATCHES + 1;
    // More than the page shows: some may leave before it is read.
    let of_page = format!("limit {}", 2 * PAGE);
    let looked_for = |side: &str| {
        format!(
            "array(
                 select id from (
                     select {columns} from {table} where account_id = {account} order by id offset 0
                 ) as everybody
                 where {side}{plain} limit {end})"
        )
    };
    let (side, other_side) = (listing.show.side(), listing.show.other_side());
    statement.write(&format!(
        "with sample as materialized (
             select count(*) < {SAMPLE} as are_all, count(*) filter (where hit) >= {COMMON} as are_common,
                 coalesce(array_agg(id) filter (where hit and {side}), '{{}}') as here,
                 coalesce(array_agg(id) filter (where hit and {other_side}), '{{}}') as there
             from (
                 select id, active, (true{plain}) as hit
                 from (select {columns} from {table} where account_id = {account} order by id limit {SAMPLE}) as sampled
             ) as looked_at
         ),
         found as materialized (
             select {keys}, active from {by_index} and (select not are_all and not are_common from sample)
         ),
         on_this_side as materialized (
             select are_all, are_common, there,
                 case when are_all then here when are_common then {}
                     else array({}) end as here,
                 (select count(*) from (select from found where {side} limit {end}) as counted) as found_here
             from sample
         ),
         counted as materialized (
             select here, case when are_all or are_common then cardinality(here) else found_here end as count_here,
                 case when cardinality(here) + found_here > 0 then '{{}}' when are_all then there when are_common then {}
                     else array(select id from found where {other_side} limit {end}) end as there
             from on_this_side
         ),
         told as (
             select *, greatest(cardinality(here), cardinality(there)) <= {COUNTED_MATCHES} as are_known from counted
         )
         select count_here as here, cardinality(there)::bigint as other_side, are_known,
             case when not are_known then '{{}}' when cardinality(there) = 1 then there else here end as found
         from told",
        looked_for(side),
        order.read("id", &format!("found where {side}"), &of_page),
        looked_for(other_side)
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

/// The same people as a part of a statement of somebody else's, whose account has the place `account`: a `select` of
/// these columns of `users`.
pub fn select_matching(
    statement: &mut Statement,
    account: &str,
    narrowing: &Narrowing,
    columns: &str,
) -> String {
    let condition = Condition::of(statement, &narrowing.search, narrowing.needs);
    let found = condition.found(account, true);
    format!("select {columns} from {found} and active")
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
