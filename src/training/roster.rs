//! The mails of a request: the roster to the trainers, a confirmation to who asked.

use askama::Template;
use diesel::prelude::*;

use super::{Details, Person, details, people};
use crate::accounts;
use crate::mail::outbox::Kind;
use crate::mail::{Attachment, Composed, DueMail, MailSettings, Message};
use crate::{clock, csv_out, db, users};

/// The mail to the trainers.
#[derive(Template)]
#[template(path = "mail/training_request.txt", whitespace = "preserve")]
struct RequestText<'a> {
    roster: &'a Roster,
}

/// The same with markup.
#[derive(Template)]
#[template(path = "mail/training_request.html")]
struct RequestHtml<'a> {
    roster: &'a Roster,
}

/// The mail to who asked.
#[derive(Template)]
#[template(path = "mail/training_confirmation.txt", whitespace = "preserve")]
struct ConfirmationText<'a> {
    roster: &'a Roster,
}

/// The same with markup.
#[derive(Template)]
#[template(path = "mail/training_confirmation.html")]
struct ConfirmationHtml<'a> {
    roster: &'a Roster,
}

/// Everything that both mails say.
struct Roster {
    product_name: String,
    account_name: String,
    training: &'static str,
    for_whom: String,
    requested_by: String,
    requested_by_username: String,
    requested_on: String,
    note: String,
    people: Vec<Person>,
    support_email: String,
    support_phone: String,
}

/// Writes the mail of a request. The trainers' address is the one of this moment; the confirmation
/// goes to the administrator's, once the trainers' mail server has taken the request: it says so.
///
/// # Errors
/// Whatever the database says.
pub fn compose(
    tx: &mut db::Connection,
    settings: &MailSettings,
    due: &DueMail,
) -> QueryResult<Composed> {
    let cancel = |because: &str| {
        Ok(Composed::Cancel {
            because: because.to_string(),
        })
    };
    let Some(id) = due.training_request_id else {
        return cancel("it belongs to no request");
    };
    let Some(request) = details(tx, due.account_id, id)? else {
        return cancel("the request is gone");
    };
    if request.undone_at.is_some() {
        return cancel("the request was taken back");
    }
    let recipient = match (due.kind, due.user_id) {
        (Kind::TrainingConfirmation, Some(user_id)) => {
            match users::find(tx, due.account_id, user_id)?.filter(|user| user.active) {
                Some(user) => user.username,
                None => return cancel("the user was deactivated"),
            }
        }
        (Kind::TrainingConfirmation, None) => return cancel("it is for nobody"),
        _ => settings.training_email.clone(),
    };
    if due.kind == Kind::TrainingConfirmation {
        match request.mail.as_ref().map(|(state, ..)| state.as_str()) {
            Some("sent") => {}
            Some("waiting") => return Ok(Composed::Later),
            _ => return cancel("the mail to the training team could not be delivered"),
        }
    }
    let roster = roster(tx, settings, due, request)?;
    let message = match due.kind {
        Kind::TrainingConfirmation => confirmation(&roster),
        _ => request_mail(&roster),
    };
    match message {
        Some(message) => Ok(Composed::Send { recipient, message }),
        None => cancel("it could not be put together"),
    }
}

fn roster(
    tx: &mut db::Connection,
    settings: &MailSettings,
    due: &DueMail,
    request: Details,
) -> QueryResult<Roster> {
    let account = accounts::details(tx, due.account_id)?.account;
    let people = people(tx, due.account_id, request.id, None)?;
    Ok(Roster {
        product_name: settings.product_name.clone(),
        account_name: account.name,
        training: request.training.label(),
        for_whom: if people.len() == 1 {
            "1 person".to_string()
        } else {
            format!("{} people", people.len())
        },
        requested_by: request.requested_by,
        requested_by_username: request.requested_by_username,
        requested_on: clock::local(request.requested_at, &clock::zone(&account.time_zone))
            .date()
            .to_string(),
        note: request.note,
        people,
        support_email: settings.support_email.clone(),
        support_phone: settings.support_phone.clone(),
    })
}

fn request_mail(roster: &Roster) -> Option<Message> {
    Some(Message {
        subject: format!(
            "{} for {} of {}",
            roster.training, roster.for_whom, roster.account_name
        ),
        text: RequestText { roster }.render().ok()?,
        html: RequestHtml { roster }.render().ok()?,
        attachments: vec![Attachment {
            name: "roster.csv".to_string(),
            content_type: "text/csv; charset=utf-8".to_string(),
            content: csv(roster)?,
        }],
    })
}

fn confirmation(roster: &Roster) -> Option<Message> {
    Some(Message {
        subject: format!("Your request: {} for {}", roster.training, roster.for_whom),
        text: ConfirmationText { roster }.render().ok()?,
        html: ConfirmationHtml { roster }.render().ok()?,
        attachments: Vec::new(),
    })
}

fn csv(roster: &Roster) -> Option<Vec<u8>> {
    let head = vec![
        "Username",
        "First name",
        "Last name",
        "Title",
        "Department",
        "Phone",
        "Training",
    ];
    let rows = roster.people.iter().map(|person| {
        vec![
            person.username.as_str(),
            &person.first_name,
            &person.last_name,
            &person.title,
            &person.department,
            &person.phone,
            roster.training,
        ]
    });
    csv_out::document(std::iter::once(head).chain(rows)).ok()
}
