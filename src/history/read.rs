//! Reading history, newest first.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Event;
use super::newest::Asked;
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

impl Person {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
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
    /// The signed-in person who did it, by id.
    pub actor_id: Option<Uuid>,
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
    /// The second person of a replacement, as they are named today.
    pub other: Option<Person>,
    /// The import it is a line of.
    pub import_id: Option<Uuid>,
}

impl Entry {
    /// Whether it changed that field of the user, by the field's words.
    pub fn changed(&self, field: &str) -> bool {
        matches!(&self.event, Some(Event::UserEdited { changes })
            if changes.iter().any(|change| change.field == field))
    }

    /// Who stands on the other side of a replacement.
    fn other_id(&self) -> Option<Uuid> {
        match self.event {
            Some(Event::UserReplaced { old_user, new_user }) if self.user_id == Some(old_user) => {
                Some(new_user)
            }
            Some(Event::UserReplaced { old_user, .. }) => Some(old_user),
            _ => None,
        }
    }
}

/// How many lines one page of history shows.
pub const PAGE: usize = 100;

/// The history of one user, newest first, at most `limit` lines older than `before`.
///
/// # Errors
/// Whatever the database says.
pub fn of_user(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let asked = Asked {
        account_id,
        people: Some(&[user_id]),
        older_than: before,
        limit,
        ..Asked::default()
    };
    let ids = asked.about(connection)?;
    load_about(connection, account_id, user_id, &ids)
}

/// These lines as lines about one person: what was done to several together was done to this one.
fn load_about(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    ids: &[i64],
) -> QueryResult<Vec<Entry>> {
    let mut entries = load(connection, account_id, ids)?;
    for entry in &mut entries {
        entry.user_id = Some(user_id);
    }
    Ok(entries)
}

/// What staff looked at stands in history too. They read it as a number: a line for each look would
/// push out what they look for.
const SUPPORT_LOOKED_UP: &str = "support_looked_up";

/// What support staff read of a user's history, newest first: the `newest` lines without their own
/// looks, and the newest change of the username, however old it is.
///
/// # Errors
/// Whatever the database says.
pub fn for_support(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    newest: i64,
) -> QueryResult<Vec<Entry>> {
    let asked = Asked {
        account_id,
        people: Some(&[user_id]),
        but: Some(SUPPORT_LOOKED_UP),
        limit: newest,
        ..Asked::default()
    };
    let mut ids = asked.about(connection)?;
    let changed: Option<i64> = events::table
        .filter(events::account_id.eq(account_id))
        .filter(events::user_id.eq(user_id))
        .filter(events::kind.eq("user_edited"))
        .filter(diesel::dsl::sql::<Bool>(
            r#"events.details @> '{"changes": [{"field": "Username"}]}'"#,
        ))
        .order(events::id.desc())
        .select(events::id)
        .first(connection)
        .optional()?;
    ids.extend(changed.filter(|changed| !ids.contains(changed)));
    load_about(connection, account_id, user_id, &ids)
}

/// How often support staff looked at a user, and when last (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct SupportLooks {
    /// How often.
    pub times: i64,
    /// When last; nothing where they never did.
    pub last_at: Option<OffsetDateTime>,
}

/// Counts the looks of support staff at a user.
///
/// # Errors
/// Whatever the database says.
pub fn support_looks(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<SupportLooks> {
    events::table
        .filter(events::account_id.eq(account_id))
        .filter(events::user_id.eq(user_id))
        .filter(events::kind.eq(SUPPORT_LOOKED_UP))
        .select((
            diesel::dsl::count_star(),
            diesel::dsl::max(events::happened_at),
        ))
        .first(connection)
}

/// These lines of the account, newest first.
pub(super) fn load(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[i64],
) -> QueryResult<Vec<Entry>> {
    // "Any of one account": a plan without values (`db/address.rs`) takes an account to be an average one, and
    // would rather read all of it than look a hundred lines up.
    let rows: Vec<Row> = lines()
        .filter(events::account_id.eq_any([account_id].as_slice()))
        .filter(events::id.eq_any(ids))
        .order(events::id.desc())
        .load(connection)?;
    into_entries(connection, account_id, rows)
}

/// The lines with whom else they name: one query more, and only where there was a replacement.
fn into_entries(
    connection: &mut db::Connection,
    account_id: Uuid,
    rows: Vec<Row>,
) -> QueryResult<Vec<Entry>> {
    let mut entries: Vec<Entry> = rows.into_iter().map(Row::into_entry).collect();
    let ids: Vec<Uuid> = entries.iter().filter_map(Entry::other_id).collect();
    if ids.is_empty() {
        return Ok(entries);
    }
    let people: HashMap<Uuid, Person> = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::id.eq_any(ids))
        .select((
            users::id,
            (users::first_name, users::last_name, users::username),
        ))
        .load::<(Uuid, Person)>(connection)?
        .into_iter()
        .collect();
    for entry in &mut entries {
        entry.other = entry.other_id().and_then(|id| people.get(&id).cloned());
    }
    Ok(entries)
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
            events::actor_user_id,
            actor
                .fields((users::first_name, users::last_name, users::username))
                .nullable(),
            events::user_id,
            subject
                .fields((users::first_name, users::last_name, users::username))
                .nullable(),
            events::import_id,
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
    actor_id: Option<Uuid>,
    actor_person: Option<Person>,
    user_id: Option<Uuid>,
    user: Option<Person>,
    import_id: Option<Uuid>,
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
            actor_id: self.actor_id,
            actor_person: self.actor_person,
            source: self.source.map(|network| network.addr().to_string()),
            event: serde_json::from_value(self.details).ok(),
            kind: self.kind,
            user_id: self.user_id,
            user: self.user,
            other: None,
            import_id: self.import_id,
        }
    }
}
