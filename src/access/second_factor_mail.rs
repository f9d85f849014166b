//! The mails that tell of a second factor: set up, removed, a recovery code used.

use askama::Template;
use diesel::QueryResult;

use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::outbox::Kind;
use crate::mail::{Composed, DueMail, MailSettings};
use crate::users::{Addressee, compose_for_each};

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
    compose_for_each(tx, due, |person, mail| write(settings, person, mail.kind))
}

fn write(settings: &MailSettings, person: &Addressee, kind: Kind) -> QueryResult<Composed> {
    let (subject, happened, means) = match kind {
        Kind::SecondFactorOn => (
            "a second factor is set up",
            "A second factor was set up for your sign-in.",
            "From now on you are asked for a code from your app after your password. Save your recovery codes somewhere other than on your phone.",
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
    Composed::send(
        &person.username,
        format!("{}: {subject}", settings.product_name),
        &NoticeText { mail: &mail },
        &NoticeHtml { mail: &mail },
    )
}
