//! When and from where people came in: guesses made elsewhere do not slow them down there.

use diesel::prelude::*;
use ipnet::IpNet;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db::{self, Statement};
use crate::history::{self, Author, Event, SignInWith};
use crate::schema::{sign_in_sources, users};

/// From where somebody signed in so recently, guesses made elsewhere do not slow them down.
pub(super) const SOURCE_REMEMBERED: Duration = Duration::days(90);

/// Whether the user signed in from that network lately.
pub(super) fn is_known_source(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    source: IpNet,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let known = diesel::dsl::exists(came_from(source, now - SOURCE_REMEMBERED));
    users::table
        .find((account_id, user_id))
        .select(known)
        .first(connection)
}

/// That the user of the row signed in from that network, after a moment.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn came_from(source: IpNet, after: OffsetDateTime) -> _ {
    sign_in_sources::table
        .filter(sign_in_sources::account_id.eq(users::account_id))
        .filter(sign_in_sources::user_id.eq(users::id))
        .filter(sign_in_sources::source.eq(source))
        .filter(sign_in_sources::last_at.gt(after))
}

/// Notes that the user is in: when, from where, and in their history.
pub(super) fn record_arrival(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    with: SignInWith,
    now: OffsetDateTime,
) -> QueryResult<()> {
    remember_arrival(tx, author, user_id, now)?;
    history::record(tx, author, Some(user_id), &Event::SignedIn { with }, now)
}

/// Notes when the user came in and from where: guesses made elsewhere do not slow them down there.
pub(super) fn remember_arrival(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<()> {
    Statement::new(
        "with arrived as (
             update users set last_sign_in_at = $1 where account_id = $2 and id = $3
         )
         insert into sign_in_sources (account_id, user_id, source, last_at) values ($2, $3, $4::inet, $1)
         on conflict (account_id, user_id, source) do update set last_at = excluded.last_at",
    )
    .bind(now)
    .bind(author.account_id)
    .bind(user_id)
    .bind(history::source_network(author.source).to_string())
    .execute(tx)
    .map(|_| ())
}

/// Deletes where people came in from so long ago that it is looked at no more, some at a time; says how many.
///
/// # Errors
/// Whatever the database says.
pub fn forget_sources(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    db::delete_until(tx, "sign_in_sources", "last_at", now - SOURCE_REMEMBERED)
}
