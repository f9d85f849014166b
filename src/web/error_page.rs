//! The page for everything that went wrong.

use askama::Template;
use askama_web::WebTemplate;

use super::components::Link;
use super::layout::Layout;

/// What happened, what to do, and the ways out.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub layout: Layout,
    /// The HTTP status, shown small.
    pub status: u16,
    /// What happened, as a heading: `There is no such page`.
    pub heading: String,
    /// What happened, one sentence.
    pub what_happened: String,
    /// What to do now, one sentence.
    pub what_to_do: String,
    /// Ways out; `User Accounts` or `Sign in` first.
    pub links: Vec<Link>,
    /// What support staff find the cause by, where there is one.
    pub request_id: Option<String>,
}
