//! The list: filter, search, sort, and pages by key.
//!
//! Page 2,000 costs what page 1 costs: a page starts at a key in an index, never at an offset. Every
//! query starts from the account.

use diesel::dsl::sql_query;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use time::OffsetDateTime;
use uuid::Uuid;

use super::listing_rows::read;
use super::needs::Needs;
use super::scope::Narrowing;
use super::state::{self, PasswordMail, State};
use super::{Direction, Key, Place, fold};
use crate::db;
use crate::schema::users;

/// Rows on a page.
pub const PAGE: usize = 50;
/// Matches of a search are counted so far, then they are "more than".
pub const COUNTED_MATCHES: i64 = 1_000;
/// Rows of an export read at a time.
const BATCH: i64 = 1_000;
/// Words of a search that are looked for; the rest is ignored.
const WORDS: usize = 8;

/// Which side of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// Who is in.
    #[default]
    Active,
    /// Who is out.
    Inactive,
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortColumn {
    /// The username.
    #[default]
    Username,
    /// First and last name.
    Name,
    /// The last sign-in; "never" is last both ways.
    LastSignIn,
}

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub column: SortColumn,
    /// From the largest to the smallest.
    pub descending: bool,
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The filter.
    pub show: Show,
    /// What was typed into the search field.
    pub search: String,
    /// Only who needs this.
    pub needs: Option<Needs>,
    /// The order.
    pub sort: Sort,
    /// Where the page starts; nothing for the first page.
    pub place: Option<Place>,
}

/// One row of the list.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// The user's id.
    pub id: Uuid,
    /// The username.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Title, or empty.
    pub title: String,
    /// Department, or empty.
    pub department: String,
    /// Phone, or empty.
    pub phone: String,
    /// When they last signed in.
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// Whether they administer the account.
    pub administrator: bool,
    active: bool,
    deactivated_at: Option<OffsetDateTime>,
    name_key: String,
    mail: Option<PasswordMail>,
}

impl Row {
    /// What the list says about the person.
    pub fn state(&self, now: OffsetDateTime) -> State {
        state::tell(
            self.active,
            self.deactivated_at,
            self.last_sign_in_at,
            self.mail.as_ref(),
            now,
        )
    }

    fn key(&self, column: SortColumn) -> Key {
        match column {
            SortColumn::Username => Key::Username(self.username.clone()),
            SortColumn::Name => Key::Name(self.name_key.clone(), self.id),
            SortColumn::LastSignIn => Key::LastSignIn(self.last_sign_in_at, self.id),
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// At most [`PAGE`] rows, in order.
    pub rows: Vec<Row>,
    /// Where the page before ends.
    pub before: Option<Key>,
    /// Where the page after starts.
    pub after: Option<Key>,
}

/// How many people a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Matches {
    /// On this side of the filter, [`COUNTED_MATCHES`] + 1 for "more".
    #[diesel(sql_type = BigInt)]
    pub here: i64,
    /// On the other side.
    #[diesel(sql_type = BigInt)]
    pub other_side: i64,
}

/// The page of the list that was asked for. A place before which less than a page is left gives the
/// first page, so that going back never ends on a stub.
///
/// # Errors
/// Whatever the database says.
pub fn page(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
) -> QueryResult<Page> {
    let backwards = listing
        .place
        .as_ref()
        .is_some_and(|place| place.direction == Direction::Before);
    let mut rows = read(connection, account_id, listing, PAGE as i64 + 1)?;
    if backwards && rows.len() <= PAGE {
        let first = Listing {
            place: None,
            ..listing.clone()
        };
        return page(connection, account_id, &first);
    }
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    if backwards {
        rows.reverse();
    }
    let column = listing.sort.column;
    let has_before = if backwards {
        more
    } else {
        listing.place.is_some()
    };
    let has_after = backwards || more;
    Ok(Page {
        before: rows
            .first()
            .filter(|_| has_before)
            .map(|row| row.key(column)),
        after: rows.last().filter(|_| has_after).map(|row| row.key(column)),
        rows,
    })
}

/// The rows from a place on, many at a time, for an export; no page before.
///
/// # Errors
/// Whatever the database says.
pub fn batch(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
) -> QueryResult<Page> {
    let rows = read(connection, account_id, listing, BATCH)?;
    let after = rows
        .last()
        .filter(|_| rows.len() as i64 == BATCH)
        .map(|row| row.key(listing.sort.column));
    Ok(Page {
        rows,
        before: None,
        after,
    })
}

/// A `like` pattern for each word: any part of it, `%` and `_` taken literally.
pub(super) fn patterns(search: &str) -> Vec<String> {
    fold(search)
        .split_whitespace()
        .take(WORDS)
        .map(|word| {
            let literal = word
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            format!("%{literal}%")
        })
        .collect()
}

/// How many people the search finds here and on the other side of the filter.
///
/// # Errors
/// Whatever the database says.
pub fn matches(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
) -> QueryResult<Matches> {
    let patterns = patterns(&listing.search);
    // A condition for each word: "like all (array)" could not use the index.
    let mut conditions: String = (1..=patterns.len())
        .map(|number| format!(" and search_text like ($3::text[])[{number}]"))
        .collect();
    if let Some(needs) = listing.needs {
        conditions.push_str(&format!(" and {}", needs.condition()));
    }
    let counted = |active: &str| {
        format!(
            "(select count(*) from (select from users where account_id = $1 and active = {active}{conditions} limit {}) as found)",
            COUNTED_MATCHES + 1
        )
    };
    sql_query(format!(
        "select {} as here, {} as other_side",
        counted("$2"),
        counted("not $2")
    ))
    .bind::<diesel::sql_types::Uuid, _>(account_id)
    .bind::<Bool, _>(listing.show == Show::Active)
    .bind::<Array<Text>, _>(patterns)
    .get_result(connection)
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
    let mut query = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::active)
        .order(users::id)
        .select(users::id)
        .into_boxed();
    for pattern in patterns(&narrowing.search) {
        query = query.filter(users::search_text.like(pattern));
    }
    if let Some(needs) = narrowing.needs {
        query = query.filter(diesel::dsl::sql::<Bool>(&needs.condition()));
    }
    query.load(connection)
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
    let mut query = users::table
        .filter(users::account_id.eq(account_id))
        .select(users::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .into_boxed();
    for pattern in patterns(search) {
        query = query.filter(users::search_text.like(pattern));
    }
    query.load(connection)
}

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn every_word_is_a_pattern_and_wildcards_are_literal() {
        assert_eq!(
            patterns(" M\u{fc}LL  50% a_b c\\d "),
            ["%mull%", "%50\\%%", "%a\\_b%", "%c\\\\d%"]
        );
        assert!(patterns("  ").is_empty());
    }
}
