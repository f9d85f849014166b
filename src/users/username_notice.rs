//! The mail that tells of a changed username, to the old address and to the new one.

use askama::Template;
use diesel::prelude::*;
use uuid::Uuid;

use super::addressee::{Addressee, lock_for_mail};
use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::{Composed, DueMail, MailSettings, Message};

#[derive(Template)]
#[template(path = "mail/username_changed.txt", whitespace = "preserve")]
struct NoticeText<'a> {
    mail: &'a Notice<'a>,
}

#[derive(Template)]
#[template(path = "mail/username_changed.html")]
struct NoticeHtml<'a> {
    mail: &'a Notice<'a>,
}

/// What both versions say.
struct Notice<'a> {
    settings: &'a MailSettings,
    name: Option<String>,
    /// The address that this mail goes to.
    address: &'a str,
    /// Whether that is the username from now on.
    is_username: bool,
}

/// Writes the due notices, each to the address that its row names. An address that is no longer the
/// username when the mail leaves is told so, whichever of the two it was.
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
        .map(|mail| {
            let person = of(mail).map(|person| people.get(&person));
            match (person, &mail.recipient) {
                (None, _) | (_, None) => Ok(Composed::Cancel {
                    because: "the mail names nobody".to_string(),
                }),
                (Some(None), _) => Ok(Composed::Later),
                (Some(Some(person)), _) if !person.active => Ok(Composed::Cancel {
                    because: "the user was deactivated".to_string(),
                }),
                (Some(Some(person)), Some(address)) => write(settings, person, address),
            }
        })
        .collect()
}

fn write(settings: &MailSettings, person: &Addressee, address: &str) -> QueryResult<Composed> {
    let mail = Notice {
        settings,
        name: name_for_greeting(&person.first_name),
        address,
        is_username: person.username == address,
    };
    let template_error = |error: askama::Error| db::Error::SerializationError(error.into());
    Ok(Composed::Send {
        recipient: address.to_string(),
        message: Message {
            subject: format!("{}: your username was changed", settings.product_name),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(address: &str) -> Message {
        let settings = MailSettings {
            product_name: "Product".to_string(),
            public_url: "https://users.vendor.example".to_string(),
            support_email: "help@vendor.example".to_string(),
            support_phone: "+1 555 0100".to_string(),
            training_email: "train@vendor.example".to_string(),
        };
        let person = Addressee {
            account_id: Uuid::nil(),
            id: Uuid::nil(),
            username: "ann.new@acme.example".to_string(),
            first_name: "Ann <b>".to_string(),
            active: true,
            administrator: false,
            password_mail_id: None,
        };
        match write(&settings, &person, address).unwrap() {
            Composed::Send { recipient, message } => {
                assert_eq!(recipient, address);
                message
            }
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_new_address_learns_that_it_is_the_username_and_the_old_one_that_it_is_not() {
        let new = written("ann.new@acme.example");
        assert!(
            new.text
                .contains("ann.new@acme.example is now your username"),
            "{}",
            new.text
        );
        assert!(
            new.text.contains("Your password stays the same"),
            "{}",
            new.text
        );
        let old = written("ann@acme.example");
        assert!(
            old.text
                .contains("ann@acme.example is no longer your username"),
            "{}",
            old.text
        );
        // The new address is not told to whoever reads the old one.
        assert!(!old.text.contains("ann.new"), "{}", old.text);
        assert!(!old.html.contains("<b>"), "{}", old.html);
    }
}
