//! The frame of an error page: the menu and the way out, for whoever is signed in.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};

use super::{context, guard};

/// The middleware: where a request was refused before anybody asked whose it is (an address that does
/// not exist, a form that cannot be read), that is asked now. A page that is drawn costs no query more,
/// and after an error of ours the database is left alone.
///
/// # Errors
/// Passes on what the layers below could not answer themselves.
pub async fn of_whom(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if response.status().is_client_error() && context::wants_page(&response) {
        let request = response.request();
        let is_known = request.extensions().get::<context::Caller>().is_some();
        if !is_known && let Err(error) = guard::recognize(request).await {
            tracing::debug!(%error, "an error page is drawn for nobody in particular");
        }
    }
    Ok(response)
}
