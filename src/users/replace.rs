//! Replacing a user: the leaver out and the joiner in, one transaction, two histories.

use std::collections::HashMap;

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::activation::{self, ActivationError, Leaving};
use super::add::{self, AddError, AddUser, FirstPassword};
use super::{NewUser, Profile, Username, find, lock};
use crate::history::{self, Author, Event};
use crate::schema::users;
use crate::{accounts, db, ids};

/// Who takes whose seat.
#[derive(Debug, Clone)]
pub struct ReplaceUser {
    /// Who leaves.
    pub leaving: Uuid,
    /// The id that the new user will have; sent twice, it replaces once.
    pub id: Uuid,
    /// The new user's address.
    pub username: Username,
    /// The new user's details.
    pub profile: Profile,
}

/// Why nobody was replaced.
#[derive(Debug, Error)]
pub enum ReplaceError {
    /// No such user in the account.
    #[error("There is no such user.")]
    NotFound,
    /// They hold no seat to take over.
    #[error("This user is inactive already. Add the new user instead.")]
    Inactive,
    /// Taking the leaver out was refused.
    #[error(transparent)]
    Leaving(ActivationError),
    /// Adding the joiner was refused.
    #[error(transparent)]
    Coming(AddError),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Deactivates the one and adds the other; also with no seat free, since one is freed first. Each
/// history names the other person.
///
/// # Errors
/// [`ReplaceError`].
pub fn replace(
    tx: &mut db::Connection,
    author: &Author,
    command: &ReplaceUser,
    now: OffsetDateTime,
) -> Result<NewUser, ReplaceError> {
    let swapped = swap(tx, author, command, &reason(command), now)?;
    let Swapped::Now(new) = swapped else {
        return Ok(swapped.new_user());
    };
    let event = Event::UserReplaced {
        old_user: command.leaving,
        new_user: new.id,
    };
    history::record_for_each(tx, author, &[command.leaving, new.id], &event, now)?;
    Ok(new)
}

/// Deactivates the one to make room for the other, who has nothing to do with them.
///
/// # Errors
/// [`ReplaceError`].
pub fn free_and_add(
    tx: &mut db::Connection,
    author: &Author,
    command: &ReplaceUser,
    now: OffsetDateTime,
) -> Result<NewUser, ReplaceError> {
    let reason = activation::made_room_for(&command.profile);
    Ok(swap(tx, author, command, &reason, now)?.new_user())
}

/// As [`replace`], for many at once and in a constant number of statements: all or nobody. The caller
/// holds the account's lock, and has chosen ids that are new.
///
/// # Errors
/// [`ReplaceError`].
pub fn replace_all(
    tx: &mut db::Connection,
    author: &Author,
    commands: &[ReplaceUser],
    now: OffsetDateTime,
) -> Result<(), ReplaceError> {
    if commands.is_empty() {
        return Ok(());
    }
    let leaving: Vec<Uuid> = commands.iter().map(|command| command.leaving).collect();
    let administrators: HashMap<Uuid, bool> = users::table
        .filter(users::account_id.eq(author.account_id))
        .filter(users::id.eq_any(&leaving))
        .filter(users::active)
        .order(users::id)
        .select((users::id, users::administrator))
        .for_update()
        .load(tx)?
        .into_iter()
        .collect();
    let leavers = commands
        .iter()
        .map(|command| {
            let administrator = *administrators.get(&command.leaving)?;
            Some(Leaving {
                id: command.leaving,
                administrator,
                reason: reason(command),
                again_since: None,
            })
        })
        .collect::<Option<Vec<Leaving>>>()
        .ok_or(ReplaceError::Inactive)?;
    activation::deactivate_all(tx, author, &leavers, now).map_err(ReplaceError::Leaving)?;
    let people: Vec<AddUser> = commands
        .iter()
        .map(|command| AddUser {
            id: command.id,
            username: command.username.clone(),
            profile: command.profile.clone(),
        })
        .collect();
    add::insert_all(tx, author, &people, now).map_err(ReplaceError::Coming)?;
    let events: Vec<(Option<Uuid>, Event)> = commands
        .iter()
        .flat_map(|command| {
            [command.leaving, command.id].map(|user| {
                let event = Event::UserReplaced {
                    old_user: command.leaving,
                    new_user: command.id,
                };
                (Some(user), event)
            })
        })
        .collect();
    history::record_each(tx, author, &events, now)?;
    Ok(())
}

/// What the leaver's row and history say.
fn reason(command: &ReplaceUser) -> String {
    format!("Replaced by {}", command.profile.full_name())
}

/// Who came: in this transaction, or when the same form was sent before.
enum Swapped {
    Now(NewUser),
    Before(NewUser),
}

impl Swapped {
    fn new_user(&self) -> NewUser {
        match self {
            Swapped::Now(new) | Swapped::Before(new) => *new,
        }
    }
}

fn swap(
    tx: &mut db::Connection,
    author: &Author,
    command: &ReplaceUser,
    reason: &str,
    now: OffsetDateTime,
) -> Result<Swapped, ReplaceError> {
    let account_id = author.account_id;
    accounts::lock_for(tx, author)?;
    let leaving = lock(tx, account_id, command.leaving)?.ok_or(ReplaceError::NotFound)?;
    let mut id = command.id;
    if let Some(existing) = find(tx, account_id, id)? {
        if existing.username == command.username.as_str() && !leaving.active {
            return Ok(Swapped::Before(NewUser { id }));
        }
        id = ids::new();
    }
    if !leaving.active {
        return Err(ReplaceError::Inactive);
    }
    activation::deactivate(tx, author, &leaving, reason, now).map_err(ReplaceError::Leaving)?;
    add::insert(
        tx,
        author,
        id,
        &command.username,
        &command.profile,
        false,
        &FirstPassword::Mailed,
        now,
    )
    .map(Swapped::Now)
    .map_err(ReplaceError::Coming)
}
