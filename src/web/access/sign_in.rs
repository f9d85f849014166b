//! `/sign-in` and `/sign-out`.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::pages::SignInPage;
use crate::access::{self, Arrival, SignInAttempt, SignInError};
use crate::metrics::SignInRefusal;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Visitor, hand_over, token_digest};
use crate::web::input::{Form, Query};
use crate::web::redirect::see_other;
use crate::web::{context, page, return_to, unsaved, when};
use crate::{clock, db};

/// What a browser is told whose session is alive no more.
const SESSION_ENDED: &str = "You were signed out. You had been away for a long time, your password was reset or changed, \
    or an administrator deactivated you or changed what you may do. Sign in again; if your password was reset, \
    use the one from your mail. If that does not work, ask an administrator of your account.";

/// GET `/sign-in`. Whoever is signed in already goes home.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, WebError> {
    if let Some(user) = &visitor.user {
        return Err(user.lead_on(&app, "/").await);
    }
    if let Some(user) = &visitor.arriving {
        return Err(user.lead_on(&app, "/second-factor").await);
    }
    let mut layout = app.layout();
    if query.0.one("signed-out")?.is_some() {
        layout.flash = Some(Flash::success("You are signed out."));
    }
    // Only the browser that held a session is told that it ended: it still has the session's token. The
    // session is gone from the database, and with it what ended it, so every reason is named.
    let had_session = token_digest(&visitor.cookie).is_some();
    let https = app.settings.https;
    if layout.flash.is_none() {
        let unsaved = unsaved::is_noted(&request, https);
        layout.flash = why_here(had_session, unsaved).map(Flash::notice);
    }
    let answer = page::ok(&SignInPage::new(layout, "", Errors::none()))?;
    Ok(unsaved::forget(answer, &request, https))
}

/// Why somebody is at the sign-in page who meant to be elsewhere: a session of theirs ended, or what they sent came
/// without one.
fn why_here(had_session: bool, unsaved: bool) -> Option<String> {
    match (had_session, unsaved) {
        (true, true) => Some(format!("What you sent was not saved. {SESSION_ENDED}")),
        (true, false) => Some(SESSION_ENDED.to_string()),
        (false, true) => Some(
            "What you sent was not saved, because you are not signed in any more. Sign in, then enter it again."
                .to_string(),
        ),
        (false, false) => None,
    }
}

/// POST `/sign-in`.
///
/// # Errors
/// [`WebError`].
pub async fn sign_in(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let (username, password) = (form.0.text("username")?, form.0.text("password")?);
    let missing = what_is_missing(username, password);
    if !missing.is_empty() {
        return page::unprocessable(&SignInPage::new(app.layout(), username, missing));
    }
    let attempt = SignInAttempt {
        username: username.to_string(),
        password: password.into(),
        source: context::source(&request, &app),
        request_id: context::request_id(&request),
        old_session: token_digest(&visitor.cookie),
    };
    let shared = app.clone();
    let outcome =
        blocking(move || access::sign_in(&shared.db, &shared.hasher, &attempt, clock::now()))
            .await?;
    match outcome {
        Ok(arrival) => let_in(&app, &visitor, &request, &arrival),
        Err(refusal) => {
            if let Some(counted) = counted_as(&refusal) {
                app.metrics.sign_in_refused(counted);
            }
            refused(&app, username, refusal)
        }
    }
}

fn what_is_missing(username: &str, password: &str) -> Errors {
    let mut errors = Errors::none();
    if username.trim().is_empty() {
        errors.add(
            "username",
            "Enter your username: your company email address.",
        );
    }
    if password.is_empty() {
        errors.add("password", "Enter your password.");
    }
    errors
}

/// The browser gets the session, and goes on to what is to be done first.
fn let_in(
    app: &App,
    visitor: &Visitor,
    request: &HttpRequest,
    arrival: &Arrival,
) -> Result<HttpResponse, WebError> {
    hand_over(&visitor.cookie, &arrival.token)?;
    Ok(if arrival.second_factor_due {
        see_other("/second-factor")
    } else if arrival.must_choose_password {
        see_other("/password")
    } else {
        return_to::lead_back(request, app.settings.https)
    })
}

/// The page again, with why nobody was let in; what is no mistake of the person's goes on as an error.
fn refused(app: &App, username: &str, refusal: SignInError) -> Result<HttpResponse, WebError> {
    let page = |words: String| {
        let mut errors = Errors::none();
        errors.add_general(words);
        SignInPage::new(app.layout(), username, errors)
    };
    match refusal {
        SignInError::Refused => page::unprocessable(&page(
            "The username or the password is not right, or the account is not active. Check both and try again, \
             or use “Forgot your password?”."
                .to_string(),
        )),
        SignInError::TooMany(wait) => page::too_many(
            wait,
            &page(format!(
                "Too many tries. Wait {} and try again, or use “Forgot your password?”: its link lets you in at once.",
                when::wait(wait)
            )),
        ),
        SignInError::Busy(_) => Err(WebError::Busy("hashing queue full".to_string())),
        SignInError::Database(error) => Err(error.into()),
    }
}

fn counted_as(refusal: &SignInError) -> Option<SignInRefusal> {
    match refusal {
        SignInError::Refused => Some(SignInRefusal::Credentials),
        SignInError::TooMany(_) => Some(SignInRefusal::TooOften),
        SignInError::Busy(_) => Some(SignInRefusal::Busy),
        SignInError::Database(_) => None,
    }
}

/// POST `/sign-out`. Signing out twice is no mistake.
///
/// # Errors
/// [`WebError`].
pub async fn sign_out(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let https = app.settings.https;
    if let Some(user) = visitor.user.or(visitor.arriving) {
        blocking(move || {
            app.db.write(|tx| {
                access::sign_out(tx, &user.author, &user.session, user.now)?;
                Ok::<_, db::Error>(())
            })
        })
        .await??;
    }
    visitor.cookie.purge();
    let mut response = see_other("/sign-in?signed-out");
    // Which rows were ticked is kept in the browser: nothing of it stays (OWASP ASVS 5.0.0 14.3.1).
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"storage\""),
    );
    Ok(return_to::forget(response, &request, https))
}
