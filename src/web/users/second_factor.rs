//! `/users/{id}/second-factor-removal`: for an administrator who lost theirs.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::dialogs::{SecondFactorDialog, UsersDialog};
use super::pages::UsersPage;
use super::place::Place;
use super::{list, place_query};
use crate::access::second_factor;
use crate::users;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::{accounts, db};

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
    page::ok(&draw(app, administrator.0, id.0, place).await?)
}

/// POST. One's own goes another way, against a code.
///
/// # Errors
/// [`WebError`].
pub async fn remove(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    if id.0 == user.signed_in.user_id {
        return page::unprocessable(&draw(app, user, id.0, place).await?);
    }
    blocking(move || {
        app.db.write(|tx| {
            accounts::lock_for(tx, &user.author)?;
            let subject = users::lock(tx, user.account_id(), id.0)?.ok_or(WebError::NotFound)?;
            let flash = if second_factor::remove(tx, &user.author, id.0, user.now)? {
                Flash::success(format!(
                    "The second factor of {} is removed. They are signed out and told by mail.",
                    subject.full_name()
                ))
            } else {
                Flash::notice(format!("{} has no second factor.", subject.full_name()))
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
) -> Result<UsersPage, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let account_id = user.account_id();
            let Some(subject) = users::find(connection, account_id, id)? else {
                return Ok(None);
            };
            let standing = second_factor::standing(connection, account_id, id, user.now)?;
            let refusal = if id == user.signed_in.user_id {
                Some("Turn your own second factor off on the page of your password.")
            } else if standing.confirmed_at.is_none() {
                Some("No second factor is set up.")
            } else {
                None
            };
            let dialog = UsersDialog::SecondFactor(Box::new(SecondFactorDialog {
                id,
                name: subject.full_name(),
                username: subject.username.clone(),
                refusal,
            }));
            let list = list::build(connection, &shared, &user, &place, &[])?;
            Ok::<_, db::Error>(Some(list::with_dialog(&shared, &user, list, dialog)))
        })
    })
    .await??
    .ok_or(WebError::NotFound)
}
