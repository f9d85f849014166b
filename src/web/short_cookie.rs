//! Cookies that carry something through a few clicks, in the browser that it is about.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

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

    /// The cookie, for so long; for no time at all, what ends it.
    pub fn holding(&self, https: bool, value: String, life: Duration) -> Cookie<'static> {
        Cookie::build(self.name(https), value)
            .path("/")
            .max_age(life)
            .secure(https)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish()
    }
}
