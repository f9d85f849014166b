//! Replacing a user: the leaver out and the joiner in, one transaction, two histories.

use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::activation::{self, ActivationError};
use super::add::{self, AddError, FirstPassword};
use super::{NewUser, Profile, Username, find, lock};
use crate::history::{self, Author, Event};
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
    let reason = format!("Replaced by {}", command.profile.full_name());
    let new = swap(tx, author, command, &reason, now)?;
    let event = Event::UserReplaced {
        old_user: command.leaving,
        new_user: new.id,
    };
    history::record_for_each(
        tx,
        author,
        &[Some(command.leaving), Some(new.id)],
        &event,
        now,
    )?;
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
    let reason = format!("Made room for {}", command.profile.full_name());
    swap(tx, author, command, &reason, now)
}

fn swap(
    tx: &mut db::Connection,
    author: &Author,
    command: &ReplaceUser,
    reason: &str,
    now: OffsetDateTime,
) -> Result<NewUser, ReplaceError> {
    let account_id = author.account_id;
    accounts::lock(tx, account_id)?;
    let leaving = lock(tx, account_id, command.leaving)?.ok_or(ReplaceError::NotFound)?;
    let mut id = command.id;
    if let Some(existing) = find(tx, account_id, id)? {
        if existing.username == command.username.as_str() && !leaving.active {
            return Ok(NewUser { id });
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
    .map_err(ReplaceError::Coming)
}
