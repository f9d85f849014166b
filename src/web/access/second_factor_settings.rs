//! One's own second factor: setting it up, new recovery codes, turning it off.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;

use super::qr::Qr;
use super::recovery_codes;
use super::second_factor_code::{Takes, add_error, typed_code};
use super::second_factor_pages::{Progress, SettingsPage};
use crate::access::second_factor::{self, SecondFactorError, Standing};
use crate::access::{self, ChooseError};
use crate::db;
use crate::web::app::App;
use crate::web::blocking::{afterwards, blocking};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{SignedInUser, WithOwnPassword};
use crate::web::input::Form;
use crate::web::redirect::see_other;
use crate::web::{page, when};

/// The page of somebody who is in.
///
/// # Errors
/// [`WebError`].
pub(super) async fn show(
    app: web::Data<App>,
    user: SignedInUser,
    request: &HttpRequest,
) -> Result<HttpResponse, WebError> {
    if user.signed_in.must_choose_password
        || !(user.signed_in.administrator || user.signed_in.has_second_factor)
    {
        return Err(user.lead_on(&app, "/password").await);
    }
    page::ok(&draw(app, user, request, Errors::none()).await?)
}

/// POST `/second-factor/setup`: a key, against the current password.
///
/// # Errors
/// [`WebError`].
pub async fn begin(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let user = user.0;
    if !user.signed_in.administrator {
        return Err(WebError::Forbidden);
    }
    if form.0.text("current_password")?.is_empty() {
        let mut errors = Errors::none();
        errors.add("current_password", "Enter your current password.");
        return page::unprocessable(&draw(app, user, &request, errors).await?);
    }
    let typed: SecretString = form.0.text("current_password")?.into();
    let (shared, by) = (app.clone(), user.clone());
    let outcome = blocking(move || {
        access::check_current(
            &shared.db,
            &shared.hasher,
            &by.author,
            by.signed_in.user_id,
            &typed,
            by.now,
        )?;
        shared.db.write(|tx| {
            second_factor::begin(tx, &by.author, by.signed_in.user_id, by.now)?;
            Ok::<_, db::Error>(())
        })?;
        Ok::<_, ChooseError>(())
    })
    .await?;
    let mut errors = Errors::none();
    let status = match outcome {
        Ok(()) => return Ok(see_other("/second-factor")),
        Err(ChooseError::TooMany(wait)) => {
            errors.add("current_password", when::tried_too_often(wait));
            StatusCode::TOO_MANY_REQUESTS
        }
        Err(ChooseError::Busy(_)) => return Err(WebError::Busy("hashing queue full".to_string())),
        Err(ChooseError::Database(error)) => return Err(error.into()),
        Err(_) => {
            errors.add(
                "current_password",
                "This is not your current password. Use the one you signed in with.",
            );
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    page::with_status(status, &draw(app, user, &request, errors).await?)
}

/// POST `/second-factor/confirmation`: the first code turns it on and leads to the recovery codes.
///
/// # Errors
/// [`WebError`].
pub async fn confirm(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    with_code(
        app,
        user.0,
        &request,
        &form,
        Takes::AppCode,
        |app, user, code| {
            second_factor::confirm(
                &app.db,
                &user.author,
                user.signed_in.user_id,
                &user.session,
                code,
                user.now,
            )
            .map(Done::Codes)
        },
    )
    .await
}

/// POST `/second-factor/recovery-codes`.
///
/// # Errors
/// [`WebError`].
pub async fn renew_codes(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    with_code(
        app,
        user.0,
        &request,
        &form,
        Takes::AppCode,
        |app, user, code| {
            second_factor::renew_codes(
                &app.db,
                &user.author,
                user.signed_in.user_id,
                code,
                user.now,
            )
            .map(Done::Codes)
        },
    )
    .await
}

/// POST `/second-factor/removal`; not where the account demands one.
///
/// # Errors
/// [`WebError`].
pub async fn turn_off(
    app: web::Data<App>,
    user: WithOwnPassword,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    if demanded(&user.0) {
        return Err(WebError::Forbidden);
    }
    with_code(
        app,
        user.0,
        &request,
        &form,
        Takes::AnyCode,
        |app, user, code| {
            second_factor::turn_off(
                &app.db,
                &user.author,
                user.signed_in.user_id,
                &user.session,
                code,
                user.now,
            )
            .map(|()| Done::Off)
        },
    )
    .await
}

enum Done {
    Codes(Vec<String>),
    Off,
}

/// Does what takes a code, and answers with what came of it.
async fn with_code(
    app: web::Data<App>,
    user: SignedInUser,
    request: &HttpRequest,
    form: &Form,
    takes: Takes,
    act: impl FnOnce(&App, &SignedInUser, &str) -> Result<Done, SecondFactorError> + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let mut errors = Errors::none();
    let Some(code) = typed_code(&form.0, takes, &mut errors)? else {
        return page::unprocessable(&draw(app, user, request, errors).await?);
    };
    let (shared, by, typed) = (app.clone(), user.clone(), code.clone());
    let outcome = blocking(move || act(&shared, &by, &code)).await?;
    match outcome {
        Ok(Done::Codes(codes)) => recovery_codes::lead_there(&app, &user, &codes),
        Ok(Done::Off) => {
            let flash =
                Flash::success("The second factor is off. Your password alone signs you in.");
            afterwards(move || app.db.write(|tx| user.leave(tx, &flash))).await;
            Ok(see_other("/second-factor"))
        }
        Err(error) => {
            let status = add_error(error, &typed, takes, &mut errors)?;
            page::with_status(status, &draw(app, user, request, errors).await?)
        }
    }
}

fn demanded(user: &SignedInUser) -> bool {
    user.signed_in.administrator && user.signed_in.account.second_factor_required
}

/// The page of somebody who is in, with what was wrong.
async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    request: &HttpRequest,
    errors: Errors,
) -> Result<SettingsPage, WebError> {
    let (shared, by) = (app.clone(), user.clone());
    let standing = blocking(move || {
        shared.db.read(|connection| {
            second_factor::standing(connection, by.account_id(), by.signed_in.user_id, by.now)
        })
    })
    .await?
    .map_err(|error: db::Error| WebError::from(error))?;
    let codes_shown_for = match standing.confirmed_at {
        Some(_) => recovery_codes::shown_for(&app, &user, request).await?,
        None => None,
    };
    let progress = progress(&app, &user, standing, codes_shown_for)?;
    Ok(SettingsPage::new(
        user.layout(&app),
        progress,
        demanded(&user),
        errors,
    ))
}

fn progress(
    app: &App,
    user: &SignedInUser,
    standing: Standing,
    codes_shown_for: Option<String>,
) -> Result<Progress, WebError> {
    if let Some(since) = standing.confirmed_at {
        return Ok(Progress::On {
            since: when::day(since, user.now, &user.zone),
            codes_left: standing.codes_left,
            codes_shown_for,
        });
    }
    let Some(secret) = standing.pending else {
        return Ok(Progress::Off);
    };
    let product = &app.settings.product_name;
    let told = access::enrolment(&secret, product, &user.signed_in.username)
        .map_err(WebError::Internal)?;
    let letters: Vec<char> = told.secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(Progress::Pending {
        qr: Qr::of(&told.url),
        secret: groups.join(" "),
    })
}
