//! Where somebody wanted to go who has to sign in first. A cookie keeps it in their own browser for a few
//! minutes: in an address it would be a link that somebody else can write.

use actix_web::cookie::time::Duration;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, Uri};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::WebError;
use super::origin::{is_fetched_by_script, is_file};
use super::redirect::see_other;
use super::short_cookie::ShortCookie;
use super::unsaved;

/// Keeps the address.
const COOKIE: ShortCookie = ShortCookie {
    plain: "return-to",
    secure: "__Host-return-to",
};
/// How long it is kept: as long as it takes to find a password, or to choose one.
const LIFE: Duration = Duration::minutes(15);
/// The longest address that is kept, in bytes: a cookie holds about 4,000.
const LONGEST: usize = 2_000;

/// The way to the sign-in page, for who asks for something without a session. A browser keeps the page that a
/// person asked for last; what a script asks for changes nothing. Whoever sent something is told there that it was
/// not saved.
pub fn sign_in_first(request: &HttpRequest, https: bool) -> WebError {
    let address = request.uri().path_and_query().map_or("", |it| it.as_str());
    if let Some(note) = unsaved::note(request.method(), https) {
        return WebError::SignedOut(Some(Box::new(note)));
    }
    let kept = if !shows_page(request.method(), request.headers()) {
        None
    } else if is_ours(address) {
        Some(COOKIE.holding(https, URL_SAFE_NO_PAD.encode(address), LIFE))
    } else {
        COOKIE.ending_for(request, https)
    };
    WebError::SignedOut(kept.map(Box::new))
}

/// To the page that was asked for before, once; home where there was none.
pub fn lead_back(request: &HttpRequest, https: bool) -> HttpResponse {
    let Some(kept) = request.cookie(COOKIE.name(https)) else {
        return see_other("/");
    };
    let address = URL_SAFE_NO_PAD
        .decode(kept.value())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|address| is_ours(address));
    forget(see_other(address.as_deref().unwrap_or("/")), request, https)
}

/// That answer, after which the browser keeps no page any more.
pub fn forget(answer: HttpResponse, request: &HttpRequest, https: bool) -> HttpResponse {
    COOKIE.forget(answer, request, https)
}

/// Whether a person follows a link or types an address: not a download, and nothing that a script fetches.
fn shows_page(method: &Method, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    method == Method::GET
        && accept.is_some_and(|accept| accept.contains("text/html"))
        && !is_fetched_by_script(headers)
}

/// Whether an address is one of this host's pages, and no way to another one.
fn is_ours(address: &str) -> bool {
    let is_path = address.starts_with('/') && !address.starts_with("//");
    is_path
        && address.len() <= LONGEST
        && address
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#')
        && address
            .parse::<Uri>()
            .is_ok_and(|uri| uri.authority().is_none() && uri.path() != "/" && !is_file(uri.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_host_are_kept() {
        for ours in [
            "/users",
            "/users?q=ann%20b;c&sort=-name",
            "/activity?kind=passwords",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "/?a",
            "users",
            "//evil.example/users",
            "/\\evil.example",
            "https://evil.example/",
            "/users\r\nset-cookie: a=b",
            "/users a",
            "/users#\r\nset-cookie: a=b",
            "/users#caf\u{e9}",
            "/users.csv?show=active",
            &format!("/{}", "a".repeat(2_000)),
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn only_what_a_person_asks_for_is_kept() {
        let asked = |method: Method, headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(
                    header::HeaderName::from_static(name),
                    header::HeaderValue::from_static(value),
                );
            }
            shows_page(&method, &map)
        };
        let page = ("accept", "text/html,application/xhtml+xml");
        assert!(asked(Method::GET, &[page]));
        assert!(asked(Method::GET, &[page, ("sec-fetch-mode", "navigate")]));
        assert!(!asked(Method::GET, &[page, ("sec-fetch-mode", "cors")]));
        assert!(!asked(Method::GET, &[("accept", "*/*")]));
        assert!(!asked(Method::GET, &[]));
        assert!(!asked(Method::POST, &[page]));
    }
}
