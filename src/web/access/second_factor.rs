//! `/second-factor`: the code on the way in; for whoever is in, their second factor.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use time::Duration;

use super::second_factor_pages::AskPage;
use super::second_factor_settings;
use crate::access::second_factor::{self, SecondFactorError};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{Visitor, hand_over};
use crate::web::input::{Form, Parameters};
use crate::web::page;
use crate::web::redirect::see_other;

/// GET.
///
/// # Errors
/// [`WebError`].
pub async fn show(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, WebError> {
    match (visitor.arriving, visitor.user) {
        (Some(_), _) => page::ok(&AskPage::new(app.layout(), Errors::none())),
        (None, Some(user)) => second_factor_settings::show(app, user).await,
        (None, None) => Err(WebError::SeeOther("/sign-in".to_string())),
    }
}

/// POST: the code.
///
/// # Errors
/// [`WebError`].
pub async fn give(
    app: web::Data<App>,
    visitor: Visitor,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let Some(user) = visitor.arriving.clone() else {
        let elsewhere = match visitor.user {
            Some(_) => "/second-factor",
            None => "/sign-in",
        };
        return Err(WebError::SeeOther(elsewhere.to_string()));
    };
    let mut errors = Errors::none();
    let code = match typed_code(&form.0, &mut errors)? {
        Some(code) => code,
        None => return page::unprocessable(&AskPage::new(app.layout(), errors)),
    };
    let shared = app.clone();
    let must_choose_password = user.signed_in.must_choose_password;
    let outcome = blocking(move || {
        second_factor::give(
            &shared.db,
            &user.author,
            &user.signed_in,
            &user.session,
            &code,
            user.now,
        )
    })
    .await?;
    match outcome {
        Ok(token) => {
            hand_over(&visitor.cookie, &token)?;
            Ok(see_other(if must_choose_password {
                "/password"
            } else {
                "/"
            }))
        }
        Err(error) => {
            let status = add_error(error, &mut errors)?;
            page::with_status(status, &AskPage::new(app.layout(), errors))
        }
    }
}

/// The field `code`, if something stands in it.
pub(super) fn typed_code(
    form: &Parameters,
    errors: &mut Errors,
) -> Result<Option<String>, WebError> {
    let code = form.text("code")?.trim();
    // Longer than any code however it is typed.
    if code.is_empty() || code.len() > 100 {
        errors.add("code", "Enter the six digits that your app shows now.");
        return Ok(None);
    }
    Ok(Some(code.to_string()))
}

/// Puts what was wrong to the field; what is no mistake of the person's goes on as an error.
pub(super) fn add_error(
    error: SecondFactorError,
    errors: &mut Errors,
) -> Result<StatusCode, WebError> {
    match error {
        SecondFactorError::Wrong => {
            errors.add("code", SecondFactorError::Wrong.to_string());
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        SecondFactorError::TooMany(wait) => {
            errors.add(
                "code",
                format!("That was tried too often. {}", wait_words(wait)),
            );
            Ok(StatusCode::TOO_MANY_REQUESTS)
        }
        SecondFactorError::Database(error) => Err(error.into()),
    }
}

fn wait_words(wait: Duration) -> String {
    match wait.whole_seconds() {
        ..=1 => "Wait a second and try again.".to_string(),
        seconds @ 2..=90 => format!("Wait {seconds} seconds and try again."),
        seconds => format!("Wait {} minutes and try again.", seconds / 60 + 1),
    }
}
