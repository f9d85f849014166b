//! Reading history, newest first.

use diesel::prelude::*;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Event;
use crate::db;
use crate::schema::{events, users};

/// A person as history names them today.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    /// First and last name, for sentences.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The username.
    pub username: String,
}

/// One line of history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place in the account's history; later is larger.
    pub id: i64,
    /// When it happened (UTC).
    pub happened_at: OffsetDateTime,
    /// Who did it: `user`, `staff` or `program`.
    pub actor: String,
    /// The signed-in person who did it.
    pub actor_person: Option<Person>,
    /// From which network address.
    pub source: Option<String>,
    /// What happened. Nothing for a kind that this program does not know (written by a newer one).
    pub event: Option<Event>,
    /// The kind as stored.
    pub kind: String,
}

/// How many lines one page of history shows.
pub const PAGE: usize = 100;

/// The history of one user, newest first, at most 100 lines older than `before`.
///
/// # Errors
/// Whatever the database says.
pub fn of_user(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    before: Option<i64>,
) -> QueryResult<Vec<Entry>> {
    let actor = diesel::alias!(users as actor);
    let rows: Vec<Row> = events::table
        .left_join(
            actor.on(actor
                .field(users::account_id)
                .eq(events::account_id)
                .and(actor.field(users::id).nullable().eq(events::actor_user_id))),
        )
        .filter(events::account_id.eq(account_id))
        .filter(events::user_id.eq(user_id))
        .filter(events::id.lt(before.unwrap_or(i64::MAX)))
        .order(events::id.desc())
        .limit(PAGE as i64)
        .select((
            events::id,
            events::happened_at,
            events::actor,
            events::kind,
            events::details,
            events::source,
            actor
                .fields((users::first_name, users::last_name, users::username))
                .nullable(),
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

#[derive(Queryable)]
struct Row {
    id: i64,
    happened_at: OffsetDateTime,
    actor: String,
    kind: String,
    details: Value,
    source: Option<ipnet::IpNet>,
    actor_person: Option<Person>,
}

impl Row {
    fn into_entry(mut self) -> Entry {
        if let Value::Object(details) = &mut self.details {
            details.insert("kind".to_string(), Value::String(self.kind.clone()));
        }
        Entry {
            id: self.id,
            happened_at: self.happened_at,
            actor: self.actor,
            actor_person: self.actor_person,
            source: self.source.map(|network| network.addr().to_string()),
            event: serde_json::from_value(self.details).ok(),
            kind: self.kind,
        }
    }
}
