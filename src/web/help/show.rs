//! GET `/help`.

use actix_web::{HttpResponse, web};

use super::pages::HelpPage;
use crate::web::app::App;
use crate::web::error::WebError;
use crate::web::guard::Administrator;
use crate::web::page;

/// GET.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
) -> Result<HttpResponse, WebError> {
    page::ok(&HelpPage {
        layout: administrator.layout(&app),
    })
}
