//! `/password-resets/{id}`: what became of a reset.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::pages::{OutcomeCount, PasswordResetPage, PasswordResetUnderWayPage, PersonOutcome};
use crate::db;
use crate::password_resets::{self, Details, OUTCOMES_PAGE, Outcome};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{LeftOut, Pager, Progress, Tone};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::place_query;
use crate::web::users::scope::Scope;
use crate::web::when::{self, Written};

/// How often the page looks again while mails wait, in seconds.
const REFRESH_SECONDS: u32 = 2;
/// For how long a reset that is not to be found may still be going on: longer than its statements are given.
const UNDER_WAY_SECONDS: i64 = 120;

/// GET.
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
    let number: i64 = query.0.text("page")?.parse().unwrap_or(0).clamp(0, 100_000);
    let (shared, account_id) = (app.clone(), administrator.account_id());
    let found = blocking(move || {
        shared.db.read(|connection| {
            let Some(details) = password_resets::details(connection, account_id, id.0)? else {
                return Ok(None);
            };
            let people = password_resets::people(connection, account_id, id.0, number)?;
            Ok::<_, db::Error>(Some((details, people)))
        })
    })
    .await??;
    let Some((details, people)) = found else {
        let has_begun = query.0.text("begun")? == "yes";
        return not_there(&app, &administrator.0, id.0, has_begun, place);
    };
    page::ok(&draw(
        &app,
        &administrator.0,
        &details,
        &people,
        (place, number),
    ))
}

/// A reset that took longer than its request may still be going on: nothing of it is seen before its end. The
/// address says that it has begun, and the id when.
fn not_there(
    app: &App,
    user: &SignedInUser,
    id: Uuid,
    has_begun: bool,
    place: Place,
) -> Result<HttpResponse, WebError> {
    let age = id
        .get_timestamp()
        .and_then(|made| i64::try_from(made.to_unix().0).ok())
        .map(|made| user.now.unix_timestamp() - made);
    if !has_begun || age.is_none_or(|seconds| seconds.abs() > UNDER_WAY_SECONDS) {
        return Err(WebError::NotFound);
    }
    let layout = user.layout(app);
    let mut response = page::ok(&PasswordResetUnderWayPage { layout, place })?;
    response
        .headers_mut()
        .insert(header::REFRESH, HeaderValue::from(REFRESH_SECONDS));
    Ok(response)
}

fn draw(
    app: &App,
    user: &SignedInUser,
    details: &Details,
    people: &[password_resets::PersonOutcome],
    (place, number): (Place, i64),
) -> PasswordResetPage {
    let counts = details.counts;
    let total = counts.waiting + counts.sent + counts.failed + counts.cancelled;
    let mut layout = user.layout(app);
    layout.refresh_seconds = (counts.waiting > 0).then_some(REFRESH_SECONDS);
    let path = |number| place.href_of_page(&format!("/password-resets/{}", details.id), number);
    PasswordResetPage {
        layout,
        id: details.id,
        scope: Scope::from_name(&details.scope).unwrap_or(Scope::Selected),
        requested_by: details.requested_by.clone(),
        requested_at: when::exact(details.requested_at, &user.zone),
        progress: Progress {
            done: (total - counts.waiting).unsigned_abs(),
            total: total.unsigned_abs(),
            time_left: Progress::time_left(
                counts.sent + counts.failed,
                counts.waiting,
                (user.now - details.requested_at).whole_seconds(),
            ),
        },
        counts: [
            (counts.sent, "sent", Tone::Quiet),
            (counts.waiting, "waiting", Tone::Quiet),
            (counts.failed, "failed", Tone::Problem),
            (counts.cancelled, "cancelled", Tone::Attention),
        ]
        .into_iter()
        .filter(|(count, label, _)| *count > 0 || *label == "sent")
        .map(|(count, label, tone)| OutcomeCount {
            count: count.unsigned_abs(),
            label: label.to_string(),
            tone,
        })
        .collect(),
        people: people
            .iter()
            .map(|person| line(person, user, when::recent, &place))
            .collect(),
        pager: Pager {
            previous: (number > 0).then(|| path(number - 1)),
            next: ((number + 1) * OUTCOMES_PAGE < total).then(|| path(number + 1)),
        },
        left_out: details
            .left_out
            .iter()
            .map(|(name, username, reason)| LeftOut {
                name: name.clone(),
                username: username.clone(),
                reason: omission_words(reason).to_string(),
            })
            .collect(),
        failed: counts.failed.unsigned_abs(),
        place,
    }
}

pub(super) fn omission_words(reason: &str) -> &'static str {
    match reason {
        "inactive" => "is inactive",
        _ => "was reset a moment before",
    }
}

pub(super) fn line(
    person: &password_resets::PersonOutcome,
    user: &SignedInUser,
    written: Written,
    place: &Place,
) -> PersonOutcome {
    let at = person
        .settled_at
        .map_or(String::new(), |at| written(at, user.now, &user.zone));
    let (outcome, tone) = match Outcome::from_name(&person.state) {
        Some(Outcome::Sent) if person.has_chosen => {
            ("Has chosen a new password".to_string(), Tone::Quiet)
        }
        Some(Outcome::Sent) => (format!("Sent {at}"), Tone::Quiet),
        Some(Outcome::Failed) => (format!("Failed: {}", person.explanation), Tone::Problem),
        Some(Outcome::Cancelled) => (format!("Not sent: {}", person.explanation), Tone::Attention),
        _ if person.attempts > 0 && !person.explanation.is_empty() => (
            format!(
                "Will be tried again. The mail server said: {}",
                person.explanation
            ),
            Tone::Attention,
        ),
        _ => ("Waiting".to_string(), Tone::Quiet),
    };
    PersonOutcome {
        username: person.username.clone(),
        name: person.name.clone(),
        href: place.user_href(&person.user_id),
        outcome,
        tone,
    }
}

/// POST `/password-resets/{id}/retry`: a new mail for everybody whose mail failed.
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
    let found = blocking(move || {
        app.db.write(|tx| {
            if password_resets::details(tx, user.account_id(), id.0)?.is_none() {
                return Ok(false);
            }
            let retried = password_resets::retry_failed(tx, &user.author, id.0, user.now)?;
            let flash = match retried {
                0 => Flash::notice("No failed mail is left to send again."),
                count => Flash::success(format!(
                    "New mails are on their way to {}.",
                    crate::web::components::people(count as u64)
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
    Ok(see_other(place.href(format!("/password-resets/{}", id.0))))
}
