//! `/password`: choosing a password of one's own, signed in or by a link from a mail.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use secrecy::SecretString;

use super::pages::{PASSWORD_SAVED, PasswordPage, PasswordReason};
use crate::access::{self, ChooseError, ChoosePassword, LinkHolder, ProductWords};
use crate::history::{Actor, Author};
use crate::sessions::Digest;
use crate::sessions::Token;
use crate::web::app::App;
use crate::web::blocking::{afterwards, blocking};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{SignedInUser, Visitor, hand_over, token_digest};
use crate::web::input::{Form, Parameters, Query};
use crate::web::{context, page, return_to, when};
use crate::{clock, passwords, sessions};

/// GET `/password`, with `?link=` from a mail or signed in.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, WebError> {
    if let Some(link) = query.0.one("link")? {
        return Ok(match holder(&app, link).await? {
            Some(holder) => page::ok(&link_page(&app, link, &holder, Errors::none()))?,
            None => dead_link(&app)?,
        });
    }
    let Some(user) = visitor.user else {
        return Err(return_to::sign_in_first(&request, app.settings.https));
    };
    page::ok(&own_page(&app, &user, Errors::none()))
}

/// POST `/password`.
///
/// # Errors
/// [`WebError`].
pub async fn save(
    app: web::Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let form = form.0;
    match (form.one("token")?, &visitor.user) {
        (Some(link), _) => save_by_link(app, &visitor, &request, &form, link.to_string()).await,
        (None, Some(user)) => save_own(app, &visitor, &request, user.clone(), &form).await,
        (None, None) => Err(WebError::SignedOut(None)),
    }
}

async fn save_own(
    app: web::Data<App>,
    visitor: &Visitor,
    request: &HttpRequest,
    user: SignedInUser,
    form: &Parameters,
) -> Result<HttpResponse, WebError> {
    let mut errors = Errors::none();
    if form.text("current_password")?.is_empty() {
        errors.add("current_password", "Enter your current password.");
    }
    check_repetition(form, &mut errors)?;
    if !errors.is_empty() {
        return page::unprocessable(&own_page(&app, &user, errors));
    }
    let command = ChoosePassword {
        current: form.text("current_password")?.into(),
        new: form.text("new_password")?.into(),
    };
    let shared = app.clone();
    let by = user.clone();
    let outcome = blocking(move || {
        let words = ProductWords {
            product_name: &shared.settings.product_name,
        };
        access::choose(
            &shared.db,
            &shared.hasher,
            &by.author,
            &by.signed_in,
            &by.session,
            &command,
            words,
            by.now,
        )
    })
    .await?;
    match outcome {
        Ok(token) => welcome(app, visitor, request, token).await,
        Err(error) => refused(error, |errors| own_page(&app, &user, errors)),
    }
}

async fn save_by_link(
    app: web::Data<App>,
    visitor: &Visitor,
    request: &HttpRequest,
    form: &Parameters,
    link: String,
) -> Result<HttpResponse, WebError> {
    let Some(holder) = holder(&app, &link).await? else {
        return dead_link(&app);
    };
    let mut errors = Errors::none();
    check_repetition(form, &mut errors)?;
    if !errors.is_empty() {
        return page::unprocessable(&link_page(&app, &link, &holder, errors));
    }
    let new: SecretString = form.text("new_password")?.into();
    let source = context::source(request, &app);
    let request_id = context::request_id(request);
    let (shared, token) = (app.clone(), link.clone());
    let outcome = blocking(move || {
        let author_of = |holder: &LinkHolder| Author {
            account_id: holder.account_id,
            actor: Actor::User(holder.user_id),
            source,
            request_id,
            import: None,
        };
        let words = ProductWords {
            product_name: &shared.settings.product_name,
        };
        access::choose_by_link(
            &shared.db,
            &shared.hasher,
            author_of,
            &token,
            &new,
            words,
            clock::now(),
        )
    })
    .await?;
    match outcome {
        Ok(token) => welcome(app, visitor, request, token).await,
        Err(ChooseError::DeadLink) => dead_link(&app),
        Err(error) => refused(error, |errors| link_page(&app, &link, &holder, errors)),
    }
}

/// Whose link it is, if it is alive.
async fn holder(app: &web::Data<App>, link: &str) -> Result<Option<LinkHolder>, WebError> {
    let (shared, link) = (app.clone(), link.to_string());
    let holder = blocking(move || {
        shared
            .db
            .read(|connection| access::link_holder(connection, &link, clock::now()))
    })
    .await??;
    Ok(holder)
}

fn check_repetition(form: &Parameters, errors: &mut Errors) -> Result<(), WebError> {
    let (new, repeat) = (
        form.text("new_password")?,
        form.text("repeat_new_password")?,
    );
    if new.is_empty() {
        errors.add("new_password", "Enter a new password.");
    } else if repeat.is_empty() {
        errors.add("repeat_new_password", "Enter the new password once more.");
    } else if new != repeat {
        errors.add(
            "repeat_new_password",
            "The two new passwords are different. Enter the same one twice.",
        );
    }
    // Everything else is told once these are right; its length is known now.
    if !errors.is_empty()
        && !new.is_empty()
        && let Err(problem) = passwords::of_the_right_length(new)
    {
        errors.add("new_password", problem.to_string());
    }
    Ok(())
}

/// The page again, with what was wrong at its fields; what is no mistake of the person's goes on as an error.
fn refused(
    error: ChooseError,
    draw: impl FnOnce(Errors) -> PasswordPage,
) -> Result<HttpResponse, WebError> {
    const WRONG_CURRENT: &str =
        "This is not your current password. Use the one you signed in with.";
    let mut errors = Errors::none();
    match error {
        ChooseError::WrongCurrent => errors.add("current_password", WRONG_CURRENT),
        ChooseError::WrongCurrentAnd(problem) => {
            errors.add("current_password", WRONG_CURRENT);
            errors.add("new_password", problem.to_string());
        }
        ChooseError::Problem(problem) => errors.add("new_password", problem.to_string()),
        ChooseError::TooMany(wait) => {
            errors.add("current_password", when::tried_too_often(wait));
            return page::too_many(wait, &draw(errors));
        }
        ChooseError::TooManyNew(wait) => {
            errors.add("new_password", when::tried_too_often(wait));
            return page::too_many(wait, &draw(errors));
        }
        ChooseError::SignedOut => return Err(WebError::SignedOut(None)),
        ChooseError::DeadLink => return Err(WebError::NotFound),
        ChooseError::Busy(_) => return Err(WebError::Busy("hashing queue full".to_string())),
        ChooseError::Database(error) => return Err(error.into()),
    }
    page::unprocessable(&draw(errors))
}

fn link_page(app: &App, link: &str, holder: &LinkHolder, errors: Errors) -> PasswordPage {
    let reason = PasswordReason::RecoveryLink {
        token: link.to_string(),
    };
    PasswordPage::new(app.layout(), reason, holder.username.clone(), errors)
}

fn own_page(app: &App, user: &SignedInUser, errors: Errors) -> PasswordPage {
    let reason = if user.signed_in.must_choose_password {
        PasswordReason::Temporary
    } else {
        PasswordReason::OwnWish
    };
    PasswordPage {
        has_second_factor: user.signed_in.has_second_factor,
        ..PasswordPage::new(
            user.layout(app),
            reason,
            user.signed_in.username.clone(),
            errors,
        )
    }
}

/// The new session takes the old one's place, with a word that it worked. The password is saved by now: whatever
/// fails here is told in the log, and keeps nobody from their new session.
async fn welcome(
    app: web::Data<App>,
    visitor: &Visitor,
    request: &HttpRequest,
    token: Token,
) -> Result<HttpResponse, WebError> {
    let (session, https) = (Digest::of(token.as_str()), app.settings.https);
    // By a link it may have been somebody else's: nobody holds its cookie any more.
    let old_session = token_digest(&visitor.cookie);
    let flash = Flash::success(PASSWORD_SAVED);
    let flash =
        serde_json::to_value(&flash).map_err(|error| WebError::Internal(error.to_string()))?;
    afterwards(move || {
        app.db.write(|tx| {
            if let Some(old_session) = &old_session {
                sessions::end(tx, old_session)?;
            }
            sessions::leave_flash(tx, &session, &flash)
        })
    })
    .await;
    hand_over(&visitor.cookie, &token)?;
    Ok(return_to::lead_back(request, https))
}

/// A link that was used, ran out or never was: back to asking for one.
fn dead_link(app: &App) -> Result<HttpResponse, WebError> {
    let mut layout = app.layout();
    layout.flash = Some(Flash::problem(
        "This link no longer works. It was used already, is more than an hour old, or was replaced by a newer one. Ask for another one here.",
    ));
    let page = super::pages::ForgotPasswordPage::new(layout, "", Errors::none(), false);
    page::with_status(StatusCode::NOT_FOUND, &page)
}
