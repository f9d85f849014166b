//! The mails that would have left, where no mail server is set.

use askama::Template;
use askama_web::WebTemplate;

use crate::web::components::Pager;
use crate::web::layout::Layout;

/// `/dev/mailbox`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "mailbox/page.html")]
pub struct MailboxPage {
    /// The frame.
    pub layout: Layout,
    /// Newest first.
    pub mails: Vec<MailLine>,
    /// The pages before and after.
    pub pager: Pager,
    /// The one that is open.
    pub opened: Option<OpenedMail>,
}

/// One mail in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLine {
    /// To whom.
    pub to: String,
    /// About what.
    pub subject: String,
    /// When, as words.
    pub at: String,
    /// Opens it.
    pub href: String,
    /// Whether it is the one that is open.
    pub open: bool,
}

/// One mail, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedMail {
    /// By whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// About what.
    pub subject: String,
    /// When, as words.
    pub at: String,
    /// Its text version.
    pub text: String,
    /// What it carries besides, by name.
    pub attachments: Vec<String>,
}
