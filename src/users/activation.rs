//! Taking people out and back in.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{User, end_mailed_secrets, mail_passwords};
use crate::history::{self, Author, Event};
use crate::mail::outbox::{self, Kind};
use crate::schema::{passwords, users};
use crate::{db, sessions};

/// Every kind of mail that goes to a user.
const KINDS_TO_A_USER: [&str; 9] = [
    "welcome",
    "password_reset",
    "new_password",
    "recovery_link",
    "username_changed",
    "second_factor_on",
    "second_factor_off",
    "recovery_code_used",
    "training_confirmation",
];

/// What deactivating somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deactivated {
    /// Sessions that ended.
    pub sessions_ended: usize,
    /// Mails that will not be sent.
    pub mails_cancelled: usize,
}

/// Why somebody cannot be taken out or in.
#[derive(Debug, Error)]
pub enum ActivationError {
    /// Nobody deactivates themself.
    #[error("You cannot deactivate yourself. Ask another administrator to do it.")]
    Yourself,
    /// The last administrator.
    #[error(
        "This is the last administrator of the account. Make somebody else an administrator first."
    )]
    LastAdministrator,
    /// All seats are in use.
    #[error("No seat is free. Deactivate a user first.")]
    NoSeat,
    /// The database.
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for ActivationError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("accounts_last_administrator") => ActivationError::LastAdministrator,
            Some("accounts_seats") => ActivationError::NoSeat,
            _ => ActivationError::Database(error),
        }
    }
}

/// Takes an active user out: sessions, mailed passwords and recovery links end and waiting mail is
/// cancelled in this transaction. The caller holds the locks of account and user.
///
/// # Errors
/// [`ActivationError::Yourself`], [`ActivationError::LastAdministrator`].
pub fn deactivate(
    tx: &mut db::Connection,
    author: &Author,
    user: &User,
    reason: &str,
    now: OffsetDateTime,
) -> Result<Deactivated, ActivationError> {
    if author.user_id() == Some(user.id) {
        return Err(ActivationError::Yourself);
    }
    let account_id = author.account_id;
    diesel::update(users::table.find((account_id, user.id)))
        .set((
            users::active.eq(false),
            users::administrator.eq(false),
            users::deactivated_at.eq(now),
            users::deactivation_reason.eq(reason),
            users::password_mail_id.eq(None::<Uuid>),
        ))
        .execute(tx)?;
    let ended = end_access(tx, account_id, &[user.id], now)?;
    if user.administrator {
        history::record(
            tx,
            author,
            Some(user.id),
            &Event::AdministratorUnmade {},
            now,
        )?;
    }
    let event = Event::UserDeactivated {
        reason: reason.to_string(),
        sessions_ended: ended.sessions_ended,
        mails_cancelled: ended.mails_cancelled,
    };
    history::record(tx, author, Some(user.id), &event, now)?;
    Ok(ended)
}

/// Ends everything by which `users` are or could come in, and cancels mail to them.
fn end_access(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
    now: OffsetDateTime,
) -> QueryResult<Deactivated> {
    let sessions_ended = sessions::end_all(tx, account_id, users)?;
    end_mailed_secrets(tx, account_id, users)?;
    let mails_cancelled = outbox::cancel_waiting(
        tx,
        account_id,
        users,
        &KINDS_TO_A_USER,
        "the user was deactivated",
        now,
    )?;
    Ok(Deactivated {
        sessions_ended,
        mails_cancelled,
    })
}

/// Takes an inactive user back in; with `send_password` their own password ends and a new one is
/// mailed. The caller holds the locks of account and user.
///
/// # Errors
/// [`ActivationError::NoSeat`].
pub fn reactivate(
    tx: &mut db::Connection,
    author: &Author,
    user: &User,
    send_password: bool,
    now: OffsetDateTime,
) -> Result<(), ActivationError> {
    reactivate_all(tx, author, &[user.id], send_password, now)
}

/// Takes inactive users back in, all or none, in a constant number of statements. The caller holds
/// the locks of account and users.
///
/// # Errors
/// [`ActivationError::NoSeat`].
pub fn reactivate_all(
    tx: &mut db::Connection,
    author: &Author,
    ids: &[Uuid],
    send_password: bool,
    now: OffsetDateTime,
) -> Result<(), ActivationError> {
    if ids.is_empty() {
        return Ok(());
    }
    let account_id = author.account_id;
    let inactive = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::id.eq_any(ids));
    diesel::update(inactive)
        .set((
            users::active.eq(true),
            users::deactivated_at.eq(None::<OffsetDateTime>),
            users::deactivation_reason.eq(""),
        ))
        .execute(tx)?;
    if send_password {
        mail_passwords(tx, account_id, ids, Kind::NewPassword, None, now)?;
    }
    let event = Event::UserReactivated {
        new_password: send_password,
    };
    let subjects: Vec<Option<Uuid>> = ids.iter().copied().map(Some).collect();
    history::record_for_each(tx, author, &subjects, &event, now)?;
    Ok(())
}

/// Whether the user has a password of their own, so that they can come back without a new one.
///
/// # Errors
/// Whatever the database says.
pub fn has_own_password(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        passwords::table.find((account_id, user_id)),
    ))
    .get_result(connection)
}
