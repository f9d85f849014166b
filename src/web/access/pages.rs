//! The pages on the way in.

use askama::Template;
use askama_web::WebTemplate;

use crate::web::flash::Flash;
use crate::web::form::{Errors, Field};
use crate::web::layout::Layout;

/// `/sign-in`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// `Username`.
    pub username: Field,
    /// `Password`.
    pub password: Field,
    /// One message for every way of being wrong.
    pub errors: Errors,
}

impl SignInPage {
    /// The page with the address that was typed.
    pub fn new(layout: Layout, username: &str, errors: Errors) -> Self {
        Self {
            layout,
            username: Field::username("username", "Username")
                .value(username)
                .autocomplete("username")
                .required()
                .autofocus(errors.is_empty())
                .errors(&errors),
            password: Field::password("password", "Password", "current-password").errors(&errors),
            errors,
        }
    }
}

/// `/forgot-password`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/forgot_password.html")]
pub struct ForgotPasswordPage {
    /// The frame.
    pub layout: Layout,
    /// `Username`.
    pub username: Field,
    /// What is wrong with what was typed, never whether it is somebody's.
    pub errors: Errors,
    /// The answer after sending, the same for every address.
    pub sent: bool,
}

impl ForgotPasswordPage {
    /// The page with the address that was typed.
    pub fn new(layout: Layout, username: &str, errors: Errors, sent: bool) -> Self {
        Self {
            layout,
            username: Field::username("username", "Username")
                .value(username)
                .autocomplete("username")
                .required()
                .autofocus(errors.is_empty() && !sent)
                .errors(&errors),
            errors,
            sent,
        }
    }
}

/// Why somebody is on the page of their own password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordReason {
    /// They want to.
    OwnWish,
    /// They signed in with a mailed password and can do nothing else.
    Temporary,
    /// They came by a link from "Forgot your password?"; the hidden field `token`.
    RecoveryLink {
        /// The link's secret.
        token: String,
    },
}

/// What is said after a password was chosen, on the page that it leads to.
pub const PASSWORD_SAVED: &str = "Your new password is saved. You are signed out everywhere else.";

/// `/password`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "access/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub layout: Layout,
    /// Why they are here.
    pub reason: PasswordReason,
    /// Whose password, for password managers.
    pub username: String,
    /// `Current password`; none with a recovery link.
    pub current: Option<Field>,
    /// `New password`.
    pub new: Field,
    /// `Repeat new password`.
    pub repeat: Field,
    /// Whether they have a second factor, which somebody keeps who administers nothing any more.
    pub has_second_factor: bool,
    /// What is wrong.
    pub errors: Errors,
}

impl PasswordPage {
    /// The page; passwords that were typed are never sent back. Fields: `current_password`,
    /// `new_password`, `repeat_new_password`.
    pub fn new(
        layout: Layout,
        reason: PasswordReason,
        username: impl Into<String>,
        errors: Errors,
    ) -> Self {
        let by_link = matches!(reason, PasswordReason::RecoveryLink { .. });
        let current_hint = match reason {
            PasswordReason::Temporary => "The one from the mail.",
            PasswordReason::OwnWish | PasswordReason::RecoveryLink { .. } => "",
        };
        let current = (!by_link).then(|| {
            let field = Field::password("current_password", "Current password", "current-password")
                .autofocus(errors.is_empty() && layout.flash.is_none())
                .errors(&errors);
            if current_hint.is_empty() {
                field
            } else {
                field.hint(current_hint)
            }
        });
        Self {
            current,
            new: Field::password("new_password", "New password", "new-password")
                .described_by("password-rules")
                .autofocus(by_link && errors.is_empty())
                .errors(&errors),
            repeat: Field::password("repeat_new_password", "Repeat new password", "new-password")
                .errors(&errors),
            username: username.into(),
            layout,
            reason,
            has_second_factor: false,
            errors,
        }
    }

    fn is_temporary(&self) -> bool {
        self.reason == PasswordReason::Temporary
    }

    fn token(&self) -> Option<&str> {
        match &self.reason {
            PasswordReason::RecoveryLink { token } => Some(token),
            PasswordReason::OwnWish | PasswordReason::Temporary => None,
        }
    }

    /// Saved a moment ago by somebody who has no other page: they need do nothing more.
    fn is_just_saved(&self) -> bool {
        let says_so = |flash: &Flash| flash.text == PASSWORD_SAVED;
        self.is_all_there_is()
            && self.reason == PasswordReason::OwnWish
            && self.errors.is_empty()
            && self.layout.flash.as_ref().is_some_and(says_so)
    }

    /// Signed in, but no administrator: this page is all there is for them.
    fn is_all_there_is(&self) -> bool {
        self.layout
            .signed_in
            .as_ref()
            .is_some_and(|person| !person.administrator)
    }
}
