//! What was sent by somebody who is not signed in any more: it was not saved, and their browser is told so at the
//! sign-in page. A cookie carries it there, once: in an address it would be a link that somebody else can write.

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};

use super::short_cookie::ShortCookie;

const COOKIE: ShortCookie = ShortCookie {
    plain: "unsaved",
    secure: "__Host-unsaved",
};
/// The sign-in page is the next that the browser asks for.
const LIFE: Duration = Duration::minutes(1);

/// The note for the sign-in page, where a request would have changed something.
pub fn note(method: &Method, https: bool) -> Option<Cookie<'static>> {
    (!method.is_safe()).then(|| COOKIE.holding(https, "yes".to_string(), LIFE))
}

/// Whether the browser has the note.
pub fn is_noted(request: &HttpRequest, https: bool) -> bool {
    request.cookie(COOKIE.name(https)).is_some()
}

/// That answer, after which the browser has it no more.
pub fn forget(answer: HttpResponse, request: &HttpRequest, https: bool) -> HttpResponse {
    COOKIE.forget(answer, request, https)
}
