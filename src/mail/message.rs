//! What a mail says, and the message that is made of it.

use std::fmt;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as AttachedPart, Body, Mailbox, MultiPart};
use time::OffsetDateTime;
use uuid::Uuid;

/// Longest subject in characters. RFC 5322 allows any length; mail readers show about 70.
const LONGEST_SUBJECT: usize = 150;

/// A mail as the feature that sends it wrote it. Both versions say the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about; one line.
    pub subject: String,
    /// For readers without markup.
    pub text: String,
    /// For readers with it.
    pub html: String,
    /// Files that come with it.
    pub attachments: Vec<Attachment>,
}

/// The bodies may hold a password: they are not for logs.
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("subject", &self.subject)
            .field("attachments", &self.attachments.len())
            .finish_non_exhaustive()
    }
}

/// A file that comes with a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name; anything but ASCII letters, digits, `.`, `_` and `-` becomes `_`.
    pub name: String,
    /// Its media type, for instance `text/csv; charset=utf-8`.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A message on its way: one attempt to deliver one mail.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The mail.
    pub mail_id: Uuid,
    /// Which attempt this is, from 1.
    pub attempt: i16,
    /// The bare address of the recipient.
    pub recipient: String,
    /// What it says.
    pub message: Message,
    /// When it leaves.
    pub sent_at: OffsetDateTime,
}

impl Parcel {
    /// The message as it travels, from `from`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the recipient or the message; trying again is no use.
    pub fn to_email(&self, from: &Mailbox) -> Result<lettre::Message, String> {
        // Parsed, so that nothing but one address can reach the header or the server.
        let recipient: lettre::Address = self.recipient.parse().map_err(|_| {
            "The address of the recipient is not one that mail can use.".to_string()
        })?;
        let builder = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, recipient))
            .subject(subject(&self.message.subject))
            .message_id(Some(format!(
                "<{}.{}@{}>",
                self.mail_id,
                self.attempt,
                from.email.domain()
            )))
            .date(self.sent_at.into())
            // RFC 3834: keeps answering machines from answering.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_string(),
            ));
        let bodies =
            MultiPart::alternative_plain_html(self.message.text.clone(), self.message.html.clone());
        let built = if self.message.attachments.is_empty() {
            builder.multipart(bodies)
        } else {
            let mut mixed = MultiPart::mixed().multipart(bodies);
            for attachment in &self.message.attachments {
                mixed = mixed.singlepart(attached(attachment));
            }
            builder.multipart(mixed)
        };
        built.map_err(|_| "The mail could not be put together.".to_string())
    }
}

/// In base64, whatever it is: a server may refuse or repair line ends that mail does not know.
fn attached(attachment: &Attachment) -> lettre::message::SinglePart {
    let name: String = attachment
        .name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
            _ => '_',
        })
        .collect();
    let content_type = ContentType::parse(&attachment.content_type)
        .or_else(|_| ContentType::parse("application/octet-stream"))
        .unwrap_or(ContentType::TEXT_PLAIN);
    let content =
        Body::new_with_encoding(attachment.content.clone(), ContentTransferEncoding::Base64)
            .unwrap_or_else(Body::new);
    AttachedPart::new(name).body(content, content_type)
}

fn subject(subject: &str) -> String {
    one_line(subject).chars().take(LONGEST_SUBJECT).collect()
}

/// The text without line breaks, other control characters and invisible marks of direction (bidi
/// overrides and isolates): it can neither start a line of its own nor reorder the one it is in.
pub fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How a mail speaks to a person of this name: the name, or nothing where it could pass for an
/// address. Mail readers turn what looks like one into a link, also in plain text.
pub fn name_for_greeting(name: &str) -> Option<String> {
    let name = one_line(name);
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        // Browsers take these for a dot, and full-width signs for plain ones (UTS 46).
        let is_dot = matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}');
        let names_a_host = is_dot && characters.peek().is_some_and(|next| next.is_alphanumeric());
        let is_of_an_address = matches!(
            c,
            '/' | '\\' | ':' | '@' | '<' | '>' | '\u{ff0f}' | '\u{ff1a}' | '\u{ff20}'
        );
        if names_a_host || is_of_an_address {
            return None;
        }
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(subject: &str, recipient: &str) -> Parcel {
        Parcel {
            mail_id: Uuid::nil(),
            attempt: 2,
            recipient: recipient.to_string(),
            message: Message {
                subject: subject.to_string(),
                text: "Grüße\nPassword: abcde".to_string(),
                html: "<p>Grüße</p>".to_string(),
                attachments: Vec::new(),
            },
            sent_at: time::macros::datetime!(2026-11-24 10:00 UTC),
        }
    }

    fn formatted(parcel: &Parcel) -> String {
        let from = "User Accounts <no-reply@mail.example>".parse().unwrap();
        String::from_utf8(parcel.to_email(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_message_carries_its_own_id_and_says_that_a_program_wrote_it() {
        let mail = formatted(&parcel("Your password", "ann@acme.example"));
        assert!(
            mail.contains("Message-ID: <00000000-0000-0000-0000-000000000000.2@mail.example>\r\n"),
            "{mail}"
        );
        assert!(mail.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(mail.contains("To: ann@acme.example\r\n"));
        assert!(mail.contains("Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"));
        assert!(mail.contains("multipart/alternative"));
        assert!(mail.is_ascii());
    }

    #[test]
    fn a_line_break_in_a_subject_starts_no_header() {
        let mail = formatted(&parcel(
            "Hello\r\nBcc: eve@evil.example",
            "ann@acme.example",
        ));
        assert!(
            mail.contains("Subject: Hello Bcc: eve@evil.example\r\n"),
            "{mail}"
        );
        let mail = formatted(&parcel(
            "Grüße\u{2028}\r\n\r\nBcc: e@evil.example",
            "ann@acme.example",
        ));
        assert!(!mail.contains("\r\nBcc:"), "{mail}");
    }

    #[test]
    fn a_recipient_that_is_not_one_bare_address_is_refused() {
        let from: Mailbox = "no-reply@mail.example".parse().unwrap();
        for recipient in [
            "",
            "ann",
            "a@b.example, c@d.example",
            "ann@acme.example\r\nRCPT TO:<x@y.example>",
        ] {
            assert!(
                parcel("s", recipient).to_email(&from).is_err(),
                "{recipient}"
            );
        }
    }

    #[test]
    fn an_attachment_keeps_its_bytes_and_loses_a_dangerous_name() {
        let mut parcel = parcel("Roster", "train@vendor.example");
        parcel.message.attachments.push(Attachment {
            name: "ro\"ster\r\n.csv".to_string(),
            content_type: "text/csv; charset=utf-8".to_string(),
            content: b"a;b\r\n".to_vec(),
        });
        let mail = formatted(&parcel);
        assert!(mail.contains("multipart/mixed"));
        assert!(mail.contains("filename=\"ro_ster__.csv\""), "{mail}");
        assert!(mail.contains("Content-Type: text/csv; charset=utf-8"));
        assert!(mail.contains("YTtiDQo="), "{mail}");
    }

    #[test]
    fn a_name_that_could_pass_for_an_address_is_not_greeted() {
        assert_eq!(name_for_greeting("Ann"), Some("Ann".to_string()));
        assert_eq!(name_for_greeting("J. R."), Some("J. R.".to_string()));
        assert_eq!(name_for_greeting("Zoë\nBob"), Some("Zoë Bob".to_string()));
        for name in [
            "www.evil.example",
            "https://x",
            "me@x",
            "<b>",
            "evil.com",
            "evil\u{3002}com",
            "evil\u{ff0e}com",
            "me\u{ff20}evil",
            "\n",
        ] {
            assert_eq!(name_for_greeting(name), None, "{name}");
        }
    }

    #[test]
    fn a_message_does_not_show_its_text_when_debugged() {
        assert!(!format!("{:?}", parcel("s", "a@b.example")).contains("abcde"));
    }
}
