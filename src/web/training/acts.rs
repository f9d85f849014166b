//! What can be done about a request that is sent: mailing it again, recording who attended.

use actix_web::{HttpResponse, web};
use time::OffsetDateTime;

use super::standing;
use crate::db;
use crate::training::{self, Attended, Recorded};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::people;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::Administrator;
use crate::web::input::{Form, Id, Parameters, Query};
use crate::web::page;
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

/// POST `/training-requests/{id}/attendance`: those ticked as `attended`, or with `everybody` all of the
/// request, attended; with `missed` those ticked did not.
///
/// # Errors
/// [`WebError`].
pub async fn attended(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let who = match form.0.one("everybody")? {
        Some(_) => Attended::Everybody,
        None => Attended::These(form.0.ids("attended")?),
    };
    if who == Attended::These(Vec::new()) {
        let page = standing::build(&app, administrator.0, id.0, &query, true).await?;
        return page::unprocessable(&page);
    }
    let user = administrator.0;
    let page = place.href_of_page(
        &format!("/training-requests/{}", id.0),
        standing::number(&query)?,
    );
    let back = place.href(format!("/training-requests/{}/attendance/undo", id.0));
    let missed = form.0.one("missed")?.is_some();
    let recorded = blocking(move || {
        app.db.write(|tx| {
            let recorded = match &who {
                Attended::These(these) if missed => {
                    training::record_missed(tx, &user.author, id.0, these, user.now)?
                }
                who => {
                    training::record_attendance_of_request(tx, &user.author, id.0, who, user.now)?
                }
            };
            let flash = match recorded {
                None | Some(0) => Flash::notice("Everybody here is recorded already."),
                Some(count) => {
                    let (what, also) = if missed {
                        ("Recorded as not attended", Some("missed"))
                    } else {
                        ("Recorded as attended", None)
                    };
                    let mut fields = moment_fields(user.now);
                    fields.extend(also.map(|name| (name.to_string(), "yes".to_string())));
                    Flash::success(format!("{what}: {}.", people(count as u64)))
                        .action("Undo", back, fields)
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
    Ok(see_other(page))
}

/// POST `/training-requests/{id}/attendance/undo`, with the moment `recorded`: what was recorded then is taken back.
///
/// # Errors
/// [`WebError`].
pub async fn undo_attended(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let at = moment(&form.0)?;
    let missed = form.0.one("missed")?.is_some();
    let user = administrator.0;
    let found = blocking(move || {
        app.db.write(|tx| {
            if !training::exists(tx, user.account_id(), id.0)? {
                return Ok(false);
            }
            let count = match at {
                Some(at) if missed => {
                    training::take_back_missed(tx, &user.author, id.0, at, user.now)?
                }
                Some(at) => {
                    let which = Recorded::ForRequestAt(id.0, at);
                    training::withdraw_attendance(tx, &user.author, which, user.now)?
                }
                None => 0,
            };
            let flash = match count {
                0 => Flash::notice("Nothing is left to take back."),
                _ => Flash::success(format!(
                    "Taken back: {} stand as before.",
                    people(count as u64)
                )),
            };
            user.leave(tx, &flash)?;
            Ok::<_, db::Error>(true)
        })
    })
    .await??;
    if !found {
        return Err(WebError::NotFound);
    }
    Ok(see_other(
        place.href(format!("/training-requests/{}", id.0)),
    ))
}

/// The moment of a record, as `Undo` carries it: microseconds, as the database keeps it.
pub(super) fn moment_fields(at: OffsetDateTime) -> Vec<(String, String)> {
    let microseconds = at.unix_timestamp_nanos() / 1_000;
    vec![("recorded".to_string(), microseconds.to_string())]
}

/// The same as it comes back; nothing where it is no moment.
///
/// # Errors
/// [`WebError::BadRequest`] where it is given twice.
pub(super) fn moment(form: &Parameters) -> Result<Option<OffsetDateTime>, WebError> {
    let microseconds: Option<i64> = form.text("recorded")?.parse().ok();
    Ok(microseconds.and_then(|microseconds| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(microseconds) * 1_000).ok()
    }))
}
