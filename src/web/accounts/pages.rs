//! The account's own details.

use askama::Template;
use askama_web::WebTemplate;

use crate::web::components::{Person, Seats};
use crate::web::form::Errors;
use crate::web::layout::Layout;

/// `/account`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "accounts/page.html")]
pub struct AccountPage {
    /// The frame.
    pub layout: Layout,
    /// The company's name.
    pub name: String,
    /// The domains that usernames may have.
    pub domains: Vec<String>,
    /// Licences in use.
    pub seats: Seats,
    /// Who may see these pages.
    pub administrators: Vec<Person>,
    /// Whether administrators must have a second factor. The form posts `required=yes` or `no`.
    pub second_factor_required: bool,
    /// The zone that is chosen: `Europe/Zurich`. The form posts `time_zone`.
    pub time_zone: String,
    /// Every zone that can be chosen, sorted.
    pub time_zones: Vec<String>,
    /// The time there now, as words, so that a wrong zone is noticed.
    pub local_time: String,
    /// What is wrong.
    pub errors: Errors,
}
