//! The pages of the second factor.

use askama::Template;
use askama_web::WebTemplate;

use super::qr::Qr;
use crate::web::form::{Errors, Field};
use crate::web::layout::Layout;

/// With fewer recovery codes left, new ones are due.
pub(super) const FEWEST_CALM: i64 = 3;

/// The field `Code`.
fn code_field(errors: &Errors) -> Field {
    Field::text("code", "Code")
        .autocomplete("one-time-code")
        .maxlength(40)
        .required()
        .autofocus(errors.is_empty())
        .errors(errors)
}

/// `/second-factor` on the way in.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/second_factor.html")]
pub struct AskPage {
    /// The frame.
    pub layout: Layout,
    /// `Code`.
    pub code: Field,
    /// What is wrong.
    pub errors: Errors,
}

impl AskPage {
    /// The page; a code that was typed is never sent back.
    pub fn new(layout: Layout, errors: Errors) -> Self {
        Self {
            layout,
            code: code_field(&errors)
                .hint("Six digits from the authenticator app on your phone, or one of your recovery codes."),
            errors,
        }
    }
}

/// How far somebody is with their second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// None is set up.
    Off,
    /// The key is shown until the first right code.
    Pending {
        /// The key to be scanned.
        qr: Option<Qr>,
        /// The key to be typed, in groups of four.
        secret: String,
    },
    /// It is asked for.
    On {
        /// Since when, as words.
        since: String,
        /// Recovery codes left.
        codes_left: i64,
        /// For how long this browser can show them again, as words, where they were made a moment ago and are not
        /// kept yet.
        codes_shown_for: Option<String>,
    },
}

/// `/second-factor` of somebody who is in.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/second_factor_settings.html")]
pub struct SettingsPage {
    /// The frame.
    pub layout: Layout,
    /// How far they are.
    pub progress: Progress,
    /// Whether their account demands one.
    pub demanded: bool,
    /// `Current password`, named `current_password`.
    pub current: Field,
    /// `Code`.
    pub code: Field,
    /// What is wrong.
    pub errors: Errors,
}

impl SettingsPage {
    /// The page; what was typed is never sent back.
    pub fn new(layout: Layout, progress: Progress, demanded: bool, errors: Errors) -> Self {
        let hint = match progress {
            Progress::On {
                codes_left: 1.., ..
            } if !demanded => {
                "Six digits from your app. To turn it off, a recovery code works too."
            }
            Progress::On { .. } => "Six digits from your app.",
            _ => "The six digits that your app shows now.",
        };
        Self {
            layout,
            progress,
            demanded,
            current: Field::password("current_password", "Current password", "current-password")
                .errors(&errors),
            code: code_field(&errors).autofocus(false).hint(hint),
            errors,
        }
    }

    fn are_few(codes_left: &i64) -> bool {
        *codes_left < FEWEST_CALM
    }

    /// Somebody who administers nothing any more keeps their second factor, and gets no other one.
    fn may_set_up(&self) -> bool {
        self.layout
            .signed_in
            .as_ref()
            .is_some_and(|person| person.administrator)
    }
}

/// The recovery codes, for as long as the browser that made them has them.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/recovery_codes.html")]
pub struct RecoveryCodesPage {
    /// The frame.
    pub layout: Layout,
    /// They.
    pub codes: Vec<String>,
}
