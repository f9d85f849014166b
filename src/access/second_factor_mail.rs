//! The mails that tell of a second factor: set up, removed, a recovery code used.

use askama::Template;
use diesel::prelude::*;
use uuid::Uuid;

use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::outbox::Kind;
use crate::mail::{Composed, DueMail, MailSettings, Message};
use crate::users::{Addressee, lock_for_mail};

#[derive(Template)]
#[template(path = "mail/second_factor.txt", whitespace = "preserve")]
struct NoticeText<'a> {
    mail: &'a Notice<'a>,
}

#[derive(Template)]
#[template(path = "mail/second_factor.html")]
struct NoticeHtml<'a> {
    mail: &'a Notice<'a>,
}

/// What both versions say.
struct Notice<'a> {
    settings: &'a MailSettings,
    name: Option<String>,
    happened: &'static str,
    means: &'static str,
}

/// Writes the due notices.
///
/// # Errors
/// Whatever the database says, or a template.
pub fn compose(
    tx: &mut db::Connection,
    settings: &MailSettings,
    due: &[DueMail],
) -> QueryResult<Vec<Composed>> {
    let of = |mail: &DueMail| mail.user_id.map(|user| (mail.account_id, user));
    let people: Vec<(Uuid, Uuid)> = due.iter().filter_map(of).collect();
    let people = lock_for_mail(tx, &people)?;
    due.iter()
        .map(|mail| match of(mail).map(|person| people.get(&person)) {
            None => Ok(Composed::Cancel {
                because: "the mail names nobody".to_string(),
            }),
            Some(None) => Ok(Composed::Later),
            Some(Some(person)) if !person.active => Ok(Composed::Cancel {
                because: "the user was deactivated".to_string(),
            }),
            Some(Some(person)) => write(settings, person, mail.kind),
        })
        .collect()
}

fn write(settings: &MailSettings, person: &Addressee, kind: Kind) -> QueryResult<Composed> {
    let (subject, happened, means) = match kind {
        Kind::SecondFactorOn => (
            "a second factor is set up",
            "A second factor was set up for your sign-in.",
            "From now on you are asked for a code from your app after your password. Keep your recovery codes where your phone is not.",
        ),
        Kind::RecoveryCodeUsed => (
            "a recovery code was used",
            "Somebody signed in as you with one of your recovery codes.",
            "If it was you and your phone is lost, set up the second factor again on a new one.",
        ),
        _ => (
            "the second factor was removed",
            "The second factor was removed from your sign-in.",
            "Your password alone signs you in now.",
        ),
    };
    let mail = Notice {
        settings,
        name: name_for_greeting(&person.first_name),
        happened,
        means,
    };
    let template_error = |error: askama::Error| db::Error::SerializationError(error.into());
    Ok(Composed::Send {
        recipient: person.username.clone(),
        message: Message {
            subject: format!("{}: {subject}", settings.product_name),
            text: NoticeText { mail: &mail }
                .render()
                .map_err(template_error)?,
            html: NoticeHtml { mail: &mail }
                .render()
                .map_err(template_error)?,
            attachments: Vec::new(),
        },
    })
}
