//! What every page has around it: who is signed in, where to go, whom to call.

use super::flash::Flash;

/// The frame of every page. `templates/layout.html` draws it; a page struct carries it as `layout`.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// What the vendor calls the product (`PRODUCT_NAME`).
    pub product_name: String,
    /// Who is signed in; nobody on the sign-in pages.
    pub signed_in: Option<SignedIn>,
    /// A message about what just happened, shown once.
    pub flash: Option<Flash>,
    /// Whom to write to (`SUPPORT_EMAIL`).
    pub support_email: String,
    /// Whom to call, as given (`SUPPORT_PHONE`).
    pub support_phone: String,
    /// Load the page again after this many seconds, while something is still under way. Browsers
    /// with JavaScript exchange only the part that changes.
    pub refresh_seconds: Option<u32>,
}

/// The person whose session this is.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The company's name.
    pub account_name: String,
    /// First and last name.
    pub name: String,
    /// The address they sign in with.
    pub username: String,
    /// Whether they may see more than their own password page.
    pub administrator: bool,
}

impl Layout {
    /// Whether the message of this page is about this row, which is then marked.
    pub fn marks(&self, id: &uuid::Uuid) -> bool {
        self.flash
            .as_ref()
            .is_some_and(|flash| flash.mark.as_ref() == Some(id))
    }

    /// What a tab says after a title that ends in `last`: the product's name, unless it was just said.
    pub fn product_after(&self, last: &str) -> String {
        if self.product_name == last {
            String::new()
        } else {
            format!(" – {}", self.product_name)
        }
    }

    /// The telephone number as a link target: digits and a leading plus only.
    pub fn support_phone_href(&self) -> String {
        let dialled: String = self
            .support_phone
            .chars()
            .enumerate()
            .filter(|(at, c)| c.is_ascii_digit() || (*at == 0 && *c == '+'))
            .map(|(_, c)| c)
            .collect();
        format!("tel:{dialled}")
    }
}
