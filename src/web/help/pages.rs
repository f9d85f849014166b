//! Help.

use askama::Template;
use askama_web::WebTemplate;

use crate::web::layout::Layout;

/// `/help`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "help/page.html")]
pub struct HelpPage {
    /// The frame.
    pub layout: Layout,
}
