//! The message after an action: what happened, what to do next, and how to take it back.

use askama::Template;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashTone {
    /// It worked.
    Success,
    /// Something to know.
    Notice,
    /// It did not work.
    Problem,
}

/// A link beside the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashLink {
    /// What it says.
    pub text: String,
    /// Where it leads, a path of this program.
    pub href: String,
}

/// A button beside the message, sent by POST: `Undo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashAction {
    /// What the button says.
    pub label: String,
    /// Where it posts to.
    pub href: String,
    /// Hidden fields, names and values.
    pub fields: Vec<(String, String)>,
}

/// A message that is shown once, on the page after an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(path = "components/flash.html")]
pub struct Flash {
    /// How it is meant.
    pub tone: FlashTone,
    /// What happened, one or two sentences.
    pub text: String,
    /// Where to go next.
    #[serde(default)]
    pub links: Vec<FlashLink>,
    /// How to take it back.
    #[serde(default)]
    pub action: Option<FlashAction>,
    /// The row of the list that it is about.
    #[serde(default)]
    pub mark: Option<Uuid>,
}

impl askama::filters::HtmlSafe for Flash {}

impl Flash {
    fn new(tone: FlashTone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
            links: Vec::new(),
            action: None,
            mark: None,
        }
    }

    /// It worked.
    pub fn success(text: impl Into<String>) -> Self {
        Self::new(FlashTone::Success, text)
    }

    /// Something to know.
    pub fn notice(text: impl Into<String>) -> Self {
        Self::new(FlashTone::Notice, text)
    }

    /// It did not work.
    pub fn problem(text: impl Into<String>) -> Self {
        Self::new(FlashTone::Problem, text)
    }

    /// With a link beside it.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push(FlashLink {
            text: text.into(),
            href: href.into(),
        });
        self
    }

    /// With a button that posts.
    #[must_use]
    pub fn action(
        mut self,
        label: impl Into<String>,
        href: impl Into<String>,
        fields: Vec<(String, String)>,
    ) -> Self {
        self.action = Some(FlashAction {
            label: label.into(),
            href: href.into(),
            fields,
        });
        self
    }

    /// With the row it is about marked.
    #[must_use]
    pub fn mark(mut self, row: Uuid) -> Self {
        self.mark = Some(row);
        self
    }

    /// As a session's row holds it.
    ///
    /// # Errors
    /// [`db::Error::SerializationError`].
    pub fn stored(&self) -> Result<serde_json::Value, db::Error> {
        serde_json::to_value(self).map_err(|error| db::Error::SerializationError(error.into()))
    }

    /// Whether it takes the focus, so that its links and its `Undo` are the next stops of the Tab key.
    fn leads_on(&self) -> bool {
        self.action.is_some() || !self.links.is_empty()
    }

    fn class(&self) -> &'static str {
        match self.tone {
            FlashTone::Success => "success",
            FlashTone::Notice => "notice",
            FlashTone::Problem => "problem",
        }
    }

    fn role(&self) -> &'static str {
        match self.tone {
            FlashTone::Success | FlashTone::Notice => "status",
            FlashTone::Problem => "alert",
        }
    }
}
