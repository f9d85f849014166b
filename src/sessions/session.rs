//! Server-side sessions: the cookie carries an opaque token, the database its SHA-256 and the rest.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use ipnet::IpNet;
use rand::Rng as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db;
use crate::schema::sessions;

/// Signed out after so long without a request.
pub const IDLE_LIFE: Duration = Duration::hours(12);
/// Signed out at the latest.
pub const ABSOLUTE_LIFE: Duration = Duration::days(30);
/// Signed out after so long without the second factor.
pub const SECOND_FACTOR_LIFE: Duration = Duration::minutes(10);
/// A session that begins later than this from now was begun by a clock that was ahead and has been set
/// back since: it would outlive its time. Longer than the clocks of several machines differ.
pub const CLOCK_WAS_AHEAD: Duration = Duration::hours(1);
/// How exactly "last seen" is kept: a write a minute, not one a request.
const TOUCH_INTERVAL: Duration = Duration::minutes(1);

/// What the cookie carries: 256 random bits. Never stored, never logged.
pub struct Token(String);

/// The SHA-256 of a token, which is what is stored: a copied database signs nobody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(Vec<u8>);

impl Token {
    fn generate() -> Token {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Token(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The token as text, for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Digest {
    /// The digest of a token as the cookie carries it.
    pub fn of(token: &str) -> Digest {
        Digest(Sha256::digest(token.as_bytes()).to_vec())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A session to be started.
pub struct NewSession {
    /// The account of the user.
    pub account_id: Uuid,
    /// Who signed in.
    pub user_id: Uuid,
    /// Whether it may do nothing but choose a password.
    pub must_choose_password: bool,
    /// Whether it may do nothing but give the second factor.
    pub second_factor_due: bool,
    /// From where.
    pub source: Option<IpAddr>,
}

/// Starts a session and returns the token for the cookie.
///
/// # Errors
/// Whatever the database says.
pub fn start(
    tx: &mut db::Connection,
    session: &NewSession,
    now: OffsetDateTime,
) -> QueryResult<Token> {
    let token = Token::generate();
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_digest.eq(Digest::of(token.as_str()).as_bytes()),
            sessions::account_id.eq(session.account_id),
            sessions::user_id.eq(session.user_id),
            sessions::must_choose_password.eq(session.must_choose_password),
            sessions::second_factor_due.eq(session.second_factor_due),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::source.eq(session.source.map(IpNet::from)),
        ))
        .execute(tx)?;
    Ok(token)
}

/// Whether the session is still there.
///
/// # Errors
/// Whatever the database says.
pub fn is_there(connection: &mut db::Connection, session: &Digest) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        sessions::table.find(session.as_bytes()),
    ))
    .get_result(connection)
}

/// Ends one session.
///
/// # Errors
/// Whatever the database says.
pub fn end(tx: &mut db::Connection, session: &Digest) -> QueryResult<usize> {
    diesel::delete(sessions::table.find(session.as_bytes())).execute(tx)
}

/// Ends every session of `users`; says whose they were, one entry for each session.
///
/// # Errors
/// Whatever the database says.
pub fn end_all(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
) -> QueryResult<Vec<Uuid>> {
    diesel::delete(
        sessions::table
            .filter(sessions::account_id.eq(account_id))
            .filter(sessions::user_id.eq_any(users)),
    )
    .returning(sessions::user_id)
    .get_results(tx)
}

/// Ends every session of `users` but `kept`; says how many that were.
///
/// # Errors
/// Whatever the database says.
pub fn end_others(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
    kept: &Digest,
) -> QueryResult<usize> {
    diesel::delete(
        sessions::table
            .filter(sessions::account_id.eq(account_id))
            .filter(sessions::user_id.eq_any(users))
            .filter(sessions::token_digest.ne(kept.as_bytes())),
    )
    .execute(tx)
}

/// How many sessions a user has.
///
/// # Errors
/// Whatever the database says.
pub fn count(connection: &mut db::Connection, account_id: Uuid, user_id: Uuid) -> QueryResult<i64> {
    sessions::table
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::user_id.eq(user_id))
        .count()
        .get_result(connection)
}

/// Notes that the session was used, to the minute.
///
/// # Errors
/// Whatever the database says.
pub fn touch(
    connection: &mut db::Connection,
    session: &Digest,
    last_seen_at: OffsetDateTime,
    now: OffsetDateTime,
) -> QueryResult<()> {
    if (now - last_seen_at).abs() < TOUCH_INTERVAL {
        return Ok(());
    }
    diesel::update(sessions::table.find(session.as_bytes()))
        .set(sessions::last_seen_at.eq(now))
        .execute(connection)
        .map(|_| ())
}

/// Leaves a message for the session's next page.
///
/// # Errors
/// Whatever the database says.
pub fn leave_flash(tx: &mut db::Connection, session: &Digest, flash: &Value) -> QueryResult<()> {
    diesel::update(sessions::table.find(session.as_bytes()))
        .set(sessions::flash.eq(Some(flash)))
        .execute(tx)
        .map(|_| ())
}

/// The same, where no message waits to be shown.
///
/// # Errors
/// Whatever the database says.
pub fn leave_flash_where_none_waits(
    tx: &mut db::Connection,
    session: &Digest,
    flash: &Value,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(session.as_bytes()))
        .filter(sessions::flash.is_null())
        .set(sessions::flash.eq(Some(flash)))
        .execute(tx)
        .map(|_| ())
}

/// Removes the message that has now been shown.
///
/// # Errors
/// Whatever the database says.
pub fn take_flash(connection: &mut db::Connection, session: &Digest) -> QueryResult<()> {
    diesel::update(sessions::table.find(session.as_bytes()))
        .set(sessions::flash.eq(None::<Value>))
        .execute(connection)
        .map(|_| ())
}

/// Ends the session if it has run out: met once, it is dead for good, also when the clock is set back.
///
/// # Errors
/// Whatever the database says.
pub fn end_if_expired(
    connection: &mut db::Connection,
    session: &Digest,
    now: OffsetDateTime,
) -> QueryResult<()> {
    diesel::delete(
        sessions::table.find(session.as_bytes()).filter(
            sessions::last_seen_at
                .le(now - IDLE_LIFE)
                .or(sessions::created_at.le(now - ABSOLUTE_LIFE)),
        ),
    )
    .execute(connection)
    .map(|_| ())
}

/// Deletes sessions that have run out; they were refused already.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    diesel::delete(
        sessions::table.filter(
            sessions::last_seen_at
                .lt(now - IDLE_LIFE)
                .or(sessions::created_at.lt(now - ABSOLUTE_LIFE)),
        ),
    )
    .execute(tx)
}
