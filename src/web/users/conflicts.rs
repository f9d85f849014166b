//! What stands in the way of an address or an edit, and the ways out.

use askama::Template;
use uuid::Uuid;

use crate::web::components::Link;

/// The words at the field and in the summary, to the letter.
pub const ADDRESS_IN_USE: &str = "Email address is already in use";

/// The id of the panel that explains it, which describes the Username field.
pub const ADDRESS_CONFLICT_ID: &str = "address-conflict";

/// Why an address cannot be had, told without leaking another account.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "users/address_conflict.html")]
pub struct AddressConflict {
    /// Which of the cases.
    pub case: AddressConflictCase,
    /// Whom to call.
    pub support_phone: String,
    /// Whom to write to.
    pub support_email: String,
}

impl askama::filters::HtmlSafe for AddressConflict {}

/// The cases of "Email address is already in use".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressConflictCase {
    /// An active user of this account has it.
    ActiveHere {
        /// Their id.
        id: Uuid,
        /// The user by name, linked to their pop-up.
        user: Link,
    },
    /// The one who is to be replaced has it, and keeps it.
    Leaver {
        /// First and last name.
        name: String,
    },
    /// An inactive user of this account has it.
    InactiveHere {
        /// First and last name.
        name: String,
        /// The list of inactive users, where the person is.
        show_inactive_href: String,
        /// The person's pop-up, where they are reactivated.
        reactivate_href: String,
    },
    /// It was the username of somebody in this account until recently, and is kept for them.
    FormerHere {
        /// The person by name, linked to their pop-up.
        user: Link,
        /// What their username is today.
        username: String,
        /// The day on which it was changed, as words.
        changed_on: String,
        /// When the address is free for others, as words.
        free_at: String,
        /// What support staff find the case by.
        code: String,
    },
    /// It is held elsewhere or reserved there.
    Elsewhere {
        /// What support staff find the case by.
        code: String,
    },
    /// Too many addresses were tried in the last hour: `cannot be added now`, no verdict.
    BudgetSpent {
        /// What support staff find the case by.
        code: String,
        /// From when on one more may be tried, as words: `10:42`.
        again_at: String,
    },
}

impl AddressConflict {
    /// The same where whoever is to be replaced may be the one who has it: it stays theirs.
    #[must_use]
    pub fn with_leaver(mut self, leaving: Uuid) -> AddressConflict {
        if let AddressConflictCase::ActiveHere { id, user } = &self.case
            && *id == leaving
        {
            self.case = AddressConflictCase::Leaver {
                name: user.text.clone(),
            };
        }
        self
    }
}

/// Somebody else saved the same fields meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditConflict {
    /// Who.
    pub by: String,
    /// When, as words.
    pub at: String,
    /// What they saved, per field that both changed.
    pub theirs: Vec<TheirValue>,
    /// The words of fields that only they changed, and that show what they saved; may be empty.
    pub also: String,
}

/// What somebody else saved in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TheirValue {
    /// The field's name in the form.
    pub field: &'static str,
    /// What it says now; may be empty.
    pub value: String,
}

impl EditConflict {
    /// What somebody else saved in this field, where both changed it.
    pub fn theirs(&self, field: &str) -> Option<&str> {
        self.theirs
            .iter()
            .find(|theirs| theirs.field == field)
            .map(|theirs| theirs.value.as_str())
    }
}
