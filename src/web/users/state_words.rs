//! The state of a user in plain words.

use jiff::tz::TimeZone;
use time::OffsetDateTime;

use crate::users::State;
use crate::web::components::Tone;
use crate::web::when;

/// What the list says, and how much it asks for.
pub fn words(state: &State, now: OffsetDateTime, zone: &TimeZone) -> (String, Tone) {
    match state {
        State::Inactive(Some(since)) => (
            format!("Inactive since {}", when::day(*since, now, zone)),
            Tone::Quiet,
        ),
        State::Inactive(None) => ("Inactive".to_string(), Tone::Quiet),
        State::MailWaiting => ("Password mail on its way".to_string(), Tone::Quiet),
        State::MailFailed(_) => ("Mail failed".to_string(), Tone::Problem),
        State::MailCancelled(_) => ("Password mail cancelled".to_string(), Tone::Attention),
        State::PasswordSent(at) => (
            format!("Password sent {}", when::day(*at, now, zone)),
            Tone::Quiet,
        ),
        State::PasswordExpired(at) => (
            format!("Password expired {}", when::day(*at, now, zone)),
            Tone::Attention,
        ),
        State::NeverSignedIn => ("Never signed in".to_string(), Tone::Attention),
        State::InUse => ("Active".to_string(), Tone::Quiet),
    }
}

/// The same with what to know and do about it, for the pop-up.
pub fn sentence(state: &State, now: OffsetDateTime, zone: &TimeZone) -> (String, Tone) {
    let (short, tone) = words(state, now, zone);
    let long = match state {
        State::MailWaiting => "The mail with the password is on its way.".to_string(),
        State::MailFailed(words) => format!("The mail with the password was refused: {words}"),
        State::MailCancelled(why) => format!("The mail with the password was not sent: {why}."),
        State::PasswordSent(_) => format!("{short}. Not used yet to choose an own one."),
        State::PasswordExpired(_) => format!("{short}. Reset the password to send a new one."),
        _ => short,
    };
    (long, tone)
}
