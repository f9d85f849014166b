//! What can be done about a request that is sent: mailing it again, recording who attended.

use actix_web::{HttpResponse, web};

use crate::db;
use crate::training;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::people;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::Administrator;
use crate::web::input::{Id, Query};
use crate::web::redirect::see_other;
use crate::web::users::place_query;

/// POST `/training-requests/{id}/retry`.
///
/// # Errors
/// [`WebError`].
pub async fn retry(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    let retried = blocking(move || {
        app.db.write(|tx| {
            let retried = training::retry(tx, &user.author, id.0, user.now)?;
            let flash = match retried {
                Some(true) => Flash::success("The mail to the training team is on its way again."),
                _ => Flash::notice(
                    "The mail to the training team has not failed: there is nothing to send again.",
                ),
            };
            if retried.is_some() {
                user.leave(tx, &flash)?;
            }
            Ok::<_, db::Error>(retried)
        })
    })
    .await??;
    retried.ok_or(WebError::NotFound)?;
    Ok(see_other(
        place.href(format!("/training-requests/{}", id.0)),
    ))
}

/// POST `/training-requests/{id}/attendance`: everybody of the request attended.
///
/// # Errors
/// [`WebError`].
pub async fn attended(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    let recorded = blocking(move || {
        app.db.write(|tx| {
            let recorded =
                training::record_attendance_of_request(tx, &user.author, id.0, user.now)?;
            let flash = match recorded {
                None | Some(0) => Flash::notice("Everybody here is recorded already."),
                Some(count) => {
                    Flash::success(format!("Recorded as attended: {}.", people(count as u64)))
                }
            };
            if recorded.is_some() {
                user.leave(tx, &flash)?;
            }
            Ok::<_, db::Error>(recorded)
        })
    })
    .await??;
    recorded.ok_or(WebError::NotFound)?;
    Ok(see_other(
        place.href(format!("/training-requests/{}", id.0)),
    ))
}
