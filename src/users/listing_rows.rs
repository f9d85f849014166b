//! Reading the rows of the list from a key, in either direction.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::listing::{Listing, Row, Show, SortColumn, patterns};
use super::{Direction, Key};
use crate::db;
use crate::schema::{mails, users};

/// At most `limit` rows, in reading direction.
pub(super) fn read(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    let backwards = listing
        .place
        .as_ref()
        .is_some_and(|place| place.direction == Direction::Before);
    // Reading a descending list backwards is reading upwards.
    let downwards = listing.sort.descending != backwards;
    let key = listing.place.as_ref().map(|place| place.key.clone());
    let query = base(account_id, listing).limit(limit);
    match (listing.sort.column, key) {
        (SortColumn::Username, key) => {
            let query = match (key, downwards) {
                (Some(Key::Username(key)), false) => query.filter(users::username.gt(key)),
                (Some(Key::Username(key)), true) => query.filter(users::username.lt(key)),
                _ => query,
            };
            match downwards {
                false => query.order(users::username.asc()).load(connection),
                true => query.order(users::username.desc()).load(connection),
            }
        }
        (SortColumn::Name, key) => {
            // The first comparison is the one that an index can start from.
            let query = match (key, downwards) {
                (Some(Key::Name(key, id)), false) => query
                    .filter(users::name_key.ge(key.clone()))
                    .filter(users::name_key.gt(key).or(users::id.gt(id))),
                (Some(Key::Name(key, id)), true) => query
                    .filter(users::name_key.le(key.clone()))
                    .filter(users::name_key.lt(key).or(users::id.lt(id))),
                _ => query,
            };
            match downwards {
                false => query
                    .order((users::name_key.asc(), users::id.asc()))
                    .load(connection),
                true => query
                    .order((users::name_key.desc(), users::id.desc()))
                    .load(connection),
            }
        }
        (SortColumn::LastSignIn, Some(Key::LastSignIn(at, id))) => {
            let mut rows = read_by_last_sign_in(
                connection,
                account_id,
                listing,
                Some((at, id)),
                backwards,
                limit,
            )?;
            let left = limit - rows.len() as i64;
            // "Never" is a stretch of its own at the end of the list: a page may lie on both.
            let runs_into_other_stretch = at.is_none() == backwards;
            if left > 0 && runs_into_other_stretch {
                rows.extend(read_stretch(
                    connection, account_id, listing, !backwards, None, downwards, left,
                )?);
            }
            Ok(rows)
        }
        (SortColumn::LastSignIn, _) => match listing.sort.descending {
            false => query
                .order((users::last_sign_in_at.asc().nulls_last(), users::id.asc()))
                .load(connection),
            true => query
                .order((users::last_sign_in_at.desc().nulls_last(), users::id.desc()))
                .load(connection),
        },
    }
}

type At = Option<(Option<OffsetDateTime>, Uuid)>;

fn read_by_last_sign_in(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
    from: At,
    backwards: bool,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    let never = from.is_some_and(|(at, _)| at.is_none());
    read_stretch(
        connection,
        account_id,
        listing,
        never,
        from,
        listing.sort.descending != backwards,
        limit,
    )
}

/// Rows of one of the two stretches of a list by last sign-in: those who came, those who never did.
fn read_stretch(
    connection: &mut db::Connection,
    account_id: Uuid,
    listing: &Listing,
    never: bool,
    from: At,
    downwards: bool,
    limit: i64,
) -> QueryResult<Vec<Row>> {
    let query = base(account_id, listing).limit(limit);
    if never {
        let query = query.filter(users::last_sign_in_at.is_null());
        let query = match (from, downwards) {
            (Some((_, id)), false) => query.filter(users::id.gt(id)),
            (Some((_, id)), true) => query.filter(users::id.lt(id)),
            (None, _) => query,
        };
        return match downwards {
            false => query.order(users::id.asc()).load(connection),
            true => query.order(users::id.desc()).load(connection),
        };
    }
    let query = query.filter(users::last_sign_in_at.is_not_null());
    let query = match (from, downwards) {
        (Some((Some(at), id)), false) => query.filter(users::last_sign_in_at.ge(at)).filter(
            users::last_sign_in_at
                .gt(at)
                .or(users::id.nullable().gt(id)),
        ),
        (Some((Some(at), id)), true) => query.filter(users::last_sign_in_at.le(at)).filter(
            users::last_sign_in_at
                .lt(at)
                .or(users::id.nullable().lt(id)),
        ),
        _ => query,
    };
    match downwards {
        false => query
            .order((users::last_sign_in_at.asc(), users::id.asc()))
            .load(connection),
        true => query
            .order((users::last_sign_in_at.desc(), users::id.desc()))
            .load(connection),
    }
}

#[diesel::dsl::auto_type]
fn joined() -> _ {
    users::table
        .left_join(
            mails::table.on(mails::account_id
                .eq(users::account_id)
                .and(mails::id.nullable().eq(users::password_mail_id))),
        )
        .select((
            users::id,
            users::username,
            users::first_name,
            users::last_name,
            users::title,
            users::department,
            users::phone,
            users::last_sign_in_at,
            users::administrator,
            users::active,
            users::deactivated_at,
            users::name_key,
            (
                mails::state,
                mails::settled_at,
                mails::attempts,
                mails::explanation,
            )
                .nullable(),
        ))
}

/// Account, filter and search; the order and the place follow.
fn base(
    account_id: Uuid,
    listing: &Listing,
) -> diesel::helper_types::IntoBoxed<'static, joined, Pg> {
    let mut query = joined().into_boxed();
    query = query
        .filter(users::account_id.eq(account_id))
        .filter(users::active.eq(listing.show == Show::Active));
    for pattern in patterns(&listing.search) {
        query = query.filter(users::search_text.like(pattern));
    }
    if let Some(needs) = listing.needs {
        query = query.filter(sql::<Bool>(&needs.condition()));
    }
    query
}
