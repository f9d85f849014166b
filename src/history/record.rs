//! Writing history.

use std::collections::BTreeMap;
use std::net::IpAddr;

use diesel::prelude::*;
use diesel::sql_types;
use ipnet::{IpNet, Ipv6Net};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Event;
use super::event::Together;
use crate::db::{self, Statement};

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
    /// The import whose lines are carried out: Activity tells of it once, not line by line.
    pub import: Option<Uuid>,
}

impl Author {
    /// The vendor's staff at a terminal.
    pub fn staff(account_id: Uuid) -> Author {
        Author {
            account_id,
            actor: Actor::Staff,
            source: None,
            request_id: None,
            import: None,
        }
    }

    /// The program itself.
    pub fn program(account_id: Uuid) -> Author {
        Author {
            account_id,
            actor: Actor::Program,
            source: None,
            request_id: None,
            import: None,
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
    record_alike(tx, author, &[user], event, now)
}

/// Writes the same event about each of `users`, in one statement.
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record_for_each(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let subjects: Vec<Option<Uuid>> = users.iter().copied().map(Some).collect();
    record_alike(tx, author, &subjects, event, now)
}

fn record_alike(
    tx: &mut db::Connection,
    author: &Author,
    subjects: &[Option<Uuid>],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (kind, details) = split(event)?;
    Rows::alike(subjects, &kind, &details).insert(tx, author, now)?;
    log(author, subjects, &kind);
    Ok(())
}

/// Writes what was done to the `people` of a reset, or of a request for training: one line, however many they
/// are. Whose it is, the reset's mails, the request or who was recorded for it tell.
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record_together(
    tx: &mut db::Connection,
    author: &Author,
    people: &[Uuid],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (rows, kind) = Rows::together(people, event)?;
    rows.insert(tx, author, now)?;
    let subjects: Vec<Option<Uuid>> = people.iter().copied().map(Some).collect();
    log(author, &subjects, &kind);
    Ok(())
}

/// Writes events that differ, each about its own user, in one statement.
///
/// # Errors
/// Whatever the database says; the caller's transaction then fails with it.
pub fn record_each(
    tx: &mut db::Connection,
    author: &Author,
    events: &[(Option<Uuid>, Event)],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let mut rows = Rows::default();
    let mut by_kind: BTreeMap<String, Vec<Option<Uuid>>> = BTreeMap::new();
    for (user, event) in events {
        let (kind, details) = split(event)?;
        by_kind.entry(kind.clone()).or_default().push(*user);
        rows.push(*user, kind, &details);
    }
    rows.insert(tx, author, now)?;
    for (kind, users) in &by_kind {
        log(author, users, kind);
    }
    Ok(())
}

/// A line for what happened, once it is kept: what is rolled back did not happen. About many people it
/// counts them, and their history names them.
fn log(author: &Author, users: &[Option<Uuid>], kind: &str) {
    let only = match users {
        [only] => *only,
        _ => None,
    };
    let subjects = (users.len() > 1).then_some(users.len());
    let (author, kind) = (author.clone(), kind.to_string());
    db::after_commit(move || {
        tracing::info!(
            account = %author.account_id,
            actor = author.actor_name(),
            actor_user = author.user_id().map(tracing::field::display),
            subject = only.map(tracing::field::display),
            subjects,
            source = author.source.map(tracing::field::display),
            request = author.request_id.as_deref(),
            kind,
            "event"
        );
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
    Rows::alike(users, &kind, &details).insert(tx, author, now)
}

/// The same as [`record_together`], without a line in the log.
///
/// # Errors
/// Whatever the database says.
pub fn insert_together(
    tx: &mut db::Connection,
    author: &Author,
    people: &[Uuid],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let (rows, _) = Rows::together(people, event)?;
    rows.insert(tx, author, now)
}

/// What differs between the events of one change, column by column.
#[derive(Default)]
struct Rows {
    users: Vec<Option<Uuid>>,
    kinds: Vec<String>,
    details: Vec<String>,
    of_several: Together,
}

impl Rows {
    /// The same about each of `users`.
    fn alike(users: &[Option<Uuid>], kind: &str, details: &Value) -> Rows {
        Rows {
            users: users.to_vec(),
            kinds: vec![kind.to_string(); users.len()],
            details: vec![details.to_string(); users.len()],
            of_several: Together::default(),
        }
    }

    /// One line about all of `people`, and its kind.
    fn together(people: &[Uuid], event: &Event) -> QueryResult<(Rows, String)> {
        let (kind, details) = split(event)?;
        let rows = match people {
            [only] => Rows::alike(&[Some(*only)], &kind, &details),
            _ => Rows {
                of_several: event.of_several(),
                ..Rows::alike(&[None], &kind, &details)
            },
        };
        Ok((rows, kind))
    }

    fn push(&mut self, user: Option<Uuid>, kind: String, details: &Value) {
        self.users.push(user);
        self.kinds.push(kind);
        self.details.push(details.to_string());
    }

    fn insert(
        self,
        tx: &mut db::Connection,
        author: &Author,
        now: OffsetDateTime,
    ) -> QueryResult<()> {
        Statement::new(
            "insert into events (account_id, happened_at, actor, actor_user_id, user_id, kind, details, source, request_id,
                 import_id, password_reset_id, training_request_id)
             select $1, $2, $3, $4, event.user_id, event.kind, event.details::jsonb, $5::inet, $6, $7, $8, $9
             from unnest($10::uuid[], $11::text[], $12::text[]) as event (user_id, kind, details)",
        )
        .bind(author.account_id)
        .bind(now)
        .bind(author.actor_name())
        .bind(author.user_id())
        .bind(author.source.map(|source| source.to_string()))
        .bind(author.request_id.clone())
        .bind(author.import)
        .bind(self.of_several.password_reset)
        .bind(self.of_several.training_request)
        .bind(self.users)
        .bind(self.kinds)
        .bind(self.details)
        .execute(tx)
        .map(|_| ())
    }
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
/// flood does not fill the table; the log has a line for each. What is gathered is history, and kept as that is. To be
/// called in a transaction of its own.
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
    let (request, named) = (request_id.map(str::to_string), kind.to_string());
    db::after_commit(move || {
        tracing::info!(
            request = request.as_deref(),
            account = account.map(tracing::field::display),
            source = source.map(tracing::field::display),
            kind = named,
            "refused"
        );
    });
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
