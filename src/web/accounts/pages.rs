//! The account's own details.

use askama::Template;
use askama_web::WebTemplate;

use super::time_zones::Region;
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
    /// Whether administrators must have a second factor.
    pub second_factor_required: bool,
    /// How many of them have one, as a sentence.
    pub second_factors: String,
    /// The zone that is chosen: `Europe/Zurich`. The form posts `time_zone`.
    pub time_zone: String,
    /// The same as words.
    pub time_zone_words: String,
    /// Every zone that can be chosen.
    pub regions: Vec<Region>,
    /// The time there now, as words, so that a wrong zone is noticed.
    pub local_time: String,
    /// What is wrong.
    pub errors: Errors,
}

/// `/account/second-factor`: whom it stops, before it is asked of everybody or no more.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "accounts/second_factor.html")]
pub struct DemandPage {
    /// The frame.
    pub layout: Layout,
    /// Whether it is asked for now; the button does the other thing. The form posts `required=yes` or `no`.
    pub required: bool,
    /// Whether who looks has one: nobody asks others for what they have not.
    pub has_own: bool,
    /// Administrators without one.
    pub without: Vec<Person>,
    /// All administrators.
    pub administrators: usize,
}
