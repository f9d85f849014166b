//! An event as a sentence.

use crate::history::{self, Change, Entry, Event, SignInWith};
use crate::mail::outbox::Kind;
use crate::web::components::{grouped, people};

/// What happened, as a sentence.
#[expect(clippy::too_many_lines, reason = "a sentence for each event")]
pub fn sentence(entry: &Entry) -> String {
    let Some(event) = &entry.event else {
        return format!(
            "Something newer happened: {}.",
            entry.kind.replace('_', " ")
        );
    };
    match event {
        Event::AccountCreated { name, seats, .. } => {
            format!("The account {name} was created with {seats} seats.")
        }
        Event::SeatsSet { before, after } => {
            format!("The seats were changed from {before} to {after}.")
        }
        Event::DomainAdded { domain } => format!("The domain {domain} was added."),
        Event::DomainRemoved { domain } => format!("The domain {domain} was removed."),
        Event::TimeZoneChanged { before, after } => {
            format!("The time zone was changed from {before} to {after}.")
        }
        Event::UserAdded { name, username } => format!("Added as {name}, {username}."),
        Event::UserEdited { changes } => match changes.as_slice() {
            [change] => format!("{} was changed.", change.field),
            _ => "Details were changed.".to_string(),
        },
        Event::UserDeactivated {
            again_since: Some(_),
            ..
        } => "Inactive again: the reactivation was taken back.".to_string(),
        Event::UserDeactivated { .. } => "Deactivated.".to_string(),
        Event::UserReactivated { new_password: true } => {
            "Reactivated; a new password was mailed.".to_string()
        }
        Event::UserReactivated {
            new_password: false,
        } => "Reactivated without a new password.".to_string(),
        Event::UserReplaced { old_user, .. } if entry.user_id == Some(*old_user) => {
            format!("Replaced: left, and {} came in their place.", other(entry))
        }
        Event::UserReplaced { .. } => format!("Came in place of {}, who left.", other(entry)),
        Event::ImportStarted { people, .. } => {
            format!("The import of a list was started, with {}.", count(*people))
        }
        Event::ImportFinished {
            added,
            reactivated,
            replaced,
            refused,
            ..
        } => import_finished([
            (*added, "added"),
            (*reactivated, "reactivated"),
            (*replaced, "replaced"),
            (*refused, "refused"),
        ]),
        Event::AdministratorMade {} => "Became an administrator.".to_string(),
        Event::AdministratorUnmade {} => "Is no longer an administrator.".to_string(),
        Event::PasswordReset { people, .. } if entry.user_id.is_none() => {
            format!("The passwords of {} were reset.", count(*people))
        }
        Event::PasswordReset { .. } => "The password was reset.".to_string(),
        Event::PasswordMailedAgain { people, .. } if entry.user_id.is_none() => format!(
            "The mails with a new password were sent again to {}.",
            count(*people)
        ),
        Event::PasswordMailedAgain { .. } => {
            "The mail with a new password was sent again.".to_string()
        }
        Event::PasswordChosen {
            by_recovery_link: true,
        } => "Chose a password by a link from “Forgot your password?”.".to_string(),
        Event::PasswordChosen {
            by_recovery_link: false,
        } => "Chose a password.".to_string(),
        Event::SignedIn {
            with: SignInWith::OwnPassword,
        } => "Signed in.".to_string(),
        Event::SignedIn {
            with: SignInWith::TemporaryPassword,
        } => "Signed in with a mailed password.".to_string(),
        Event::SecondFactorOn {} => "Set up a second factor.".to_string(),
        Event::SecondFactorOff {} => "The second factor was removed.".to_string(),
        Event::RecoveryCodesRenewed {} => "Made new recovery codes.".to_string(),
        Event::RecoveryCodeUsed { left: 1 } => "Used a recovery code; 1 is left.".to_string(),
        Event::RecoveryCodeUsed { left } => {
            format!("Used a recovery code; {left} are left.")
        }
        Event::SecondFactorDemanded { required: true } => {
            "Administrators need a second factor from now on.".to_string()
        }
        Event::SecondFactorDemanded { required: false } => {
            "Administrators need no second factor any more.".to_string()
        }
        Event::SignedOut {} => "Signed out.".to_string(),
        Event::RecoveryRequested {} => {
            "Asked for a link under “Forgot your password?”.".to_string()
        }
        Event::TrainingRequested {
            training, people, ..
        } => format!(
            "{} was requested{}.",
            training_name(training),
            for_several(entry, *people)
        ),
        Event::TrainingRequestUndone {
            training, people, ..
        } => format!(
            "The request for {}{} was taken back.",
            training_name(training),
            for_several(entry, *people)
        ),
        Event::TrainingMailedAgain { training, .. } => {
            format!(
                "The request for {} was mailed again.",
                training_name(training)
            )
        }
        Event::TrainingAttended {
            training, people, ..
        } => format!(
            "{} was recorded as attended{}.",
            training_name(training),
            for_several(entry, *people)
        ),
        Event::TrainingNotAttended {
            training, people, ..
        } => format!(
            "{} is not recorded as attended any more{}.",
            training_name(training),
            for_several(entry, *people)
        ),
        Event::TrainingMissed { training } => {
            format!("{} was recorded as not attended.", training_name(training))
        }
        Event::TrainingMissedTakenBack { training } => {
            format!("{} stands as requested again.", training_name(training))
        }
        Event::SupportLookedUp { code: Some(code) } => {
            format!("Customer Success looked at the case {code}.")
        }
        Event::SupportLookedUp { code: None } => {
            "Customer Success looked at this user.".to_string()
        }
        Event::UserErased {} => "Personal data was erased.".to_string(),
        Event::MailSettled { mail, outcome, .. } => mail_settled(mail, outcome),
    }
}

/// What became of a mail that was not simply sent.
fn mail_settled(kind: &str, outcome: &str) -> String {
    let mail = match Kind::from_name(kind) {
        Some(Kind::Welcome | Kind::PasswordReset | Kind::NewPassword) => "The mail with a password",
        Some(Kind::RecoveryLink) => "The mail with a link to choose a password",
        Some(Kind::UsernameChanged) => "The mail about the changed username",
        Some(Kind::SecondFactorOn | Kind::SecondFactorOff) => "The mail about the second factor",
        Some(Kind::RecoveryCodeUsed) => "The mail about a used recovery code",
        Some(Kind::TrainingRequest) => "The mail to the trainers",
        Some(Kind::TrainingConfirmation) => "The confirmation of the training request",
        // Written by a program that knew more.
        None => "A mail",
    };
    match outcome {
        "failed" => format!("{mail} could not be delivered."),
        "cancelled" => format!("{mail} was cancelled before it left."),
        _ => format!("{mail} was sent."),
    }
}

/// The second person of a replacement by name.
fn other(entry: &Entry) -> String {
    entry
        .other
        .as_ref()
        .map_or("somebody".to_string(), history::Person::full_name)
}

/// What belongs to it, a line each.
pub fn details(entry: &Entry) -> Vec<String> {
    match &entry.event {
        Some(Event::UserEdited { changes }) => changes.iter().map(change).collect(),
        Some(Event::UserDeactivated {
            reason,
            sessions_ended,
            mails_cancelled,
            ..
        }) => {
            let mut lines = Vec::new();
            if !reason.is_empty() {
                lines.push(format!("Reason: {reason}"));
            }
            if *sessions_ended > 0 {
                lines.push("Signed out at once".to_string());
            }
            if *mails_cancelled > 0 {
                lines.push(format!("Waiting mails cancelled: {mails_cancelled}"));
            }
            lines
        }
        Some(Event::AccountCreated { domains, .. }) => {
            vec![format!("Domains: {}", domains.join(", "))]
        }
        Some(Event::MailSettled { explanation, .. }) if !explanation.is_empty() => {
            vec![explanation.clone()]
        }
        _ => Vec::new(),
    }
}

fn change(change: &Change) -> String {
    let shown = |text: &str| {
        if text.is_empty() {
            "nothing".to_string()
        } else {
            text.to_string()
        }
    };
    format!(
        "{}: {} → {}",
        change.field,
        shown(&change.before),
        shown(&change.after)
    )
}

fn import_finished(counts: [(i64, &str); 4]) -> String {
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count.unsigned_abs())))
        .collect();
    match parts.as_slice() {
        [] => "The import of a list finished: nobody was changed.".to_string(),
        parts => format!("The import of a list finished: {}.", parts.join(", ")),
    }
}

/// For how many, where the line is not about one of them.
fn for_several(entry: &Entry, number: i64) -> String {
    match entry.user_id {
        Some(_) => String::new(),
        None => format!(" for {}", count(number)),
    }
}

fn count(number: i64) -> String {
    people(number.unsigned_abs())
}

fn training_name(stored: &str) -> &'static str {
    crate::training::Training::from_name(stored)
        .map_or("Training", crate::training::Training::label)
}
