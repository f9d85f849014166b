//! `/users/{id}/administrator`: making and unmaking administrators.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::dialogs::{AdministratorDialog, UsersDialog};
use super::pages::UsersPage;
use super::place::Place;
use super::{list, place_query};
use crate::db;
use crate::users::{self, AdministratorError};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;

/// GET: what it means, before it is done.
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
    page::ok(&draw(app, administrator.0, id.0, place, None).await?)
}

/// POST `administrator=yes|no`.
///
/// # Errors
/// [`WebError`].
pub async fn save(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let shall_be = match form.0.text("administrator")? {
        "yes" => true,
        "no" => false,
        _ => {
            // Nobody, and nobody of this account, is not found whatever the form says.
            draw(app, administrator.0, id.0, place, None).await?;
            return Err(WebError::BadRequest("administrator is yes or no"));
        }
    };
    let (shared, user) = (app.clone(), administrator.0.clone());
    let outcome = blocking(move || {
        shared.db.write(|tx| {
            let changed = users::set_administrator(tx, &user.author, id.0, shall_be, user.now)?;
            let text = if shall_be {
                format!("{} is an administrator now.", changed.full_name())
            } else {
                format!(
                    "{} is no longer an administrator and was signed out.",
                    changed.full_name()
                )
            };
            user.leave(tx, &Flash::success(text).mark(changed.id))?;
            Ok::<_, AdministratorError>(())
        })
    })
    .await?;
    match outcome {
        Ok(()) => Ok(see_other(place.list_href())),
        Err(AdministratorError::NotFound) => Err(WebError::NotFound),
        Err(AdministratorError::Database(error)) => Err(error.into()),
        Err(refusal) => {
            let page = draw(app, administrator.0, id.0, place, Some(refusal.to_string())).await?;
            page::unprocessable(&page)
        }
    }
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    id: Uuid,
    place: Place,
    refusal: Option<String>,
) -> Result<UsersPage, WebError> {
    let shared = app.clone();
    let page = blocking(move || {
        shared.db.read(|connection| {
            let Some(subject) = users::find(connection, user.account_id(), id)? else {
                return Ok(None);
            };
            let list = list::build(connection, &shared, &user, &place, &[])?;
            let refusal = refusal.or_else(|| {
                if id == user.signed_in.user_id {
                    Some(AdministratorError::Yourself.to_string())
                } else if !subject.active {
                    Some(AdministratorError::Inactive.to_string())
                } else {
                    None
                }
            });
            let dialog = AdministratorDialog {
                id,
                name: subject.full_name(),
                username: subject.username.clone(),
                administrator: subject.administrator,
                refusal,
            };
            let dialog = UsersDialog::Administrator(Box::new(dialog));
            Ok::<_, db::Error>(Some(list::with_dialog(&shared, &user, list, dialog)))
        })
    })
    .await??;
    page.ok_or(WebError::NotFound)
}
