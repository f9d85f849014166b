//! Sending a password mail again to one person: the mail was refused, cancelled, lost, or its
//! password ran out.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{User, lock, mail_passwords};
use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::mails;
use crate::{accounts, db};

/// Why no mail was sent again.
#[derive(Debug, Error)]
pub enum SendAgainError {
    /// No such user in the account.
    #[error("There is no such user.")]
    NotFound,
    /// They are out.
    #[error("{} is inactive. Tick Active Account to send a new password.", .0.full_name())]
    Inactive(Box<User>),
    /// The newest mail was not tried to its end yet.
    #[error("A password is on its way to {} already.", .0.full_name())]
    OnItsWay(Box<User>),
    /// They chose a password of their own since.
    #[error("{} has chosen a password since. Use Reset Password to send a new one.", .0.full_name())]
    HasChosen(Box<User>),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Mails a new password to somebody who has not used the mailed one; what was mailed before ends.
/// It counts as the mail of the same reset, if it was one. Pressing twice mails once.
///
/// # Errors
/// [`SendAgainError`].
pub fn send_password_again(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> Result<User, SendAgainError> {
    let account_id = author.account_id;
    accounts::lock_for(tx, author)?;
    let user = lock(tx, account_id, id)?.ok_or(SendAgainError::NotFound)?;
    if !user.active {
        return Err(SendAgainError::Inactive(Box::new(user)));
    }
    let Some(mail_id) = user.password_mail_id else {
        return Err(SendAgainError::HasChosen(Box::new(user)));
    };
    let (kind, state, password_reset): (String, String, Option<Uuid>) = mails::table
        .find((account_id, mail_id))
        .select((mails::kind, mails::state, mails::password_reset_id))
        .first(tx)?;
    if state == "waiting" {
        return Err(SendAgainError::OnItsWay(Box::new(user)));
    }
    let kind = Kind::from_name(&kind).unwrap_or(Kind::NewPassword);
    mail_passwords(tx, account_id, &[id], kind, password_reset, now)?;
    let event = Event::PasswordMailedAgain {
        password_reset,
        people: 1,
    };
    history::record(tx, author, Some(id), &event, now)?;
    Ok(user)
}
