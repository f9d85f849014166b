//! `/users/{id}/training`: recording that somebody attended a training, and taking that back.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::acts;
use super::pages::{AttendanceDialog, AttendancePage};
use crate::db;
use crate::training::{self, Recorded, Training};
use crate::users;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::{edit_facts, list, place_query};

/// GET: where they stand, and what can be recorded.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    page::ok(&draw(app, administrator.0, id.0, place, Errors::none()).await?)
}

/// POST `kind=new_user|advanced`.
///
/// # Errors
/// [`WebError`].
pub async fn record(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let Some(training) = Training::from_name(form.0.text("kind")?) else {
        let mut errors = Errors::none();
        errors.add("kind", "Choose the training that was attended.");
        return page::unprocessable(&draw(app, administrator.0, id.0, place, errors).await?);
    };
    let user = administrator.0;
    let back = place.href(format!("/users/{}/training/withdrawal", id.0));
    let list = place.list_href();
    blocking(move || {
        app.db.write(|tx| {
            // Not locked: the account comes first, as everywhere (`accounts::lock`), and is locked next.
            let subject = users::find(tx, user.account_id(), id.0)?.ok_or(WebError::NotFound)?;
            let recorded =
                training::record_attendance(tx, &user.author, &[id.0], training, None, user.now)?;
            let text = format!(
                "{} is recorded as attended for {}.",
                training.label(),
                subject.full_name()
            );
            let mut flash = Flash::success(text).mark(id.0);
            if recorded > 0 {
                flash = flash.action("Undo", back, acts::moment_fields(user.now));
            }
            user.leave(tx, &flash)?;
            Ok::<_, WebError>(())
        })
    })
    .await??;
    Ok(see_other(list))
}

/// POST `/users/{id}/training/withdrawal`: they did not attend after all. With `kind` that training, with
/// the moment `recorded` what was recorded then.
///
/// # Errors
/// [`WebError`].
pub async fn withdraw(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let training = Training::from_name(form.0.text("kind")?);
    let which = match (training, acts::moment(&form.0)?) {
        (Some(training), _) => Recorded::OfPerson(id.0, training),
        (None, Some(at)) => Recorded::ForPersonAt(id.0, at),
        (None, None) => {
            let mut errors = Errors::none();
            errors.add_general("Choose the training that was not attended after all.");
            return page::unprocessable(&draw(app, administrator.0, id.0, place, errors).await?);
        }
    };
    let user = administrator.0;
    blocking(move || {
        app.db.write(|tx| {
            let subject = users::find(tx, user.account_id(), id.0)?.ok_or(WebError::NotFound)?;
            let taken = training::withdraw_attendance(tx, &user.author, which, user.now)?;
            let standing = training::standing(tx, user.account_id(), id.0)?;
            let flash = match taken {
                0 => Flash::notice(format!(
                    "Nothing is left to take back for {}.",
                    subject.full_name()
                )),
                _ => Flash::success(format!(
                    "Taken back for {}. {}",
                    subject.full_name(),
                    edit_facts::training_words(&standing, &user)
                )),
            };
            user.leave(tx, &flash.mark(id.0))?;
            Ok::<_, WebError>(())
        })
    })
    .await??;
    Ok(see_other(place.list_href()))
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    id: Uuid,
    place: Place,
    errors: Errors,
) -> Result<AttendancePage, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let account_id = user.account_id();
            let Some(subject) = users::find(connection, account_id, id)? else {
                return Ok(None);
            };
            let standing = training::standing(connection, account_id, id)?;
            let attended = |training| {
                standing
                    .attended
                    .iter()
                    .any(|(known, _)| *known == training)
            };
            let dialog = AttendanceDialog {
                id,
                name: subject.full_name(),
                username: subject.username.clone(),
                standing: edit_facts::training_words(&standing, &user),
                choices: [Training::NewUser, Training::Advanced]
                    .into_iter()
                    .filter(|training| !attended(*training))
                    .collect(),
                attended: [Training::NewUser, Training::Advanced]
                    .into_iter()
                    .filter(|training| attended(*training))
                    .collect(),
                errors,
            };
            let list = list::build(connection, &shared, &user, &place, &[])?;
            Ok::<_, db::Error>(Some(AttendancePage {
                layout: user.layout(&shared),
                list,
                dialog,
            }))
        })
    })
    .await??
    .ok_or(WebError::NotFound)
}
