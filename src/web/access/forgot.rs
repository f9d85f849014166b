//! `/forgot-password`: the same answer for every address.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use tokio::time::{Instant, sleep_until};

use super::pages::ForgotPasswordPage;
use crate::access;
use crate::clock;
use crate::users::{Username, UsernameProblem};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::input::{Form, Query};
use crate::web::redirect::see_other;
use crate::web::{context, page};

/// Every answer takes so long, many times the work: a known address, for which a mail is written, is not told from
/// an unknown one by the time (Django CVE-2024-39329).
const ANSWER_AFTER: Duration = Duration::from_millis(100);

/// GET `/forgot-password`; with `?sent=yes` after a link was asked for, for whatever address.
///
/// # Errors
/// [`WebError`].
pub async fn show(app: web::Data<App>, query: Query) -> Result<HttpResponse, WebError> {
    let sent = query.0.text("sent")? == "yes";
    page::ok(&ForgotPasswordPage::new(
        app.layout(),
        "",
        Errors::none(),
        sent,
    ))
}

/// POST `/forgot-password`.
///
/// # Errors
/// [`WebError`].
pub async fn send(
    app: web::Data<App>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let typed = form.0.text("username")?.to_string();
    if let Err(problem) = Username::parse(&typed) {
        let mut errors = Errors::none();
        errors.add(
            "username",
            match problem {
                UsernameProblem::Missing => {
                    "Enter your username: your company email address.".to_string()
                }
                other => other.to_string(),
            },
        );
        return page::unprocessable(&ForgotPasswordPage::new(
            app.layout(),
            &typed,
            errors,
            false,
        ));
    }
    let shared = app.clone();
    let source = context::source(&request, &app);
    let request_id = context::request_id(&request);
    let address = typed;
    let answer_at = Instant::now() + ANSWER_AFTER;
    let wait = blocking(move || {
        access::request_link(&shared.db, &address, source, request_id, clock::now())
    })
    .await??;
    sleep_until(answer_at).await;
    match wait {
        Some(wait) => Err(WebError::TooMany(wait)),
        None => Ok(see_other("/forgot-password?sent=yes")),
    }
}
