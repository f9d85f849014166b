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
    /// Whom it is about, where it is about one person.
    pub user_id: Option<Uuid>,
    /// That person as they are named today.
    pub user: Option<Person>,
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
    let rows: Vec<Row> = lines()
        .filter(events::account_id.eq(account_id))
        .filter(events::user_id.eq(user_id))
        .filter(events::id.lt(before.unwrap_or(i64::MAX)))
        .order(events::id.desc())
        .limit(PAGE as i64)
        .load(connection)?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// These lines of the account, newest first.
pub(super) fn load(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[i64],
) -> QueryResult<Vec<Entry>> {
    let rows: Vec<Row> = lines()
        .filter(events::account_id.eq(account_id))
        .filter(events::id.eq_any(ids))
        .order(events::id.desc())
        .load(connection)?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

diesel::alias!(users as actor: Actor, users as subject: Subject);

#[diesel::dsl::auto_type]
fn lines() -> _ {
    events::table
        .left_join(
            actor.on(actor
                .field(users::account_id)
                .eq(events::account_id)
                .and(actor.field(users::id).nullable().eq(events::actor_user_id))),
        )
        .left_join(
            subject.on(subject
                .field(users::account_id)
                .eq(events::account_id)
                .and(subject.field(users::id).nullable().eq(events::user_id))),
        )
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
            events::user_id,
            subject
                .fields((users::first_name, users::last_name, users::username))
                .nullable(),
        ))
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
    user_id: Option<Uuid>,
    user: Option<Person>,
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
            user_id: self.user_id,
            user: self.user,
        }
    }
}
