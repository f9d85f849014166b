//! `/second-factor/recovery-codes`: the codes that were made a moment ago. The database has their digests alone, so
//! they lie sealed in the browser that asked for them, for ten minutes: the page can be loaded again, and a slip
//! does not lose them.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{CookieJar, Key};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::second_factor_pages::RecoveryCodesPage;
use crate::access::second_factor;
use crate::db;
use crate::web::app::App;
use crate::web::blocking::{afterwards, blocking};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{SignedInUser, WithOwnPassword};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::web::short_cookie::ShortCookie;

/// Keeps the codes, sealed.
const COOKIE: ShortCookie = ShortCookie {
    plain: "recovery-codes",
    secure: "__Host-recovery-codes",
};
/// How long they can be looked at: as long as it takes to find a printer.
const LIFE: Duration = Duration::minutes(10);

/// To the page that shows the codes, with the codes sealed in the browser.
///
/// # Errors
/// [`WebError::Internal`] when the cookie cannot be written.
pub(super) fn lead_there(
    app: &App,
    user: &SignedInUser,
    codes: &[String],
) -> Result<HttpResponse, WebError> {
    let until = user.now.unix_timestamp() + LIFE.whole_seconds();
    let plain = written(codes, user.session.as_bytes(), until);
    let mut jar = CookieJar::new();
    jar.private_mut(&Key::from(&app.cookie_key))
        .add(COOKIE.holding(app.settings.https, plain, LIFE));
    let mut answer = see_other("/second-factor/recovery-codes");
    for sealed in jar.delta() {
        answer
            .add_cookie(sealed)
            .map_err(|error| WebError::Internal(error.to_string()))?;
    }
    Ok(answer)
}

/// GET: the codes, as often as it is asked for within ten minutes.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let user = user.0;
    match kept(&app, &user, &request).await? {
        Some(codes) => page::ok(&RecoveryCodesPage {
            layout: user.layout(&app),
            codes,
        }),
        None => {
            if user.signed_in.has_second_factor {
                let flash = Flash::notice(
                    "Recovery codes are shown for ten minutes after they were made, in that browser. If you have not kept yours, make new ones here.",
                );
                afterwards(move || app.db.write(|tx| user.leave(tx, &flash))).await;
            }
            Err(WebError::SeeOther("/second-factor".to_string()))
        }
    }
}

/// GET `/second-factor/recovery-codes.txt`: the same as a file.
///
/// # Errors
/// [`WebError`].
pub async fn file(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let user = user.0;
    let Some(codes) = kept(&app, &user, &request).await? else {
        return Err(WebError::SeeOther(
            "/second-factor/recovery-codes".to_string(),
        ));
    };
    let text = format!(
        "Recovery codes for {} at {}\r\nEach signs in once when the phone is lost.\r\n\r\n{}\r\n",
        user.signed_in.username,
        app.settings.product_name,
        codes.join("\r\n")
    );
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"recovery-codes.txt\"",
        ))
        .body(text))
}

/// POST `/second-factor/recovery-codes/receipt`: they are kept, the browser forgets them.
///
/// # Errors
/// [`WebError`].
pub async fn receive(app: web::Data<App>, user: WithOwnPassword) -> Result<HttpResponse, WebError> {
    let mut answer = see_other("/");
    answer
        .add_cookie(&COOKIE.holding(app.settings.https, String::new(), Duration::ZERO))
        .map_err(|error| WebError::Internal(error.to_string()))?;
    let flash = Flash::success(
        "Your second factor is on. Each recovery code signs you in once where your app is not at hand.",
    );
    if user.0.signed_in.has_second_factor {
        afterwards(move || app.db.write(|tx| user.0.leave(tx, &flash))).await;
    }
    Ok(answer)
}

/// The codes that this session made within ten minutes, while they are good.
async fn kept(
    app: &web::Data<App>,
    user: &SignedInUser,
    request: &HttpRequest,
) -> Result<Option<Vec<String>>, WebError> {
    let Some(codes) = opened(app, user, request) else {
        return Ok(None);
    };
    let (shared, by, asked) = (app.clone(), user.clone(), codes.clone());
    let any_is_good = blocking(move || {
        shared.db.read(|connection| {
            second_factor::knows_any_of(connection, by.account_id(), by.signed_in.user_id, &asked)
        })
    })
    .await?
    .map_err(|error: db::Error| WebError::from(error))?;
    Ok(any_is_good.then_some(codes))
}

/// What is sealed in the browser, where it is of this session and has not run out.
fn opened(app: &App, user: &SignedInUser, request: &HttpRequest) -> Option<Vec<String>> {
    let sealed = request.cookie(COOKIE.name(app.settings.https))?;
    let mut jar = CookieJar::new();
    jar.add_original(sealed);
    let plain = jar
        .private(&Key::from(&app.cookie_key))
        .get(COOKIE.name(app.settings.https))?;
    read(
        plain.value(),
        user.session.as_bytes(),
        user.now.unix_timestamp(),
    )
}

/// What is sealed: the codes of a session, by the digest of its token, until a moment in seconds.
fn written(codes: &[String], session: &[u8], until: i64) -> String {
    let whose = URL_SAFE_NO_PAD.encode(session);
    format!("{until} {whose} {}", codes.join(" "))
}

/// The codes in it, for that session at that moment.
fn read(plain: &str, session: &[u8], now: i64) -> Option<Vec<String>> {
    let mut words = plain.split(' ');
    let until: i64 = words.next()?.parse().ok()?;
    let whose = URL_SAFE_NO_PAD.decode(words.next()?).ok()?;
    let is_theirs = whose == session && now < until;
    is_theirs.then(|| words.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_their_session_until_their_time_is_over() {
        let codes = ["ABCD-EFGH".to_string(), "JKMN-PQRS".to_string()];
        let plain = written(&codes, b"session", 600);
        assert_eq!(read(&plain, b"session", 599), Some(codes.to_vec()));
        assert_eq!(read(&plain, b"session", 600), None);
        assert_eq!(read(&plain, b"another", 1), None);
        assert_eq!(read("", b"session", 1), None);
    }

    #[test]
    fn on_https_the_cookie_is_secure_and_bound_to_the_host() {
        let cookie = COOKIE.holding(true, "sealed".to_string(), LIFE).to_string();
        assert!(
            cookie.starts_with("__Host-recovery-codes=sealed;"),
            "{cookie}"
        );
        for attribute in [
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
            "Path=/",
            "Max-Age=600",
        ] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
    }
}
