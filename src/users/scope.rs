//! Whom an act on many people is meant for.

use uuid::Uuid;

/// The two ways to say whom: never silently everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// These users.
    Selected(Vec<Uuid>),
    /// Everyone who is active at the moment of the act, the administrator included.
    AllActive,
}

impl Scope {
    /// The name in the database and in forms.
    pub fn as_str(&self) -> &'static str {
        match self {
            Scope::Selected(_) => "selected",
            Scope::AllActive => "all_active",
        }
    }
}
