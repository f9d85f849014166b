//! What staff are told, in the shape of `--json`. Times are RFC 3339.

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::history::Entry;
use crate::users::State;

/// One step from what was typed to the stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was done.
    pub step: &'static str,
    /// The address after it.
    pub address: String,
}

/// What is so about an address.
#[derive(Debug, Serialize)]
pub struct EmailReport {
    /// As it was typed.
    pub typed: String,
    /// How it was read.
    pub steps: Vec<Step>,
    /// The stored form; nothing where it is no username.
    pub username: Option<String>,
    /// Why it is no username.
    pub problem: Option<String>,
    /// Who has it.
    pub holder: Option<HolderReport>,
    /// For whom it is kept.
    pub reserved: Option<Reservation>,
    /// What "Add a User" says today, in each account that may use the domain.
    pub replay: Vec<Replay>,
    /// The newest cases that were opened about it.
    pub cases: Vec<Case>,
}

/// Who has an address.
#[derive(Debug, Serialize)]
pub struct HolderReport {
    /// Their account's name.
    pub account: String,
    /// Their account.
    pub account_id: Uuid,
    /// They.
    pub user_id: Uuid,
    /// First and last name.
    pub name: String,
    /// Whether they are in.
    pub active: bool,
    /// Whether they administer the account.
    pub administrator: bool,
    /// When they were added.
    #[serde(with = "time::serde::rfc3339")]
    pub added_at: OffsetDateTime,
    /// When they last signed in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// Their state, for words.
    #[serde(skip)]
    pub state: State,
    /// How often support staff looked at them before.
    pub support_looks: i64,
    /// When support staff last did.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_support_look_at: Option<OffsetDateTime>,
    /// Their newest lines of history but for those looks, and the newest change of their username, for
    /// words.
    #[serde(skip)]
    pub events: Vec<Entry>,
    /// Their newest mails.
    pub mails: Vec<Mail>,
}

/// A mail to the holder.
#[derive(Debug, Serialize)]
pub struct Mail {
    /// What is in it.
    pub kind: String,
    /// `waiting`, `sent`, `failed` or `cancelled`.
    pub state: String,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it came to its state.
    #[serde(with = "time::serde::rfc3339::option")]
    pub settled_at: Option<OffsetDateTime>,
    /// The mail server's words, or why it was cancelled.
    pub explanation: String,
}

/// For whom a former address is kept.
#[derive(Debug, Serialize)]
pub struct Reservation {
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// Whose it was.
    pub by: HolderReport,
}

/// What "Add a User" says in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The account's name.
    pub account: String,
    /// `added`, `active_here`, `inactive_here`, `elsewhere`, `reserved`, `no_seat` or `foreign_domain`.
    pub decision: &'static str,
}

/// A reference code and what it stands for.
#[derive(Debug, Serialize)]
pub struct Case {
    /// The code.
    pub code: String,
    /// The account that asked.
    pub account: String,
    /// First and last name of the administrator who asked.
    pub asked_by: Option<String>,
    /// What they typed.
    pub typed: String,
    /// How it was read.
    pub username: String,
    /// The rule that refused it.
    pub rule: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub happened_at: OffsetDateTime,
}

/// A case, and what is so about its address today.
#[derive(Debug, Serialize)]
pub struct CaseReport {
    /// What happened then.
    pub case: Case,
    /// What is so now.
    pub today: EmailReport,
}
