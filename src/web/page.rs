//! Answers that are pages.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use time::Duration;

use super::error::WebError;
use super::when;

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

/// The page with status 429, and after how long another try has room.
///
/// # Errors
/// [`WebError::Internal`] when it cannot be drawn.
pub fn too_many(wait: Duration, page: &impl Template) -> Result<HttpResponse, WebError> {
    let mut response = with_status(StatusCode::TOO_MANY_REQUESTS, page)?;
    let seconds = when::wait_seconds(wait).into();
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    Ok(response)
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
