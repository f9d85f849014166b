//! Pages of the list, by key.
//!
//! Page 2,000 costs what page 1 costs: a page starts at a key in an index, never at an offset. Every
//! query starts from the account.

use diesel::result::QueryResult;
use uuid::Uuid;

use super::listing::{Listing, PAGE, Page};
use super::listing_rows::{Way, read};
use super::matches::Matches;
use super::needs::Count;
use super::place::Direction;
use crate::db;

/// So many people of a chip are gathered by an index at once; of more a page is soon found along the list.
const GATHERED: i64 = 500;
/// Rows of an export read at a time.
const BATCH: usize = 1_000;

/// Whom a narrowed list finds, as far as it is known: that decides how its page is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected(Way);

impl Expected {
    /// Nothing narrows the list, or nobody counted.
    pub const ANY: Expected = Expected(Way::WalkThenGather);
}

/// As a chip tells.
impl From<Count> for Expected {
    fn from(count: Count) -> Expected {
        Expected(if count.at_least || count.people > GATHERED {
            Way::WalkThenGather
        } else {
            Way::Gather
        })
    }
}

impl From<Matches> for Expected {
    fn from(matches: Matches) -> Expected {
        Expected(if matches.are_known {
            Way::Known(matches.found)
        } else {
            Way::WalkThenGather
        })
    }
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
    expected: &Expected,
) -> QueryResult<Page> {
    let backwards = listing
        .place
        .as_ref()
        .is_some_and(|place| place.direction == Direction::Before);
    let is_narrowed = listing.needs.is_some() || !listing.search.trim().is_empty();
    let way = if is_narrowed { &expected.0 } else { &Way::Walk };
    let mut rows = read(connection, account_id, listing, PAGE + 1, way)?;
    if backwards && rows.len() < PAGE {
        let first = Listing {
            place: None,
            ..listing.clone()
        };
        // Whoever is known is known of the page that was asked for.
        let expected = match way {
            Way::Known(_) => &Expected::ANY,
            _ => expected,
        };
        return page(connection, account_id, &first, expected);
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
    let rows = read(connection, account_id, listing, BATCH, &Way::Walk)?;
    let after = rows
        .last()
        .filter(|_| rows.len() == BATCH)
        .map(|row| row.key(listing.sort.column));
    Ok(Page {
        rows,
        before: None,
        after,
    })
}
