//! Passwords by mail: made when the mail is written, good for a week and for one thing, choosing
//! one's own. Each attempt to deliver a mail has a password of its own, since SMTP keeps no order.

use askama::Template;
use diesel::prelude::*;
use rand::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;
use crate::mail::message::name_for_greeting;
use crate::mail::outbox::Kind;
use crate::mail::{Composed, DueMail, MailSettings};
use crate::passwords::{TemporaryDigest, generate};
use crate::schema::temporary_passwords;
use crate::users::{Addressee, TEMPORARY_PASSWORD_LIFE, compose_for_each};

#[derive(Insertable)]
#[diesel(table_name = temporary_passwords)]
struct NewTemporaryPassword {
    account_id: Uuid,
    user_id: Uuid,
    mail_id: Uuid,
    attempt: i16,
    salt: Vec<u8>,
    digest: Vec<u8>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

#[derive(Template)]
#[template(path = "mail/password.txt", whitespace = "preserve")]
struct PasswordText<'a> {
    mail: &'a PasswordMail<'a>,
}

#[derive(Template)]
#[template(path = "mail/password.html")]
struct PasswordHtml<'a> {
    mail: &'a PasswordMail<'a>,
}

/// What both versions say.
struct PasswordMail<'a> {
    settings: &'a MailSettings,
    name: Option<String>,
    username: &'a str,
    password: &'a str,
    kind: Kind,
    administrator: bool,
}

impl PasswordMail<'_> {
    fn what_happened(&self) -> String {
        let product = &self.settings.product_name;
        match self.kind {
            // Added by Customer Success, mostly; the first one of a company by nobody else.
            Kind::Welcome if self.administrator => format!(
                "You are an administrator of {product} for your company: you add the people who may use it, \
                 and look after them."
            ),
            Kind::Welcome => {
                format!("An administrator of your company has added you to {product}.")
            }
            Kind::PasswordReset => format!(
                "An administrator of your company has reset your password for {product}. Your old \
                 password no longer works."
            ),
            _ => format!("Here is a new password for {product}. Earlier ones no longer work."),
        }
    }

    fn subject(&self) -> String {
        let product = &self.settings.product_name;
        match self.kind {
            Kind::Welcome => format!("Welcome to {product}: your first password"),
            Kind::PasswordReset => format!("{product}: your password was reset"),
            _ => format!("{product}: your new password"),
        }
    }

    fn days(&self) -> i64 {
        TEMPORARY_PASSWORD_LIFE.whole_days()
    }
}

/// Writes the due mails of the kinds that carry a password, each with a fresh one, and stores the
/// digests. Looks again whether the person is still to have it: whoever lets them choose comes either before, and is
/// seen here, or after, and sees these passwords.
///
/// # Errors
/// Whatever the database says, or a template.
pub fn compose(
    tx: &mut db::Connection,
    settings: &MailSettings,
    due: &[DueMail],
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> QueryResult<Vec<Composed>> {
    let mut rows = Vec::with_capacity(due.len());
    let composed = compose_for_each(tx, due, |person, mail| {
        if let Some(because) = why_not(person, mail) {
            return Ok(Composed::cancel(because));
        }
        let password = generate(rng);
        rows.push(row(person, mail, &password, rng, now));
        write(settings, person, mail, &password)
    })?;
    store(tx, &rows)?;
    Ok(composed)
}

/// Why this person is not to have this password any more.
fn why_not(person: &Addressee, mail: &DueMail) -> Option<&'static str> {
    if person.password_mail_id.is_none() {
        Some("the user has chosen a password")
    } else if person.password_mail_id != Some(mail.id) {
        Some("a newer password mail replaced this one")
    } else {
        None
    }
}

fn row(
    person: &Addressee,
    mail: &DueMail,
    password: &SecretString,
    rng: &mut impl CryptoRng,
    now: OffsetDateTime,
) -> NewTemporaryPassword {
    let digest = TemporaryDigest::of(password, rng);
    NewTemporaryPassword {
        account_id: person.account_id,
        user_id: person.id,
        mail_id: mail.id,
        attempt: mail.attempt,
        salt: digest.salt.to_vec(),
        digest: digest.digest.to_vec(),
        created_at: now,
        expires_at: now + TEMPORARY_PASSWORD_LIFE,
    }
}

fn write(
    settings: &MailSettings,
    person: &Addressee,
    due: &DueMail,
    password: &SecretString,
) -> QueryResult<Composed> {
    let mail = PasswordMail {
        settings,
        name: name_for_greeting(&person.first_name),
        username: &person.username,
        password: password.expose_secret(),
        kind: due.kind,
        administrator: person.administrator,
    };
    Composed::send(
        &person.username,
        mail.subject(),
        &PasswordText { mail: &mail },
        &PasswordHtml { mail: &mail },
    )
}

fn store(tx: &mut db::Connection, rows: &[NewTemporaryPassword]) -> QueryResult<()> {
    // PostgreSQL takes 65,535 parameters a statement; a row has eight.
    for rows in rows.chunks(5_000) {
        diesel::insert_into(temporary_passwords::table)
            .values(rows)
            .execute(tx)?;
    }
    Ok(())
}

/// Whether `typed` is one of the user's temporary passwords that have not run out. Every one is
/// compared, so that the time does not tell which came close.
///
/// # Errors
/// Whatever the database says.
pub fn find_matching(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    typed: &SecretString,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = temporary_passwords::table
        .filter(temporary_passwords::account_id.eq(account_id))
        .filter(temporary_passwords::user_id.eq(user_id))
        .filter(temporary_passwords::expires_at.gt(now))
        .select((temporary_passwords::salt, temporary_passwords::digest))
        .load(connection)?;
    let mut found = false;
    for (salt, digest) in rows {
        // The database holds no other lengths.
        if let (Ok(salt), Ok(digest)) = (salt.try_into(), digest.try_into()) {
            found |= TemporaryDigest { salt, digest }.matches(typed);
        }
    }
    Ok(found)
}

/// Deletes temporary passwords that have run out; they were refused already.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    diesel::delete(temporary_passwords::table.filter(temporary_passwords::expires_at.le(now)))
        .execute(tx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Message;

    fn settings() -> MailSettings {
        MailSettings {
            product_name: "Product & Co".to_string(),
            public_url: "https://users.vendor.example".to_string(),
            support_email: "help@vendor.example".to_string(),
            support_phone: "+1 555 0100".to_string(),
            training_email: "train@vendor.example".to_string(),
        }
    }

    fn person(first_name: &str) -> Addressee {
        Addressee {
            account_id: Uuid::nil(),
            id: Uuid::nil(),
            username: "ann@acme.example".to_string(),
            first_name: first_name.to_string(),
            active: true,
            administrator: false,
            password_mail_id: Some(Uuid::nil()),
        }
    }

    fn due(kind: Kind) -> DueMail {
        DueMail {
            account_id: Uuid::nil(),
            id: Uuid::nil(),
            kind,
            user_id: Some(Uuid::nil()),
            recipient: None,
            password_reset_id: None,
            training_request_id: None,
            created_at: OffsetDateTime::UNIX_EPOCH,
            attempt: 1,
        }
    }

    fn message(kind: Kind, first_name: &str) -> Message {
        let password = "abcde-fghij-kmnop-qrstu".into();
        match write(&settings(), &person(first_name), &due(kind), &password).unwrap() {
            Composed::Send { message, .. } => message,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_mail_has_the_password_on_a_line_of_its_own_and_says_where_to_use_it() {
        for kind in [Kind::Welcome, Kind::PasswordReset, Kind::NewPassword] {
            let message = message(kind, "Ann");
            let lines: Vec<&str> = message.text.lines().collect();
            assert!(lines.contains(&"Hello Ann,"), "{}", message.text);
            assert!(
                lines.contains(&"Username: ann@acme.example"),
                "{}",
                message.text
            );
            assert!(
                lines.contains(&"Password: abcde-fghij-kmnop-qrstu"),
                "{}",
                message.text
            );
            assert!(
                lines.contains(&"https://users.vendor.example/sign-in"),
                "{}",
                message.text
            );
            assert!(message.text.contains("\n\nUsername: "), "{}", message.text);
            assert!(message.text.contains("7 days"), "{}", message.text);
            assert!(message.text.contains("Product & Co"), "text is not escaped");
            assert!(
                message.html.contains("Product &#38; Co"),
                "{}",
                message.html
            );
            assert!(message.html.contains("abcde-fghij-kmnop-qrstu"));
            assert!(!message.html.contains("<img"));
        }
    }

    #[test]
    fn the_first_mail_to_an_administrator_says_that_they_are_one() {
        let mut boss = person("Ann");
        boss.administrator = true;
        let password = "abcde-fghij-kmnop-qrstu".into();
        let Composed::Send { message, .. } =
            write(&settings(), &boss, &due(Kind::Welcome), &password).unwrap()
        else {
            unreachable!("it is due")
        };
        let told = "You are an administrator of Product & Co for your company";
        assert!(message.text.contains(told), "{}", message.text);
        assert!(!message.text.contains("has added you"), "{}", message.text);
    }

    #[test]
    fn markup_and_line_breaks_in_a_name_stay_outside_the_mail() {
        for name in [
            "<a href=//evil.example>",
            "https://evil.example",
            "www.evil.example",
        ] {
            let message = message(Kind::Welcome, name);
            assert!(!message.text.contains("evil"), "{}", message.text);
            assert!(!message.html.contains("evil"), "{}", message.html);
        }
        let message = message(Kind::Welcome, "Ann\nPassword- none &amp;");
        assert!(
            message.text.contains("Hello Ann Password- none &amp;,"),
            "{}",
            message.text
        );
        assert!(message.html.contains("none &#38;amp;"), "{}", message.html);
    }

    #[test]
    fn a_mail_is_void_once_it_is_not_the_newest() {
        let mail = due(Kind::Welcome);
        assert_eq!(why_not(&person("Ann"), &mail), None);
        let mut other = person("Ann");
        other.password_mail_id = Some(Uuid::max());
        assert_eq!(
            why_not(&other, &mail),
            Some("a newer password mail replaced this one")
        );
        other.password_mail_id = None;
        assert_eq!(
            why_not(&other, &mail),
            Some("the user has chosen a password")
        );
    }
}
