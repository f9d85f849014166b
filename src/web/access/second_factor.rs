//! `/second-factor`: the code on the way in; for whoever is in, their second factor.

use actix_web::{HttpRequest, HttpResponse, web};

use super::second_factor_code::{Takes, add_error, typed_code};
use super::second_factor_pages::AskPage;
use super::second_factor_settings;
use crate::access::second_factor::{self, SecondFactorError};
use crate::metrics::SignInRefusal;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{Visitor, hand_over};
use crate::web::input::Form;
use crate::web::redirect::see_other;
use crate::web::{page, return_to};

/// GET.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    match (visitor.arriving, visitor.user) {
        (Some(_), _) => page::ok(&AskPage::new(app.layout(), Errors::none())),
        (None, Some(user)) => second_factor_settings::show(app, user).await,
        (None, None) => Err(return_to::sign_in_first(&request, app.settings.https)),
    }
}

/// POST: the code.
///
/// # Errors
/// [`WebError`].
pub async fn give(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let Some(user) = visitor.arriving.clone() else {
        return Err(match visitor.user {
            Some(_) => WebError::SeeOther("/second-factor".to_string()),
            None => WebError::SignedOut(None),
        });
    };
    let mut errors = Errors::none();
    let code = match typed_code(&form.0, Takes::AnyCode, &mut errors)? {
        Some(code) => code,
        None => return page::unprocessable(&AskPage::new(app.layout(), errors)),
    };
    let (shared, typed) = (app.clone(), code.clone());
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
            Ok(if must_choose_password {
                see_other("/password")
            } else {
                return_to::lead_back(&request, app.settings.https)
            })
        }
        Err(error) => {
            match &error {
                SecondFactorError::Wrong => {
                    app.metrics.sign_in_refused(SignInRefusal::SecondFactor)
                }
                SecondFactorError::TooMany(_) => {
                    app.metrics.sign_in_refused(SignInRefusal::TooOften)
                }
                SecondFactorError::Database(_) => {}
            }
            let status = add_error(error, &typed, Takes::AnyCode, &mut errors)?;
            page::with_status(status, &AskPage::new(app.layout(), errors))
        }
    }
}
