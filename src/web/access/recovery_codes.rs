//! `/second-factor/recovery-codes`: the codes that were made a moment ago. The database has their digests alone, so
//! they lie sealed in the browser that asked for them, for ten minutes: the page can be loaded again, and a slip
//! does not lose them.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{CookieJar, Key};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::second_factor_pages::{FEWEST_CALM, RecoveryCodesPage};
use crate::access::second_factor;
use crate::db;
use crate::web::app::App;
use crate::web::blocking::{afterwards, blocking};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{SignedInUser, WithOwnPassword};
use crate::web::redirect::see_other;
use crate::web::short_cookie::ShortCookie;
use crate::web::{page, when};

/// Keeps the codes, sealed.
const COOKIE: ShortCookie = ShortCookie {
    plain: "recovery-codes",
    secure: "__Host-recovery-codes",
};
/// How long they can be looked at: as long as it takes to find a printer.
const LIFE: Duration = Duration::minutes(10);

/// Codes that lie in the browser.
struct Kept {
    codes: Vec<String>,
    /// So much longer.
    left: Duration,
}

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
        Some(kept) => page::ok(&RecoveryCodesPage {
            layout: user.layout(&app),
            codes: kept.codes,
        }),
        None => {
            if user.signed_in.has_second_factor {
                let flash = Flash::notice(
                    "Recovery codes can be seen for ten minutes, in the browser that made them. If you have not saved yours, make new ones here.",
                );
                afterwards(move || app.db.write(|tx| user.leave(tx, &flash))).await;
                return Err(WebError::SeeOther("/second-factor".to_string()));
            }
            Err(user.lead_on(&app, "/second-factor").await)
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
    let Some(Kept { codes, .. }) = kept(&app, &user, &request).await? else {
        return Err(WebError::SeeOther(
            "/second-factor/recovery-codes".to_string(),
        ));
    };
    let text = format!(
        "Recovery codes for {} at {}\r\nEach of these codes signs you in once if your phone is lost.\r\n\r\n{}\r\n",
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
        .add_cookie(&COOKIE.ending(app.settings.https))
        .map_err(|error| WebError::Internal(error.to_string()))?;
    let flash = Flash::success(
        "Your second factor is on. If you do not have your app at hand, sign in with a recovery code; each works once.",
    );
    if user.0.signed_in.has_second_factor {
        afterwards(move || app.db.write(|tx| user.0.leave(tx, &flash))).await;
    }
    Ok(answer)
}

/// For how long this browser can show the codes again, as words; nothing where it has none of this session's.
pub(super) async fn shown_for(
    app: &web::Data<App>,
    user: &SignedInUser,
    request: &HttpRequest,
) -> Result<Option<String>, WebError> {
    let kept = kept(app, user, request).await?;
    Ok(kept.map(|kept| when::wait(kept.left)))
}

/// What is said to somebody who signed in with a recovery code: how many are left, and where to make new ones. Whoever
/// came with a mailed password has to choose their own first.
pub(super) fn used(left: i64, must_choose_password: bool) -> Flash {
    let told = match left {
        0 => {
            "You signed in with your last recovery code, so none is left. Until you make new ones, \
              you cannot sign in without your app."
                .to_string()
        }
        1 => "You signed in with a recovery code. Only 1 is left: it is time for new ones."
            .to_string(),
        FEWEST_CALM.. => format!("You signed in with a recovery code. {left} are left."),
        few => format!(
            "You signed in with a recovery code. Only {few} are left: it is time for new ones."
        ),
    };
    if must_choose_password {
        return Flash::notice(told + " You can make new ones once you have chosen your password.");
    }
    Flash::notice(told).link("Make new recovery codes", "/second-factor")
}

/// The codes that this session made within ten minutes, while they are good.
async fn kept(
    app: &web::Data<App>,
    user: &SignedInUser,
    request: &HttpRequest,
) -> Result<Option<Kept>, WebError> {
    let Some(kept) = opened(app, user, request) else {
        return Ok(None);
    };
    let (shared, by, asked) = (app.clone(), user.clone(), kept.codes.clone());
    let any_is_good = blocking(move || {
        shared.db.read(|connection| {
            second_factor::knows_any_of(connection, by.account_id(), by.signed_in.user_id, &asked)
        })
    })
    .await?
    .map_err(|error: db::Error| WebError::from(error))?;
    Ok(any_is_good.then_some(kept))
}

/// What is sealed in the browser, where it is of this session and has not run out.
fn opened(app: &App, user: &SignedInUser, request: &HttpRequest) -> Option<Kept> {
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
fn read(plain: &str, session: &[u8], now: i64) -> Option<Kept> {
    let mut words = plain.split(' ');
    let until: i64 = words.next()?.parse().ok()?;
    let whose = URL_SAFE_NO_PAD.decode(words.next()?).ok()?;
    let is_theirs = whose == session && now < until;
    is_theirs.then(|| Kept {
        codes: words.map(str::to_owned).collect(),
        left: Duration::seconds(until - now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_their_session_until_their_time_is_over() {
        let codes = ["ABCD-EFGH".to_string(), "JKMN-PQRS".to_string()];
        let plain = written(&codes, b"session", 600);
        let kept = read(&plain, b"session", 599).unwrap();
        assert_eq!(
            (&kept.codes[..], kept.left.whole_seconds()),
            (&codes[..], 1)
        );
        assert!(read(&plain, b"session", 600).is_none());
        assert!(read(&plain, b"another", 1).is_none());
        assert!(read("", b"session", 1).is_none());
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
