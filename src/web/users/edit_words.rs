//! What the page says after an edit.

use super::form::stored_values;
use super::making_room::open_leaver;
use super::place::Place;
use crate::history::Change;
use crate::users::{Deactivated, Edited, User};
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

/// What the button beside the message takes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    Nothing,
    Deactivation,
    Reactivation,
}

impl Undo {
    fn of(edited: &Edited, seats: Seats, place: &Place) -> Undo {
        // Whose Undo it was comes back into the list, or stays in it: that needs no way back of its own.
        if edited.deactivated.is_some() && !edited.inactive_again && !seats.is_over() {
            Undo::Deactivation
        } else if edited.reactivated.is_some()
            && edited.made_room.is_none()
            && left_the_filter(&edited.user, place)
        {
            Undo::Reactivation
        } else {
            Undo::Nothing
        }
    }
}

/// A search that found the person by what stood there may find them no more.
fn is_searched(change: &Change) -> bool {
    ["Username", "First name", "Last name", "Title", "Department"].contains(&change.field.as_str())
}

fn left_the_filter(user: &User, place: &Place) -> bool {
    user.active == place.inactive
}

/// What happened, with the way to a row that left the filter; or that nothing did.
/// `meanwhile` is what others did, `seats` how many were in use before.
pub fn edited_message(
    edited: &Edited,
    meanwhile: Vec<String>,
    has_own_password: bool,
    seats: Seats,
    place: &Place,
) -> Flash {
    let user = &edited.user;
    let undo = Undo::of(edited, seats, place);
    let mut sentences = what_was_done(edited, has_own_password, seats, undo);
    let did_nothing = sentences.is_empty();
    if did_nothing && !edited.asked_for_something && !meanwhile.is_empty() {
        sentences.push("This Save changed nothing.".to_string());
    }
    sentences.extend(meanwhile);
    if sentences.is_empty() {
        sentences.push(nothing_changed(edited));
    }
    let text = sentences.join(" ");
    let flash = if did_nothing {
        Flash::notice(text)
    } else {
        Flash::success(text)
    };
    let mut flash = flash.mark(user.id);
    let there = if left_the_filter(user, place) {
        Some(Place {
            inactive: !user.active,
            ..Place::default()
        })
    } else {
        let is_out_of_sight = place.is_narrowed() && edited.changes.iter().any(is_searched);
        (did_nothing || is_out_of_sight).then(|| place.clone())
    };
    if let Some(there) = there {
        flash = flash.link(
            format!("Open {}", user.full_name()),
            there.user_href(&user.id),
        );
    }
    if let Some(left) = &edited.made_room {
        flash = open_leaver(flash, left);
    }
    let fields = match undo {
        Undo::Deactivation => back_in(user, has_own_password),
        Undo::Reactivation => out_again(user),
        Undo::Nothing => return flash,
    };
    flash.action("Undo", place.user_href(&user.id), fields)
}

/// What the edit did, a sentence or two for each thing; nothing where it did nothing.
fn what_was_done(edited: &Edited, has_own_password: bool, seats: Seats, undo: Undo) -> Vec<String> {
    let user = &edited.user;
    let mut sentences = Vec::new();
    if !edited.changes.is_empty() {
        let name = user.full_name();
        sentences.push(format!("Your changes to {name} are saved."));
    }
    if let Some(deactivated) = edited.deactivated {
        let again = edited.inactive_again;
        sentences.push(deactivation(user, deactivated, again, seats, undo));
        if !has_own_password && undo == Undo::Deactivation {
            sentences
                .push("Undo mails them a new password: they had not chosen their own.".to_string());
        }
    }
    if let Some(left) = &edited.made_room {
        sentences.push(format!(
            "{} is deactivated, and can be reactivated once a seat is free.",
            left.full_name()
        ));
    }
    if let Some(new_password) = edited.reactivated {
        sentences.push(reactivation(user, new_password, has_own_password));
        if new_password && undo == Undo::Reactivation {
            sentences.push(if edited.own_password_ended {
                "Undo deactivates them again. The new password stops working, and the old one is not restored.".to_string()
            } else {
                "Undo deactivates them again. The new password stops working.".to_string()
            });
        }
    }
    let of_username = |change: &Change| change.field == "Username";
    if edited.changes.iter().any(of_username) {
        let told = if user.active {
            "We notify both addresses by mail."
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
    sentences
}

/// That somebody is out, and what came of it.
fn deactivation(
    user: &User,
    deactivated: Deactivated,
    again: bool,
    seats: Seats,
    undo: Undo,
) -> String {
    let name = user.full_name();
    let mut sentence = if again {
        format!("{name} is inactive again, as before. ")
    } else {
        format!("{name} is deactivated and can no longer sign in. ")
    };
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
        sentence.push_str(if undo == Undo::Deactivation {
            " They are no longer an administrator, also after Undo."
        } else {
            " They are no longer an administrator."
        });
    }
    sentence
}

/// That somebody is in again, and with which password.
fn reactivation(user: &User, new_password: bool, has_own_password: bool) -> String {
    let name = user.full_name();
    match (new_password, has_own_password) {
        (true, _) => format!(
            "{name} is active again. A new password is on its way to {}.",
            user.username
        ),
        (false, true) => format!("{name} is active again, with the password they had."),
        (false, false) => format!(
            "{name} is active again and has no password: “Forgot your password?” mails them a link to choose one."
        ),
    }
}

/// Why, and what one might do. What was asked for and stands already was sent before, or saved by somebody else.
fn nothing_changed(edited: &Edited) -> String {
    let name = edited.user.full_name();
    match (edited.asked_for_something, edited.user.active) {
        (true, _) => {
            format!("What you typed is stored for {name} already. Nothing more was changed.")
        }
        (false, true) => format!("Nothing was changed: {name} is as before."),
        (false, false) => format!(
            "Nothing was changed: {name} is still inactive. To reactivate them, tick Active Account before you click Save."
        ),
    }
}

/// What the pop-up that `Reactivate` opens says first: what is left to do.
pub fn reactivating(subject: &User, seats: Seats, offers_room: bool) -> String {
    let name = subject.full_name();
    if seats.free() > 0 {
        format!(
            "Click Save to reactivate {name} and mail them a new password. Both are ticked below."
        )
    } else if offers_room {
        format!("No seat is free. Choose below whom to deactivate for {name}, then click Save.")
    } else {
        format!(
            "{name} cannot be reactivated yet: no seat is free. Deactivate {} first.",
            seats.to_deactivate()
        )
    }
}

/// That nobody could be taken in for want of a seat, and what to do; that it was an `Undo` comes first, because
/// nobody who pressed it opened the pop-up.
pub fn no_seat(seats: Seats, undoes_deactivation: bool, offers_room: bool) -> String {
    let no_seat = if undoes_deactivation {
        "This could not be undone: no seat is free any more."
    } else {
        "No seat is free."
    };
    let whom = seats.to_deactivate();
    if offers_room {
        // How many are in use stands beside the choice.
        format!(
            "{no_seat} Choose below whom to deactivate for this one, or deactivate {whom} first."
        )
    } else {
        let words = seats.words();
        format!("{no_seat} {words} are in use. Deactivate {whom} first, then reactivate this one.")
    }
}

/// The form of an edit that takes the user back in as they are. Mailed passwords ended with the
/// deactivation: who has none of their own gets a new one.
fn back_in(user: &User, has_own_password: bool) -> Vec<(String, String)> {
    let mut fields = as_they_are(user, "no");
    let mut yes = |name: &str| fields.push((name.to_string(), "yes".to_string()));
    yes("active_account");
    yes("undo_deactivation");
    if !has_own_password {
        yes("send_new_password");
    }
    fields
}

/// The form of an edit that takes a reactivation back.
fn out_again(user: &User) -> Vec<(String, String)> {
    let mut fields = as_they_are(user, "yes");
    fields.push(("undo_reactivation".to_string(), "yes".to_string()));
    fields
}

/// The form of an edit that changes no field, with the box on it; `active` is what it showed.
fn as_they_are(user: &User, active: &str) -> Vec<(String, String)> {
    let values = stored_values(user);
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in values.pairs() {
        fields.push((name.to_string(), value.to_string()));
        fields.push((format!("original_{name}"), value.to_string()));
    }
    fields.push(("active_account_on_form".to_string(), "yes".to_string()));
    fields.push(("original_active".to_string(), active.to_string()));
    fields
}
