//! Forms are taken from our own pages only (OWASP Cross-Site Request Forgery Prevention: Fetch
//! Metadata, with the origin as fallback).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _, web};

use super::app::App;
use super::error::WebError;

/// The middleware: an unsafe method that a browser sends for another site is refused.
///
/// # Errors
/// Passes on what the layers below could not answer themselves.
pub async fn refuse_other_sites(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || is_ours(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let response = WebError::Forbidden.error_response();
    Ok(request.into_response(response))
}

/// Whether a browser says that a script asks, and no person who opens a page (Fetch Metadata).
pub fn is_fetched_by_script(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode.as_bytes() != b"navigate")
}

/// Whether what is asked for is kept as a file and shows no page.
pub fn is_file(path: &str) -> bool {
    path.ends_with(".csv") || path.ends_with(".txt")
}

fn is_ours(request: &ServiceRequest) -> bool {
    if let Some(site) = request.headers().get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let ours = request
        .app_data::<web::Data<App>>()
        .map(|app| app.settings.public_origin.clone());
    match (request.headers().get(header::ORIGIN), ours) {
        (Some(origin), Some(ours)) => origin.as_bytes() == ours.as_bytes(),
        // Without either header it is no browser, and nobody's cookie is sent along.
        (None, _) => true,
        (Some(_), None) => false,
    }
}
