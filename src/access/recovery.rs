//! "Forgot your password?": a link by mail that works once, for an hour. Asking changes nothing.

use std::net::IpAddr;

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db::{self, Db};
use crate::history::{self, Actor, Author, Event};
use crate::mail::outbox::{self, Kind, NewMail};
use crate::schema::{accounts, recovery_links, users};
use crate::sessions::Digest;
use crate::sessions::throttle::{self, Answer, Limit};
use crate::users::Username;

/// Links mailed to one address: nobody's mailbox is filled by somebody else.
const BY_ADDRESS: Limit = Limit {
    name: "recovery by address",
    burst: 3,
    refill: Duration::minutes(20),
};
/// Links asked for from one place.
const BY_SOURCE: Limit = Limit {
    name: "recovery by source",
    burst: 60,
    refill: Duration::minutes(1),
};

/// Whose password a link may change.
#[derive(Debug, Clone, Queryable)]
pub struct LinkHolder {
    /// Their account.
    pub account_id: Uuid,
    /// Their id.
    pub user_id: Uuid,
    /// Their username.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What their account is called.
    pub company: String,
}

/// Writes the mail with a link, when the address is an active user's and within its limit. The
/// answer is the same for every address: none. Returns how long to wait when this *source* asked too
/// often, which tells nothing about any address.
///
/// # Errors
/// Whatever the database says.
pub fn request_link(
    db: &Db,
    typed: &str,
    source: Option<IpAddr>,
    request_id: Option<String>,
    now: OffsetDateTime,
) -> QueryResult<Option<Duration>> {
    let network = history::source_network(source).to_string();
    if let Answer::Wait(wait) =
        db.read(|connection| throttle::take(connection, BY_SOURCE, &[&network], now))?
    {
        return Ok(Some(wait));
    }
    let Ok(username) = Username::parse(typed) else {
        return Ok(None);
    };
    let allowed =
        db.read(|connection| throttle::take(connection, BY_ADDRESS, &[username.as_str()], now))?;
    let user: Option<(Uuid, Uuid)> = db.read(|connection| {
        users::table
            .filter(users::username.eq(username.as_str()))
            .filter(users::active)
            .select((users::account_id, users::id))
            .first(connection)
            .optional()
    })?;
    let (Answer::Allowed, Some((account_id, user_id))) = (allowed, user) else {
        let request = request_id.as_deref();
        db.write(|tx| history::refuse(tx, "recovery", source, None, request, now))?;
        return Ok(None);
    };
    let author = Author {
        account_id,
        actor: Actor::User(user_id),
        source,
        request_id,
        import: None,
    };
    db.write(|tx| {
        outbox::enqueue(
            tx,
            account_id,
            NewMail::to_user(Kind::RecoveryLink, user_id, now),
            now,
        )?;
        history::record(
            tx,
            &author,
            Some(user_id),
            &Event::RecoveryRequested {},
            now,
        )
    })?;
    Ok(None)
}

/// Whose link this is, if it is alive.
///
/// # Errors
/// Whatever the database says.
pub fn link_holder(
    connection: &mut db::Connection,
    link: &str,
    now: OffsetDateTime,
) -> QueryResult<Option<LinkHolder>> {
    recovery_links::table
        .inner_join(
            users::table.on(users::account_id
                .eq(recovery_links::account_id)
                .and(users::id.eq(recovery_links::user_id))),
        )
        .inner_join(accounts::table.on(accounts::id.eq(recovery_links::account_id)))
        .filter(recovery_links::token_digest.eq(Digest::of(link).as_bytes()))
        .filter(recovery_links::expires_at.gt(now))
        .filter(users::active)
        .select((
            users::account_id,
            users::id,
            users::username,
            users::first_name,
            users::last_name,
            accounts::name,
        ))
        .first(connection)
        .optional()
}

/// Uses the link up; says whether it was still there.
///
/// # Errors
/// Whatever the database says.
pub(super) fn use_link(
    tx: &mut db::Connection,
    link: &str,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let deleted = diesel::delete(
        recovery_links::table
            .find(Digest::of(link).as_bytes())
            .filter(recovery_links::expires_at.gt(now)),
    )
    .execute(tx)?;
    Ok(deleted == 1)
}
