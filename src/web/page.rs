//! Answers that are pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::error::WebError;

/// The page with status 200.
///
/// # Errors
/// [`WebError::Internal`] when it cannot be drawn.
pub fn ok(page: &impl Template) -> Result<HttpResponse, WebError> {
    with_status(StatusCode::OK, page)
}

/// The page with status 422: what was typed stays, with everything that is wrong with it.
///
/// # Errors
/// [`WebError::Internal`] when it cannot be drawn.
pub fn unprocessable(page: &impl Template) -> Result<HttpResponse, WebError> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// The page with that status.
///
/// # Errors
/// [`WebError::Internal`] when it cannot be drawn.
pub fn with_status(status: StatusCode, page: &impl Template) -> Result<HttpResponse, WebError> {
    let body = page
        .render()
        .map_err(|error| WebError::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body))
}
