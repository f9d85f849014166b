//! `/training-requests/{id}`: where a request stands, and taking it back.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::pages::{RequestedPerson, TrainingRequestPage};
use super::words::{omission_words, reasons};
use crate::db;
use crate::training::{self, Details, PEOPLE_PAGE, Training, UNDO_WINDOW, Undone};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{LeftOut, Link, Pager, Tone, people};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Id, Query};
use crate::web::page;
use crate::web::password_resets::pages::PersonOutcome;
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::place_query;
use crate::web::when::{self, Written};

/// How often the page looks again while the mail is held or waits, in seconds. Where no script exchanges
/// the part that changes, it is not loaded again as long as `Undo` is offered: the button would be gone
/// from under the hand.
const REFRESH_SECONDS: u32 = 2;
/// How many of those left out the page names; where they are more, a page of their own names all.
const LEFT_OUT_HERE: i64 = 50;

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
    page::ok(&build(&app, administrator.0, id.0, &query, false).await?)
}

/// Which page of its people is asked for, from 0.
pub(super) fn number(query: &Query) -> Result<i64, WebError> {
    let number: i64 = query.0.text("page")?.parse().unwrap_or(0);
    Ok(number.clamp(0, 100_000))
}

/// The page; `nobody_ticked` where it was to be recorded who attended and nobody was.
pub(super) async fn build(
    app: &web::Data<App>,
    user: SignedInUser,
    id: Uuid,
    query: &Query,
    nobody_ticked: bool,
) -> Result<TrainingRequestPage, WebError> {
    let place = place_query::place(&query.0)?;
    let number = number(query)?;
    let (shared, account_id) = (app.clone(), user.account_id());
    let found = blocking(move || {
        shared.db.read(|connection| {
            let Some(details) = training::details(connection, account_id, id)? else {
                return Ok(None);
            };
            let people = training::people(connection, account_id, id, Some(number))?;
            let requests = details.of_click();
            let counts = training::left_out_counts(connection, account_id, &requests)?;
            let first = Some((LEFT_OUT_HERE, 0));
            let left_out = training::left_out(connection, account_id, &requests, first)?;
            Ok::<_, db::Error>(Some((details, people, (left_out, counts))))
        })
    })
    .await??;
    let (details, people, (left_out, counts)) = found.ok_or(WebError::NotFound)?;
    let mut page = draw(app, &user, &details, &people, (place, number));
    if nobody_ticked {
        page.errors.add(
            "attended",
            "Nobody is ticked, so nothing was recorded. Tick people first.",
        );
        for person in &mut page.people {
            person.ticked = false;
        }
    }
    page.left_out = left_out
        .into_iter()
        .map(|person| LeftOut {
            name: person.name,
            username: person.username,
            reason: omission_words(person.reason).to_string(),
        })
        .collect();
    page.left_out_count = counts.values().sum();
    page.left_out_reasons = reasons(&counts);
    Ok(page)
}

fn draw(
    app: &App,
    user: &SignedInUser,
    details: &Details,
    people: &[training::Person],
    (place, number): (Place, i64),
) -> TrainingRequestPage {
    let (status, tone, settled) = standing(details, user);
    let path = |number| place.href_of_page(&format!("/training-requests/{}", details.id), number);
    let held = details.undone_at.is_none()
        && matches!(&details.mail, Some((state, ..)) if state == "waiting")
        && user.now < details.requested_at + UNDO_WINDOW;
    let mut layout = user.layout(app);
    layout.refresh_seconds = (!settled).then(|| match undo_seconds(details, user) {
        left if held => left + 1,
        _ => REFRESH_SECONDS,
    });
    TrainingRequestPage {
        has_just_come: held && layout.flash.is_some(),
        look_again_seconds: (!settled).then_some(REFRESH_SECONDS),
        layout,
        id: details.id,
        kind: details.training,
        requested_by: details.requested_by.clone(),
        requested_at: when::exact(details.requested_at, &user.zone),
        note: details.note.clone(),
        status,
        tone,
        can_undo: held,
        can_retry: matches!(&details.mail, Some((state, ..)) if state == "failed"),
        open_count: if settled {
            details.open.unsigned_abs()
        } else {
            0
        },
        together_with: details.together_with.map(|(id, training)| {
            let href = place.href(format!("/training-requests/{id}"));
            Link::new(training.label(), href)
        }),
        people_count: details.people.unsigned_abs(),
        people: people
            .iter()
            .map(|person| RequestedPerson {
                id: person.user_id,
                can_be_recorded: person.open && settled,
                // At first, since most of those asked for come; who is left then did not, most likely.
                ticked: details.open == details.people,
                line: line(person, details, user, when::day, &place),
            })
            .collect(),
        errors: Errors::none(),
        attendance_href: place.href_of_page(
            &format!("/training-requests/{}/attendance", details.id),
            number,
        ),
        pager: Pager {
            previous: (number > 0).then(|| path(number - 1)),
            next: ((number + 1) * PEOPLE_PAGE < details.people).then(|| path(number + 1)),
        },
        left_out: Vec::new(),
        left_out_count: 0,
        left_out_reasons: String::new(),
        place,
    }
}

/// Where one person of a request stands.
pub(super) fn line(
    person: &training::Person,
    details: &Details,
    user: &SignedInUser,
    written: Written,
    place: &Place,
) -> PersonOutcome {
    PersonOutcome {
        username: person.username.clone(),
        name: format!("{} {}", person.first_name, person.last_name),
        href: place.user_href(&person.user_id),
        outcome: match (person.attended_at, details.undone_at) {
            // Recorded for an earlier request, and asked for again.
            _ if person.open => "Requested".to_string(),
            _ if person.missed_at.is_some() => "Did not attend".to_string(),
            (Some(at), _) => format!("Attended, recorded {}", written(at, user.now, &user.zone)),
            (None, Some(_)) => "Not requested any more".to_string(),
            (None, None) => "Requested".to_string(),
        },
        tone: Tone::Quiet,
    }
}

/// How long the request can still be taken back, in whole seconds.
fn undo_seconds(details: &Details, user: &SignedInUser) -> u32 {
    let left = details.requested_at + UNDO_WINDOW - user.now;
    u32::try_from(left.whole_seconds()).unwrap_or(0)
}

/// Where the mail to the trainers stands, and whether that is the end of it.
fn standing(details: &Details, user: &SignedInUser) -> (String, Tone, bool) {
    if let Some(at) = details.undone_at {
        let at = when::recent(at, user.now, &user.zone);
        return (
            format!("Taken back {at}. Nothing was sent to the training team."),
            Tone::Quiet,
            true,
        );
    }
    match &details.mail {
        Some((state, Some(at), _)) if state == "sent" => (
            format!(
                "Sent to the training team {}. They will contact you.",
                when::recent(*at, user.now, &user.zone)
            ),
            Tone::Quiet,
            true,
        ),
        Some((state, _, words)) if state == "failed" => (
            format!(
                "The mail to the training team was refused. Send it again; if it is refused once more, tell Customer Success what the mail server said: {words}"
            ),
            Tone::Problem,
            true,
        ),
        Some((state, _, words)) if state == "cancelled" => (
            format!("The mail to the training team was cancelled: {words}."),
            Tone::Attention,
            true,
        ),
        _ => {
            let words = match undo_seconds(details, user) {
                0 => "The mail to the training team is on its way.".to_string(),
                1 => "Will be mailed to the training team in 1 second.".to_string(),
                left => format!("Will be mailed to the training team in {left} seconds."),
            };
            (words, Tone::Quiet, false)
        }
    }
}

/// POST `/training-requests/{id}/undo`.
///
/// # Errors
/// [`WebError`].
pub async fn undo(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    let found = blocking(move || {
        app.db.write(|tx| {
            let undone = training::undo(tx, &user.author, id.0, user.now)?;
            if let Some(undone) = &undone {
                user.leave(tx, &undone_message(undone))?;
            }
            Ok::<_, db::Error>(undone.is_some())
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

fn undone_message(undone: &Undone) -> Flash {
    let names = |trainings: &[Training]| {
        let labels: Vec<&str> = trainings.iter().map(|training| training.label()).collect();
        labels.join(" and ")
    };
    let back = names(&undone.taken_back);
    let mut said = Vec::new();
    match undone.taken_back.len() {
        0 => {}
        1 => said.push(format!(
            "The request for {back} is taken back. Nothing was sent."
        )),
        _ => said.push(format!(
            "The requests for {back} are taken back. Nothing was sent."
        )),
    }
    if undone.not_vouched_for > 0 {
        said.push(format!(
            "That they attended is taken back with it, for {}.",
            people(undone.not_vouched_for as u64)
        ));
    }
    if undone.sent.is_empty() {
        return Flash::success(said.join(" "));
    }
    said.push(format!(
        "The request for {} has been sent already and cannot be taken back here. Contact Customer Success to cancel it.",
        names(&undone.sent)
    ));
    Flash::problem(said.join(" "))
}
