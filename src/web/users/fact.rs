//! A line about a person beside the fields of the pop-up.

use crate::web::components::{Link, Tone};

/// Something to know about a person, in the pop-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// `Last sign-in`.
    pub label: &'static str,
    /// What is so.
    pub text: String,
    /// How much it asks for.
    pub tone: Tone,
    /// What can be done about it, on a page of its own.
    pub links: Vec<Link>,
    /// What can be done about it at once: a button that posts there.
    pub action: Option<Link>,
}

impl Fact {
    /// Something to know that asks for nothing.
    pub fn quiet(label: &'static str, text: impl Into<String>) -> Self {
        Self {
            label,
            text: text.into(),
            tone: Tone::Quiet,
            links: Vec::new(),
            action: None,
        }
    }

    /// Its label as a part of an id, by which the focus comes back to its links.
    pub fn slug(&self) -> String {
        self.label.to_lowercase().replace(' ', "-")
    }
}
