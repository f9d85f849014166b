//! The answer to a form that did its work.

use actix_web::HttpResponse;
use actix_web::http::header;

/// 303: look there next.
pub fn see_other(location: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location.as_ref()))
        .finish()
}
