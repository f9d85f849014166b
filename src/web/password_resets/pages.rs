//! New passwords: the pop-up and the page of outcomes.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use crate::web::components::{LeftOut, Pager, Progress, Tone, grouped, people};
use crate::web::form::Errors;
use crate::web::layout::Layout;
use crate::web::users::pages::UserList;
use crate::web::users::place::Place;
use crate::web::users::scope::{Scope, ScopeChoice};

/// `/password-resets/new`: the pop-up over the list.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "password_resets/new.html")]
pub struct NewPasswordResetPage {
    /// The frame.
    pub layout: Layout,
    /// The list behind it.
    pub list: UserList,
    /// The pop-up.
    pub dialog: PasswordResetDialog,
}

/// The pop-up `Reset Password`.
#[derive(Debug, Clone)]
pub struct PasswordResetDialog {
    /// For whom.
    pub who: ScopeChoice,
    /// Who of those ticked is left out, and why.
    pub left_out: Vec<LeftOut>,
    /// When the pop-up was opened, opaque: hidden `opened`.
    pub opened: String,
    /// What is wrong.
    pub errors: Errors,
}

/// A number with its words: `480 sent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeCount {
    /// How many.
    pub count: u64,
    /// `sent`, `waiting`, `failed`.
    pub label: String,
    /// How much it asks for.
    pub tone: Tone,
}

/// A person and what became of their mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOutcome {
    /// Their address.
    pub username: String,
    /// First and last name.
    pub name: String,
    /// Their pop-up.
    pub href: String,
    /// What became of it, in plain words, with the mail server's words where it refused.
    pub outcome: String,
    /// How much it asks for.
    pub tone: Tone,
}

/// `/password-resets/{id}`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "password_resets/page.html")]
pub struct PasswordResetPage {
    /// The frame; `refresh_seconds` is set while mails wait.
    pub layout: Layout,
    /// Which.
    pub id: Uuid,
    /// Where in the list it was started: there the way back leads.
    pub place: Place,
    /// `Selected users` or `All Active Users`.
    pub scope: Scope,
    /// Who started it.
    pub requested_by: String,
    /// When, as words.
    pub requested_at: String,
    /// How far it has come.
    pub progress: Progress,
    /// Counts by outcome.
    pub counts: Vec<OutcomeCount>,
    /// The people of this page.
    pub people: Vec<PersonOutcome>,
    /// The pages before and after.
    pub pager: Pager,
    /// Who was left out, and why.
    pub left_out: Vec<LeftOut>,
    /// How many failed: `Retry failed` is offered where it is not 0.
    pub failed: u64,
}

/// The same address while the reset of very many people goes on.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "password_resets/under_way.html")]
pub struct PasswordResetUnderWayPage {
    /// The frame.
    pub layout: Layout,
    /// Where in the list it was started.
    pub place: Place,
}

impl PasswordResetPage {
    fn whom(&self) -> String {
        match self.scope {
            Scope::Selected if self.progress.total == 1 => "1 selected user".to_owned(),
            Scope::Selected => format!("{} selected users", grouped(self.progress.total)),
            Scope::Matching => format!("{} who matched", people(self.progress.total)),
            Scope::AllActive => format!("all {}", active_people(self.progress.total)),
        }
    }
}

fn active_people(count: u64) -> String {
    match count {
        1 => "1 active user".to_owned(),
        many => format!("{} active users", grouped(many)),
    }
}
