//! A mail that is due.

use time::OffsetDateTime;
use uuid::Uuid;

use super::outbox::Kind;

/// A mail that is due, taken by this worker.
#[derive(Debug, Clone)]
pub struct DueMail {
    /// Its account.
    pub account_id: Uuid,
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub kind: Kind,
    /// To whom, or about whom.
    pub user_id: Option<Uuid>,
    /// A fixed recipient.
    pub recipient: Option<String>,
    /// The reset it belongs to.
    pub password_reset_id: Option<Uuid>,
    /// The training request it belongs to.
    pub training_request_id: Option<Uuid>,
    /// When it was written into the outbox.
    pub created_at: OffsetDateTime,
    /// Which attempt this is, from 1.
    pub attempt: i16,
}

/// Whether a mail waits, as a word and not a value: planned without values, a statement that gives the state as
/// one may not use the index of what waits, and reads every mail.
pub(super) fn is_waiting() -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql("mails.state = 'waiting'")
}
