//! Making and unmaking administrators.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{User, lock};
use crate::history::{self, Author, Event};
use crate::schema::users;
use crate::{accounts, db, sessions};

/// Why somebody cannot be made or unmade an administrator.
#[derive(Debug, Error)]
pub enum AdministratorError {
    /// No such user in the account.
    #[error("There is no such user.")]
    NotFound,
    /// Nobody demotes themself.
    #[error(
        "You cannot give up being an administrator yourself. Ask another administrator to do it."
    )]
    Yourself,
    /// Only people who are in administer.
    #[error("This user is inactive. Reactivate them first.")]
    Inactive,
    /// The last one stays.
    #[error(
        "This is the last administrator of the account. Make somebody else an administrator first."
    )]
    LastAdministrator,
    /// The database.
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for AdministratorError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("accounts_last_administrator") => AdministratorError::LastAdministrator,
            _ => AdministratorError::Database(error),
        }
    }
}

/// Makes the user an administrator, or stops them being one. Who is demoted is signed out everywhere, so that
/// no page of theirs goes on. Doing it again changes nothing.
///
/// # Errors
/// [`AdministratorError`].
pub fn set_administrator(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    administrator: bool,
    now: OffsetDateTime,
) -> Result<User, AdministratorError> {
    accounts::lock_for(tx, author)?;
    let user = lock(tx, author.account_id, user_id)?.ok_or(AdministratorError::NotFound)?;
    if user.administrator == administrator {
        return Ok(user);
    }
    if author.user_id() == Some(user.id) {
        return Err(AdministratorError::Yourself);
    }
    if !user.active {
        return Err(AdministratorError::Inactive);
    }
    diesel::update(users::table.find((author.account_id, user.id)))
        .set(users::administrator.eq(administrator))
        .execute(tx)?;
    let event = if administrator {
        Event::AdministratorMade {}
    } else {
        sessions::end_all(tx, author.account_id, &[user.id])?;
        Event::AdministratorUnmade {}
    };
    history::record(tx, author, Some(user.id), &event, now)?;
    Ok(user)
}
