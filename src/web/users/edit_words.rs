//! What the page says after an edit.

use super::form::stored_values;
use super::place::Place;
use crate::users::{Edited, User};
use crate::web::components::Seats;
use crate::web::flash::Flash;
use crate::web::input::is_refused;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What is wrong with a reason for deactivating, if anything.
pub fn reason_problem(reason: &str) -> Option<&'static str> {
    if reason.chars().count() > LONGEST_REASON {
        return Some("Use at most 500 characters.");
    }
    reason
        .chars()
        .any(is_refused)
        .then_some("Enter the reason on one line, without control characters.")
}

/// What happened, with the way to a row that left the filter; nothing where nothing changed.
/// `meanwhile` is what others did, `seats` how many were in use before.
pub fn edited_message(
    edited: &Edited,
    meanwhile: Vec<String>,
    has_own_password: bool,
    seats: Seats,
    place: &Place,
) -> Option<Flash> {
    let user = &edited.user;
    let name = user.full_name();
    let mut sentences = Vec::new();
    if !edited.changes.is_empty() {
        sentences.push(format!("Your changes to {name} are saved."));
    }
    if let Some(deactivated) = edited.deactivated {
        let mut sentence = format!("{name} is deactivated and signed out. ");
        sentence.push_str(&match seats.used.saturating_sub(seats.total) {
            0 => "A seat is free.".to_string(),
            1 => "No seat is free yet: deactivate one more user first.".to_string(),
            over => format!("No seat is free yet: deactivate {over} more users first."),
        });
        match deactivated.mails_cancelled {
            0 => {}
            1 => sentence.push_str(" 1 waiting mail was cancelled."),
            many => sentence.push_str(&format!(" {many} waiting mails were cancelled.")),
        }
        if deactivated.was_administrator {
            sentence.push_str(if seats.is_over() {
                " They are no longer an administrator."
            } else {
                " They are no longer an administrator, also after Undo."
            });
        }
        if !has_own_password && !seats.is_over() {
            sentence.push_str(" Undo mails them a new password: they had not chosen their own.");
        }
        sentences.push(sentence);
    }
    match edited.reactivated {
        Some(true) => sentences.push(format!(
            "{name} is active again. A new password is on its way to {}.",
            user.username
        )),
        Some(false) if has_own_password => sentences.push(format!(
            "{name} is active again, with the password they had."
        )),
        Some(false) => sentences.push(format!(
            "{name} is active again and has no password: “Forgot your password?” mails them a link to choose one."
        )),
        None => {}
    }
    if edited
        .changes
        .iter()
        .any(|change| change.field == "Username")
    {
        let told = if user.active {
            "Both addresses are told by mail."
        } else {
            "No mail tells of the new username, because they are inactive."
        };
        sentences.push(told.to_string());
    }
    if edited.password_mailed_again {
        sentences.push(format!(
            "A new password is on its way to {}.",
            user.username
        ));
    }
    sentences.extend(meanwhile);
    if sentences.is_empty() {
        return None;
    }
    let mut flash = Flash::success(sentences.join(" ")).mark(user.id);
    let left_the_filter = user.active == place.inactive;
    if left_the_filter {
        let there = Place {
            inactive: !user.active,
            ..Place::default()
        };
        flash = flash.link(format!("Open {name}"), there.user_href(&user.id));
    }
    if edited.deactivated.is_some() && !seats.is_over() {
        flash = flash.action(
            "Undo",
            place.user_href(&user.id),
            undo_fields(user, has_own_password),
        );
    }
    Some(flash)
}

/// The form of an edit that takes the user back in as they are. Mailed passwords ended with the
/// deactivation: who has none of their own gets a new one.
fn undo_fields(user: &User, has_own_password: bool) -> Vec<(String, String)> {
    let values = stored_values(user);
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in values.pairs() {
        fields.push((name.to_string(), value.to_string()));
        fields.push((format!("original_{name}"), value.to_string()));
    }
    let mut yes = |name: &str| fields.push((name.to_string(), "yes".to_string()));
    yes("active_account_on_form");
    yes("active_account");
    if !has_own_password {
        yes("send_new_password");
    }
    fields.push(("original_active".to_string(), "no".to_string()));
    fields
}
