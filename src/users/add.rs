//! Adding a user: the seat, the row, the mail with the password and the event in one transaction.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Profile, Username, find, find_by_username, mail_passwords};
use crate::accounts::{self, Account};
use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::{passwords, users};
use crate::{db, ids};

/// A user to be added.
#[derive(Debug, Clone)]
pub struct AddUser {
    /// The id that the new user will have; the form carries it, so that sending it twice adds once.
    pub id: Uuid,
    /// The address they sign in with.
    pub username: Username,
    /// Their details.
    pub profile: Profile,
}

/// Who was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewUser {
    /// Their id.
    pub id: Uuid,
}

/// How a new user gets in.
#[derive(Debug, Clone)]
pub enum FirstPassword {
    /// A temporary one is mailed.
    Mailed,
    /// They have one of their own, given at a terminal: the Argon2id hash of it.
    Own(String),
}

/// Why nobody was added.
#[derive(Debug, Error)]
pub enum AddError {
    /// Somebody has the address, or had it until recently; `users::explain` tells who.
    #[error("Email address is already in use")]
    AddressInUse,
    /// The address is at no domain of the account.
    #[error("Use an email address of your company.")]
    ForeignDomain,
    /// All seats are in use; the account as it is.
    #[error("No seat is free. Deactivate a user first.")]
    NoSeat(Option<Box<Account>>),
    /// Who was to make room cannot: why, as a sentence.
    #[error("{0}")]
    NobodyToFree(String),
    /// The database.
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for AddError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("users_username" | "users_username_reserved") => AddError::AddressInUse,
            Some("users_domain") => AddError::ForeignDomain,
            Some("accounts_seats") => AddError::NoSeat(None),
            _ => AddError::Database(error),
        }
    }
}

/// Adds a user and writes the mail with their temporary password. Sent twice with the same id and
/// username, it adds once and answers the same.
///
/// # Errors
/// [`AddError::AddressInUse`], [`AddError::ForeignDomain`], [`AddError::NoSeat`].
pub fn add(
    tx: &mut db::Connection,
    author: &Author,
    command: &AddUser,
    now: OffsetDateTime,
) -> Result<NewUser, AddError> {
    let account = accounts::lock_for(tx, author)?;
    let mut id = command.id;
    if let Some(existing) = find(tx, author.account_id, id)? {
        if existing.username == command.username.as_str() {
            return Ok(NewUser { id });
        }
        // The form of somebody who was added, sent again with another address: another person.
        id = ids::new();
    }
    // Asked before whether somebody elsewhere has the address: where nothing can be added, trying it
    // out would cost nothing.
    if account.free_seats() <= 0 {
        let is_ours = find_by_username(tx, author.account_id, &command.username)?.is_some();
        return Err(if is_ours {
            AddError::AddressInUse
        } else {
            AddError::NoSeat(Some(Box::new(account)))
        });
    }
    insert(
        tx,
        author,
        id,
        &command.username,
        &command.profile,
        false,
        &FirstPassword::Mailed,
        now,
    )
    .map_err(|error| match error {
        AddError::NoSeat(None) => AddError::NoSeat(Some(Box::new(account))),
        other => other,
    })
}

/// Writes the new user's row, password and event. The caller holds the account's lock.
///
/// # Errors
/// As [`add`].
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different thing; a struct would name them twice"
)]
pub fn insert(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    username: &Username,
    profile: &Profile,
    administrator: bool,
    password: &FirstPassword,
    now: OffsetDateTime,
) -> Result<NewUser, AddError> {
    let account_id = author.account_id;
    let user = AddUser {
        id,
        username: username.clone(),
        profile: profile.clone(),
    };
    insert_rows(
        tx,
        account_id,
        std::slice::from_ref(&user),
        administrator,
        now,
    )?;
    match password {
        FirstPassword::Mailed => mail_passwords(tx, account_id, &[id], Kind::Welcome, None, now)?,
        FirstPassword::Own(hash) => {
            diesel::insert_into(passwords::table)
                .values((
                    passwords::account_id.eq(account_id),
                    passwords::user_id.eq(id),
                    passwords::hash.eq(hash),
                    passwords::chosen_at.eq(now),
                ))
                .execute(tx)?;
        }
    }
    history::record(tx, author, Some(id), &user.event(), now)?;
    if administrator {
        history::record(tx, author, Some(id), &Event::AdministratorMade {}, now)?;
    }
    Ok(NewUser { id })
}

/// Adds all of them or none, each with a mailed password and an event of their own, in a constant
/// number of statements per thousand. The caller holds the account's lock.
///
/// # Errors
/// As [`add`].
pub fn insert_all(
    tx: &mut db::Connection,
    author: &Author,
    people: &[AddUser],
    now: OffsetDateTime,
) -> Result<(), AddError> {
    if people.is_empty() {
        return Ok(());
    }
    insert_rows(tx, author.account_id, people, false, now)?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
    mail_passwords(tx, author.account_id, &ids, Kind::Welcome, None, now)?;
    let events: Vec<(Option<Uuid>, Event)> = people
        .iter()
        .map(|person| (Some(person.id), person.event()))
        .collect();
    history::record_each(tx, author, &events, now)?;
    Ok(())
}

impl AddUser {
    fn event(&self) -> Event {
        Event::UserAdded {
            username: self.username.as_str().to_string(),
            name: self.profile.full_name(),
        }
    }
}

fn insert_rows(
    tx: &mut db::Connection,
    account_id: Uuid,
    people: &[AddUser],
    administrator: bool,
    now: OffsetDateTime,
) -> QueryResult<()> {
    // PostgreSQL takes 65,535 parameters a statement; a row has twelve.
    for some in people.chunks(5_000) {
        let rows: Vec<_> = some
            .iter()
            .map(
                |AddUser {
                     id,
                     username,
                     profile,
                 }| {
                    (
                        users::account_id.eq(account_id),
                        users::id.eq(id),
                        users::username.eq(username.as_str()),
                        users::first_name.eq(&profile.first_name),
                        users::last_name.eq(&profile.last_name),
                        users::title.eq(&profile.title),
                        users::department.eq(&profile.department),
                        users::phone.eq(&profile.phone),
                        users::search_text.eq(profile.search_text(username.as_str())),
                        users::name_key.eq(profile.name_key()),
                        users::administrator.eq(administrator),
                        users::created_at.eq(now),
                    )
                },
            )
            .collect();
        diesel::insert_into(users::table).values(rows).execute(tx)?;
    }
    Ok(())
}
