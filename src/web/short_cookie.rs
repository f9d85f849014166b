//! Cookies that carry something through a few clicks, in the browser that it is about.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};

/// A cookie of the program's own, by its two names.
pub struct ShortCookie {
    /// Where the page is reached by plain http.
    pub plain: &'static str,
    /// On https: a browser takes `__Host-…` from this host alone, whole and secure (RFC 6265bis).
    pub secure: &'static str,
}

impl ShortCookie {
    /// The name it has here.
    pub fn name(&self, https: bool) -> &'static str {
        if https { self.secure } else { self.plain }
    }

    /// The cookie, for so long.
    pub fn holding(&self, https: bool, value: String, life: Duration) -> Cookie<'static> {
        Cookie::build(self.name(https), value)
            .path("/")
            .max_age(life)
            .secure(https)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish()
    }

    /// What ends it.
    pub fn ending(&self, https: bool) -> Cookie<'static> {
        self.holding(https, String::new(), Duration::ZERO)
    }

    /// What ends it, where the browser has one.
    pub fn ending_for(&self, request: &HttpRequest, https: bool) -> Option<Cookie<'static>> {
        request.cookie(self.name(https))?;
        Some(self.ending(https))
    }

    /// That answer, after which the browser has it no more.
    pub fn forget(
        &self,
        mut answer: HttpResponse,
        request: &HttpRequest,
        https: bool,
    ) -> HttpResponse {
        if let Some(ending) = self.ending_for(request, https) {
            // A name in plain ASCII, without a value: it is always written.
            let _ = answer.add_cookie(&ending);
        }
        answer
    }
}
