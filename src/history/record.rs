//! Writing history.

use std::net::IpAddr;

use diesel::prelude::*;
use diesel::sql_types;
use ipnet::{IpNet, Ipv6Net};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Event;
use crate::db;
use crate::schema::events;

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who is signed in (or signs in): a user of the same account.
    User(Uuid),
    /// The vendor's staff, at a terminal on the server.
    Staff,
    /// The program itself.
    Program,
}

/// Who does something, for which account, and from where. Every change takes one.
#[derive(Debug, Clone)]
pub struct Author {
    /// The account that it is done in. Nothing of another account can be named.
    pub account_id: Uuid,
    /// Who does it.
    pub actor: Actor,
    /// The address of the peer, if it came over the network.
    pub source: Option<IpAddr>,
    /// The request's id, also in the log and on an error page.
    pub request_id: Option<String>,
}

impl Author {
    /// The vendor's staff at a terminal.
    pub fn staff(account_id: Uuid) -> Author {
        Author {
            account_id,
            actor: Actor::Staff,
            source: None,
            request_id: None,
        }
    }

    /// The program itself.
    pub fn program(account_id: Uuid) -> Author {
        Author {
            account_id,
            actor: Actor::Program,
            source: None,
            request_id: None,
        }
    }

    /// The signed-in person's id.
    pub fn user_id(&self) -> Option<Uuid> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::Staff | Actor::Program => None,
        }
    }

    fn actor_name(&self) -> &'static str {
        match self.actor {
            Actor::User(_) => "user",
            Actor::Staff => "staff",
            Actor::Program => "program",
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = events)]
struct NewEvent<'a> {
    account_id: Uuid,
    happened_at: OffsetDateTime,
    actor: &'static str,
    actor_user_id: Option<Uuid>,
    user_id: Option<Uuid>,
    kind: String,
    details: Value,
    source: Option<IpNet>,
    request_id: Option<&'a str>,
}

impl<'a> NewEvent<'a> {
    fn new(
        author: &'a Author,
        user_id: Option<Uuid>,
        kind: String,
        details: Value,
        now: OffsetDateTime,
    ) -> NewEvent<'a> {
        NewEvent {
            account_id: author.account_id,
            happened_at: now,
            actor: author.actor_name(),
            actor_user_id: author.user_id(),
            user_id,
            kind,
            details,
            source: author.source.map(IpNet::from),
            request_id: author.request_id.as_deref(),
        }
    }
}

/// Writes one event about `user` (or about the account itself).
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record(
    tx: &mut db::Connection,
    author: &Author,
    user: Option<Uuid>,
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    record_for_each(tx, author, &[user], event, now)
}

/// Writes the same event about each of `users`, in one statement per 5,000.
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record_for_each(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Option<Uuid>],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (kind, _) = split(event)?;
    insert(tx, author, users, event, now)?;
    log(
        author,
        users.iter().map(|user| (*user, kind.clone())).collect(),
    );
    Ok(())
}

/// Writes events that differ, each about its own user, in one statement per 5,000.
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record_each(
    tx: &mut db::Connection,
    author: &Author,
    events: &[(Option<Uuid>, Event)],
    now: OffsetDateTime,
) -> QueryResult<()> {
    for some in events.chunks(5_000) {
        let rows = some
            .iter()
            .map(|(user, event)| {
                let (kind, details) = split(event)?;
                Ok(NewEvent::new(author, *user, kind, details, now))
            })
            .collect::<QueryResult<Vec<_>>>()?;
        diesel::insert_into(events::table)
            .values(&rows)
            .execute(tx)?;
        log(
            author,
            rows.into_iter()
                .map(|row| (row.user_id, row.kind))
                .collect(),
        );
    }
    Ok(())
}

/// A line for each event, once it is kept: what is rolled back did not happen.
fn log(author: &Author, events: Vec<(Option<Uuid>, String)>) {
    let author = author.clone();
    db::after_commit(move || {
        for (user, kind) in events {
            tracing::info!(
                account = %author.account_id,
                actor = author.actor_name(),
                actor_user = author.user_id().map(tracing::field::display),
                subject = user.map(tracing::field::display),
                source = author.source.map(tracing::field::display),
                request = author.request_id.as_deref(),
                kind,
                "event"
            );
        }
    });
}

/// Writes events without a line in the log: for demonstration data, whose past is made up.
///
/// # Errors
/// Whatever the database says.
pub fn insert(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Option<Uuid>],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (kind, details) = split(event)?;
    // PostgreSQL takes 65,535 parameters a statement; a row has nine.
    for some_users in users.chunks(5_000) {
        let rows: Vec<NewEvent<'_>> = some_users
            .iter()
            .map(|user_id| NewEvent::new(author, *user_id, kind.clone(), details.clone(), now))
            .collect();
        diesel::insert_into(events::table)
            .values(&rows)
            .execute(tx)?;
    }
    Ok(())
}

/// The event's name and the rest of it.
fn split(event: &Event) -> QueryResult<(String, Value)> {
    let serialized =
        serde_json::to_value(event).map_err(|e| db::Error::SerializationError(e.into()))?;
    let Value::Object(mut details) = serialized else {
        return Err(db::Error::SerializationError(
            "an event is an object".into(),
        ));
    };
    let kind = match details.remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => return Err(db::Error::SerializationError("an event has a kind".into())),
    };
    Ok((kind, Value::Object(details)))
}

/// Counts a refusal of `kind` from `source`: one row per kind, source, account and hour, so that a
/// flood does not fill the table; the log has a line for each. To be called in a transaction of its own.
///
/// # Errors
/// Whatever the database says.
pub fn refuse(
    tx: &mut db::Connection,
    kind: &str,
    source: Option<IpAddr>,
    account: Option<Uuid>,
    request_id: Option<&str>,
    now: OffsetDateTime,
) -> QueryResult<()> {
    tracing::info!(
        request = request_id,
        account = account.map(tracing::field::display),
        source = source.map(tracing::field::display),
        kind,
        "refused"
    );
    diesel::sql_query(
        "insert into refusals (hour, kind, source, account_id, times, last_at)
         values (date_trunc('hour', $1), $2, $3, $4, 1, $1)
         on conflict (hour, kind, source, account_id)
         do update set times = refusals.times + 1, last_at = excluded.last_at",
    )
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::Text, _>(kind)
    .bind::<sql_types::Inet, _>(source_network(source))
    .bind::<sql_types::Uuid, _>(account.unwrap_or_default())
    .execute(tx)
    .map(|_| ())
}

/// The same for somebody who is known: what they gave was wrong.
///
/// # Errors
/// Whatever the database says.
pub fn refuse_of(
    tx: &mut db::Connection,
    kind: &str,
    author: &Author,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (account, request_id) = (Some(author.account_id), author.request_id.as_deref());
    refuse(tx, kind, author.source, account, request_id, now)
}

/// The peer as limits and refusals count it: an IPv6 network of 64 bits is one customer's line.
pub fn source_network(source: Option<IpAddr>) -> IpNet {
    match source {
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            Ipv6Net::new_assert(address, 64).trunc().into()
        }
        Some(address) => address.to_canonical().into(),
        None => IpNet::from(IpAddr::from([0, 0, 0, 0])),
    }
}
