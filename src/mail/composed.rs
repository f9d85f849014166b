//! What a feature answers for a due mail.

use askama::Template;
use diesel::QueryResult;
use diesel::result::Error;

use super::message::Message;

/// What becomes of a due mail, as the feature decides that it belongs to.
#[derive(Debug, Clone)]
pub enum Composed {
    /// It leaves.
    Send {
        /// To this address.
        recipient: String,
        /// Saying this.
        message: Message,
    },
    /// It has nothing to say any more.
    Cancel {
        /// Why, in plain words.
        because: String,
    },
    /// Not now: the person is being changed by somebody else this very moment (waiting for their lock
    /// while holding the mail's could end in a deadlock), or another mail is to be taken first. Nothing
    /// was stored for this attempt.
    Later,
}

impl Composed {
    /// A mail without attachments leaves, in both versions.
    ///
    /// # Errors
    /// That of a template.
    pub fn send(
        recipient: &str,
        subject: String,
        text: &impl Template,
        html: &impl Template,
    ) -> QueryResult<Composed> {
        let failed = |error: askama::Error| Error::SerializationError(error.into());
        Ok(Composed::Send {
            recipient: recipient.to_string(),
            message: Message {
                subject,
                text: text.render().map_err(failed)?,
                html: html.render().map_err(failed)?,
                attachments: Vec::new(),
            },
        })
    }

    /// It has nothing to say any more, in plain words why.
    pub fn cancel(because: &str) -> Composed {
        Composed::Cancel {
            because: because.to_string(),
        }
    }
}
