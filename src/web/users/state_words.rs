//! The state of a user in plain words.

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use crate::users::State;
use crate::web::components::Tone;
use crate::web::when::{self, Written};

/// What the list says, and how much it asks for.
pub fn words(state: &State, now: OffsetDateTime, zone: &TimeZone) -> (String, Tone) {
    written_words(state, now, zone, when::day)
}

/// The same with its moment written in another way.
pub fn written_words(
    state: &State,
    now: OffsetDateTime,
    zone: &TimeZone,
    written: Written,
) -> (String, Tone) {
    let written = |at: &OffsetDateTime| written(*at, now, zone);
    match state {
        State::Inactive(Some(since)) => (format!("Inactive since {}", written(since)), Tone::Quiet),
        State::Inactive(None) => ("Inactive".to_string(), Tone::Quiet),
        State::MailWaiting => ("Password mail on its way".to_string(), Tone::Quiet),
        State::MailDelayed(_) => ("Password mail delayed".to_string(), Tone::Attention),
        State::MailFailed(_) => ("Mail failed".to_string(), Tone::Problem),
        State::MailCancelled(_) => ("Password mail cancelled".to_string(), Tone::Attention),
        State::PasswordSent(at) => (format!("Password sent {}", written(at)), Tone::Quiet),
        State::PasswordExpired(at) => {
            (format!("Password expired {}", written(at)), Tone::Attention)
        }
        State::NeverSignedIn => ("Never signed in".to_string(), Tone::Attention),
        State::InUse => ("Active".to_string(), Tone::Quiet),
    }
}

/// Why, under the state in the list: the mail server's words, or why a mail was cancelled.
pub fn reason(state: &State) -> &str {
    match state {
        State::MailDelayed(words) | State::MailFailed(words) | State::MailCancelled(words) => words,
        _ => "",
    }
}

/// What the mail server said, where it did not take the mail.
pub fn server_said(state: &State) -> Option<&str> {
    match state {
        State::MailDelayed(words) | State::MailFailed(words) => Some(words),
        _ => None,
    }
}

/// What sending a password again is called for somebody in this state; nothing where there is none to
/// send.
pub fn send_again_label(state: &State) -> Option<&'static str> {
    match state {
        State::MailFailed(_) | State::MailCancelled(_) | State::PasswordSent(_) => {
            Some("Send again")
        }
        State::PasswordExpired(_) => Some("Send a new password"),
        _ => None,
    }
}

/// The same with what to know and do about it, for the pop-up.
pub fn sentence(state: &State, now: OffsetDateTime, zone: &TimeZone) -> (String, Tone) {
    let (short, tone) = words(state, now, zone);
    let long = match state {
        State::MailWaiting => "The mail with the password is on its way.".to_string(),
        State::MailDelayed(_) => {
            "The mail server does not take the mail with the password yet; it is tried again by itself."
                .to_string()
        }
        State::MailFailed(_) => {
            "The mail with the password was refused. Correct the username if it is wrong: a new password goes there."
                .to_string()
        }
        State::MailCancelled(why) => format!("The mail with the password was not sent: {why}."),
        State::PasswordSent(_) => format!("{short}. Not used yet to choose their own."),
        State::PasswordExpired(_) => format!("{short}. It was never used."),
        _ => short,
    };
    (long, tone)
}
