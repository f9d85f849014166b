//! The mail that tells of a changed username, to the old address and to the new one.

use askama::Template;
use diesel::QueryResult;

use super::addressee::{Addressee, compose_for_each};
use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::{Composed, DueMail, MailSettings};

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
    compose_for_each(tx, due, |person, mail| match &mail.recipient {
        Some(address) => write(settings, person, address),
        None => Ok(Composed::cancel("the mail names nobody")),
    })
}

fn write(settings: &MailSettings, person: &Addressee, address: &str) -> QueryResult<Composed> {
    let mail = Notice {
        settings,
        name: name_for_greeting(&person.first_name),
        address,
        is_username: person.username == address,
    };
    Composed::send(
        address,
        format!("{}: your username was changed", settings.product_name),
        &NoticeText { mail: &mail },
        &NoticeHtml { mail: &mail },
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::mail::Message;

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
