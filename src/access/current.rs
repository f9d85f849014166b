//! Who is asking: session, user and account in one query, on every request.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::accounts::Account;
use crate::db;
use crate::schema::{accounts, sessions, users};
use crate::sessions::{ABSOLUTE_LIFE, Digest, IDLE_LIFE};

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
        .filter(sessions::token_digest.eq(session.as_bytes()))
        .filter(sessions::last_seen_at.gt(now - IDLE_LIFE))
        .filter(sessions::created_at.gt(now - ABSOLUTE_LIFE))
        .filter(users::active)
        .select((
            users::id,
            users::username,
            users::first_name,
            users::last_name,
            users::administrator,
            sessions::must_choose_password,
            sessions::last_seen_at,
            sessions::flash,
            Account::as_select(),
        ))
        .first(connection)
        .optional()
}
