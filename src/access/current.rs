//! Who is asking: session, user and account in one query, on every request.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Account;
use crate::db;
use crate::schema::{accounts, second_factors, sessions, users};
use crate::sessions::{ABSOLUTE_LIFE, CLOCK_WAS_AHEAD, Digest, IDLE_LIFE, SECOND_FACTOR_LIFE};

/// Somebody who is signed in, as of this request.
#[derive(Debug, Clone, Queryable)]
pub struct SignedIn {
    /// Their id.
    pub user_id: Uuid,
    /// Their username.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether they administer the account.
    pub administrator: bool,
    /// Whether this session may only choose a password.
    pub must_choose_password: bool,
    /// Whether this session may only give the second factor.
    pub second_factor_due: bool,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// When the session was last seen, to the minute.
    pub last_seen_at: OffsetDateTime,
    /// A message left for the next page.
    pub flash: Option<serde_json::Value>,
    /// Their account.
    #[diesel(embed)]
    pub account: Account,
}

/// The session of that token, if it is alive: known, not run out, its user active. A deactivated user
/// is out at this query, whatever sessions are left.
///
/// # Errors
/// Whatever the database says.
pub fn current(
    connection: &mut db::Connection,
    session: &Digest,
    now: OffsetDateTime,
) -> QueryResult<Option<SignedIn>> {
    sessions::table
        .inner_join(
            users::table.on(users::account_id
                .eq(sessions::account_id)
                .and(users::id.eq(sessions::user_id))),
        )
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .left_join(
            second_factors::table.on(second_factors::account_id
                .eq(users::account_id)
                .and(second_factors::user_id.eq(users::id))),
        )
        .filter(sessions::token_digest.eq(session.as_bytes()))
        .filter(sessions::last_seen_at.gt(now - IDLE_LIFE))
        .filter(sessions::created_at.gt(now - ABSOLUTE_LIFE))
        .filter(sessions::created_at.lt(now + CLOCK_WAS_AHEAD))
        .filter(
            sessions::second_factor_due
                .eq(false)
                .or(sessions::created_at.gt(now - SECOND_FACTOR_LIFE)),
        )
        .filter(users::active)
        .select((
            users::id,
            users::username,
            users::first_name,
            users::last_name,
            users::administrator,
            sessions::must_choose_password,
            sessions::second_factor_due,
            second_factors::confirmed_at.nullable().is_not_null(),
            sessions::last_seen_at,
            sessions::flash,
            Account::as_select(),
        ))
        .first(connection)
        .optional()
}
