//! The account's history.

use askama::Template;
use askama_web::WebTemplate;

use super::filter::{Asked, Problem};
use crate::web::components::Pager;
use crate::web::history::pages::HistoryEntry;
use crate::web::layout::Layout;

/// `/activity`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "activity/page.html")]
pub struct ActivityPage {
    /// The frame.
    pub layout: Layout,
    /// What was asked for.
    pub asked: Asked,
    /// The groups of kinds: name, words, whether it is chosen.
    pub groups: Vec<(&'static str, &'static str, bool)>,
    /// What is wrong with the filter, or that it finds nobody.
    pub problem: Option<Problem>,
    /// The one person whom it is about, by a link from their history.
    pub person: Option<String>,
    /// The account's time zone, in which times are told.
    pub zone: String,
    /// Newest first.
    pub entries: Vec<ActivityEntry>,
    /// The same as CSV.
    pub csv_href: String,
    /// `previous` is the newest, `next` is older.
    pub pager: Pager,
}

/// One thing that happened, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityEntry {
    /// Whom it is about: name, username and their history; nobody for the account itself.
    pub person: Option<(String, String, String)>,
    /// What happened, when, by whom, from where.
    pub line: HistoryEntry,
}

impl ActivityPage {
    /// Whether something is wrong with the field of that name.
    fn is_wrong(&self, field: &str) -> bool {
        self.problem
            .as_ref()
            .is_some_and(|problem| problem.field == field)
    }
}
