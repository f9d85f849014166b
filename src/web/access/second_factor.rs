//! `/second-factor`: the code on the way in; for whoever is in, their second factor.

use actix_web::{HttpRequest, HttpResponse, web};

use super::recovery_codes;
use super::second_factor_code::{Takes, add_error, typed_code};
use super::second_factor_pages::AskPage;
use super::second_factor_settings;
use crate::access::second_factor::{self, LetIn, SecondFactorError, Used};
use crate::metrics::SignInRefusal;
use crate::sessions::{self, Digest};
use crate::web::app::App;
use crate::web::blocking::{afterwards, blocking};
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{SignedInUser, Visitor, hand_over};
use crate::web::input::Form;
use crate::web::layout::Layout;
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
        (Some(arriving), _) => page::ok(&AskPage::new(frame(&app, &arriving), Errors::none())),
        (None, Some(user)) => second_factor_settings::show(app, user, &request).await,
        (None, None) => Err(return_to::sign_in_first(&request, app.settings.https)),
    }
}

/// The frame of the page that asks: nobody's yet, with the message that waits for them, of a password that they have
/// just chosen.
fn frame(app: &App, arriving: &SignedInUser) -> Layout {
    Layout {
        flash: arriving.layout(app).flash,
        ..app.layout()
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
        Ok(let_in) => welcome(&app, &visitor, &request, let_in, must_choose_password).await,
        Err(error) => refused(&app, error, &typed),
    }
}

/// The browser gets the whole session, and goes on to what is to be done first. Who used a recovery code is told there
/// how many are left.
async fn welcome(
    app: &web::Data<App>,
    visitor: &Visitor,
    request: &HttpRequest,
    let_in: LetIn,
    must_choose_password: bool,
) -> Result<HttpResponse, WebError> {
    hand_over(&visitor.cookie, &let_in.token)?;
    if let Used::RecoveryCode { left } = let_in.used {
        let (app, session) = (app.clone(), Digest::of(let_in.token.as_str()));
        afterwards(move || {
            let flash = recovery_codes::used(left, must_choose_password).stored()?;
            app.db
                .write(|tx| sessions::leave_flash(tx, &session, &flash))
        })
        .await;
    }
    Ok(if must_choose_password {
        see_other("/password")
    } else {
        return_to::lead_back(request, app.settings.https)
    })
}

/// The page again, with why the code was not taken; counted where somebody may be guessing.
fn refused(app: &App, error: SecondFactorError, typed: &str) -> Result<HttpResponse, WebError> {
    match &error {
        SecondFactorError::Wrong => app.metrics.sign_in_refused(SignInRefusal::SecondFactor),
        SecondFactorError::TooMany(_) => app.metrics.sign_in_refused(SignInRefusal::TooOften),
        SecondFactorError::Database(_) => {}
    }
    let mut errors = Errors::none();
    let status = add_error(error, typed, Takes::AnyCode, &mut errors)?;
    page::with_status(status, &AskPage::new(app.layout(), errors))
}
