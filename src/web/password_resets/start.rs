//! `Reset Password`: GET `/password-resets/new`, POST `/password-resets`.

use actix_web::{HttpResponse, web};
use time::OffsetDateTime;
use uuid::Uuid;

use super::pages::{NewPasswordResetPage, PasswordResetDialog};
use crate::password_resets::{self, OmissionReason, ResetError, ResetPasswords};
use crate::users::{self, User};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{LeftOut, people};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Query};
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::scope::{Scope, Ticked};
use crate::web::users::{list, place_query};
use crate::web::{page, when};
use crate::{db, ids};

/// GET: whom it is for, counted exactly, and what will happen.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let selected = query.0.ids("user")?;
    let scope = (!selected.is_empty()).then_some(Scope::Selected);
    let opened_at = administrator.now;
    let again = Again {
        selected,
        scope,
        opened_at,
        errors: Errors::none(),
    };
    page::ok(&draw(app, administrator.0, place, again).await?)
}

/// POST: the reset, decided again at this moment.
///
/// # Errors
/// [`WebError`].
pub async fn reset(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    let selected = form.0.ids("user")?;
    let opened_at = opened(form.0.text("opened")?, user.now)?;
    let scope = Scope::read(&form.0, &place)?;
    let mut again = Again {
        selected,
        scope,
        opened_at,
        errors: Errors::none(),
    };
    let Some(chosen) = again.chosen(&place) else {
        again.errors.add(
            "scope",
            "Choose whose passwords to reset: the selected users or All Active Users.",
        );
        return page::unprocessable(&draw(app, user, place, again).await?);
    };
    let id = ids::new();
    let command = ResetPasswords {
        id,
        scope: chosen,
        opened_at,
    };
    let page = format!("/password-resets/{id}");
    let refusal = match begin(&app, &user, command).await {
        Ok(Ok(())) => return Ok(see_other(place.href(page))),
        // Of very many people, it goes on: its page waits for it, or says that the database does not answer.
        Err(WebError::Unanswered(_)) => {
            return Ok(see_other(place.href_and(&page, "begun=yes")));
        }
        Ok(Err(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    again.errors.add("scope", words(refusal)?);
    page::unprocessable(&draw(app, user, place, again).await?)
}

/// The reset, and the message that the next page shows.
async fn begin(
    app: &web::Data<App>,
    user: &SignedInUser,
    command: ResetPasswords,
) -> Result<Result<(), ResetError>, WebError> {
    let (shared, by) = (app.clone(), user.clone());
    blocking(move || {
        shared.db.write(|tx| {
            let reset = password_resets::reset(tx, &by.author, &command, &by.session, by.now)?;
            let text = match reset.people {
                1 => "The password of 1 user is reset. They get a mail with a new one.".to_string(),
                many => format!(
                    "The passwords of {} are reset. Each person gets a mail with a new one.",
                    people(many as u64)
                ),
            };
            by.leave(tx, &Flash::success(text))?;
            Ok(())
        })
    })
    .await
}

/// Why nobody was reset, as the pop-up says it; what is no mistake of the person's goes on as an error.
fn words(refusal: ResetError) -> Result<String, WebError> {
    match refusal {
        ResetError::NotFound => Err(WebError::NotFound),
        ResetError::Database(error) => Err(error.into()),
        ResetError::NobodySelected => Ok(
            "Select the users whose passwords you want to reset, or choose All Active Users."
                .to_string(),
        ),
        ResetError::NobodyLeft(left_out) => Ok(nobody_left(&left_out)),
    }
}

fn nobody_left(left_out: &[password_resets::LeftOut]) -> String {
    let already = left_out
        .iter()
        .any(|person| person.reason == OmissionReason::AlreadyReset);
    if left_out.is_empty() {
        "Nobody matches any more: the list changed meanwhile. Click Cancel and look at it again."
            .to_string()
    } else if already {
        "Everybody here was reset after you opened this pop-up; their mails are on their way. Nothing was sent twice. \
         Open it again to reset once more."
            .to_string()
    } else {
        "Everybody selected is inactive. Reactivate them to send a new password.".to_string()
    }
}

/// What the pop-up shows.
struct Again {
    selected: Vec<Uuid>,
    scope: Option<Scope>,
    opened_at: OffsetDateTime,
    errors: Errors,
}

impl Again {
    fn chosen(&self, place: &Place) -> Option<users::Scope> {
        self.scope.map(|scope| scope.of(&self.selected, place))
    }
}

/// The moment the dialog was opened, as it stands in the form: microseconds since 1970. A form
/// without one was opened now; one from the future counts as now, one from before 1970 as then.
fn opened(text: &str, now: OffsetDateTime) -> Result<OffsetDateTime, WebError> {
    if text.is_empty() {
        return Ok(now);
    }
    let microseconds: i64 = text
        .parse()
        .map_err(|_| WebError::BadRequest("opened is a moment"))?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1_000)
        .map(|moment| moment.clamp(OffsetDateTime::UNIX_EPOCH, now))
        .map_err(|_| WebError::BadRequest("opened is a moment"))
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    place: Place,
    again: Again,
) -> Result<NewPasswordResetPage, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let list = list::build(connection, &shared, &user, &place, &again.selected)?;
            let Some(ticked) = Ticked::find(connection, user.account_id(), again.selected)? else {
                return Ok(None);
            };
            let left_out: Vec<LeftOut> = ticked
                .people
                .iter()
                .filter_map(|subject| omission(subject, again.opened_at, &user))
                .collect();
            let who = ticked.choice(
                connection,
                &user,
                &place,
                list.active,
                &left_out,
                again.scope,
            )?;
            let dialog = PasswordResetDialog {
                who,
                left_out,
                opened: (again.opened_at.unix_timestamp_nanos() / 1_000).to_string(),
                errors: again.errors,
            };
            Ok::<_, db::Error>(Some(NewPasswordResetPage {
                layout: user.layout(&shared),
                list,
                dialog,
            }))
        })
    })
    .await??
    .ok_or(WebError::NotFound)
}

fn omission(subject: &User, opened_at: OffsetDateTime, user: &SignedInUser) -> Option<LeftOut> {
    let reason = match subject.password_reset_at {
        _ if !subject.active => "is inactive".to_string(),
        Some(at) if password_resets::was_reset_since(Some(at), opened_at, user.now) => {
            format!("was reset at {}", when::clock(at, &user.zone))
        }
        _ => return None,
    };
    Some(LeftOut {
        name: subject.full_name(),
        username: subject.username.clone(),
        reason,
    })
}
