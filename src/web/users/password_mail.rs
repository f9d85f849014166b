//! POST `/users/{id}/password-mail`: a password once more, to one person.

use actix_web::{HttpResponse, web};

use super::place_query;
use crate::users::{self, SendAgainError};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::Administrator;
use crate::web::input::{Id, Query};
use crate::web::redirect::see_other;

/// Sends it, and says so on the list; where there is nothing to send, says why.
///
/// # Errors
/// [`WebError`].
pub async fn send_again(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    blocking(move || {
        app.db.write(|tx| {
            let flash = match users::send_password_again(tx, &user.author, id.0, user.now) {
                Ok(person) => Flash::success(format!(
                    "A new password is on its way to {}.",
                    person.username
                )),
                Err(SendAgainError::NotFound) => return Err(WebError::NotFound),
                Err(SendAgainError::Database(error)) => return Err(error.into()),
                Err(refusal) => Flash::notice(refusal.to_string()),
            };
            user.leave(tx, &flash.mark(id.0))?;
            Ok(())
        })
    })
    .await??;
    Ok(see_other(place.list_href()))
}
