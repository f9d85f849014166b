//! What happened to one person.

use askama::Template;
use askama_web::WebTemplate;

use crate::web::components::Pager;
use crate::web::layout::Layout;

/// `/users/{id}/history`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "history/page.html")]
pub struct HistoryPage {
    /// The frame.
    pub layout: Layout,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Back to their pop-up.
    pub user_href: String,
    /// The account's activity, this person's part.
    pub activity_href: String,
    /// The account's time zone, in which times are told.
    pub zone: String,
    /// Newest first.
    pub entries: Vec<HistoryEntry>,
    /// `previous` is newer, `next` is older.
    pub pager: Pager,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When, as words: `3 May 2026, 10:42`.
    pub at: String,
    /// What, as a sentence.
    pub sentence: String,
    /// Details below it, a line each: `Title: Buyer → Head of Purchasing`.
    pub details: Vec<String>,
    /// Who: a name, `Customer Success`, `the program`.
    pub who: String,
    /// From where: an address of the network; may be empty.
    pub from: String,
    /// The page of the reset, import or request for training that it was part of, and the words of the link.
    pub part_of: Option<(String, &'static str)>,
}
