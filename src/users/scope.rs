//! Whom an act on many people is meant for.

use uuid::Uuid;

use super::needs::Needs;

/// What the list of active users is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// What was typed into the search field.
    pub search: String,
    /// Only who needs this.
    pub needs: Option<Needs>,
}

/// The ways to say whom: never silently everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// These users.
    Selected(Vec<Uuid>),
    /// Everyone active whom this finds at the moment of the act.
    Matching(Narrowing),
    /// Everyone who is active at the moment of the act, the administrator included.
    AllActive,
}

impl Scope {
    /// The name in the database and in forms.
    pub fn as_str(&self) -> &'static str {
        match self {
            Scope::Selected(_) => "selected",
            Scope::Matching(_) => "matching",
            Scope::AllActive => "all_active",
        }
    }

    /// How many people it may be in an account of so many active ones.
    pub fn at_most(&self, active_users: i32) -> usize {
        match self {
            Scope::Selected(ids) => ids.len(),
            Scope::Matching(_) | Scope::AllActive => {
                usize::try_from(active_users).unwrap_or_default()
            }
        }
    }
}
