//! The one state of a user that the list shows, told from stored facts.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::schema::mails;

/// How long a mailed password signs in. Two days of a weekend and a week's holiday would be too much
/// for something that lies in a mailbox; a week lets a new colleague start on a Monday.
pub const TEMPORARY_PASSWORD_LIFE: Duration = Duration::days(7);

/// What became of a mail with a password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct PasswordMail {
    /// `waiting`, `sent`, `failed` or `cancelled`.
    pub state: String,
    /// When it was sent, failed or cancelled.
    pub settled_at: Option<OffsetDateTime>,
    /// How often its delivery was tried.
    pub attempts: i16,
    /// The mail server's words at the last try.
    pub explanation: String,
}

/// What the list says about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Out, since then.
    Inactive(Option<OffsetDateTime>),
    /// A mail with a password waits for the worker, or for the mail server to take it.
    MailWaiting,
    /// The mail server did not take the mail yet, in these words; it is tried again by itself.
    MailDelayed(String),
    /// The mail server refused the mail with the password, in these words.
    MailFailed(String),
    /// The mail with the password was cancelled, for this reason.
    MailCancelled(String),
    /// A password was mailed and not used to choose one.
    PasswordSent(OffsetDateTime),
    /// A password was mailed, and ran out unused.
    PasswordExpired(OffsetDateTime),
    /// Has a password of their own but never came.
    NeverSignedIn,
    /// Comes and goes.
    InUse,
}

/// Tells the state from the columns of a user and the mail with their password.
pub(super) fn tell(
    active: bool,
    deactivated_at: Option<OffsetDateTime>,
    last_sign_in_at: Option<OffsetDateTime>,
    mail: Option<&PasswordMail>,
    now: OffsetDateTime,
) -> State {
    if !active {
        return State::Inactive(deactivated_at);
    }
    let Some(mail) = mail else {
        return if last_sign_in_at.is_some() {
            State::InUse
        } else {
            State::NeverSignedIn
        };
    };
    match (mail.state.as_str(), mail.settled_at) {
        ("sent", Some(sent_at)) if sent_at + TEMPORARY_PASSWORD_LIFE <= now => {
            State::PasswordExpired(sent_at + TEMPORARY_PASSWORD_LIFE)
        }
        ("sent", Some(sent_at)) => State::PasswordSent(sent_at),
        ("failed", _) => State::MailFailed(mail.explanation.clone()),
        ("cancelled", _) => State::MailCancelled(mail.explanation.clone()),
        _ if mail.attempts > 0 && !mail.explanation.is_empty() => {
            State::MailDelayed(mail.explanation.clone())
        }
        _ => State::MailWaiting,
    }
}
