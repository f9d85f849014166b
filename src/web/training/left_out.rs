//! `/training-requests/{id}/left-out`: everybody who was left out of a request, and why.

use actix_web::{HttpResponse, web};

use super::pages::LeftOutPage;
use super::standing::number;
use super::words::{omission_words, reasons};
use crate::db;
use crate::training::{self, PEOPLE_PAGE};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{Link, Pager, Tone};
use crate::web::error::WebError;
use crate::web::guard::Administrator;
use crate::web::input::{Id, Query};
use crate::web::page;
use crate::web::password_resets::pages::PersonOutcome;
use crate::web::users::place_query;

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
    let number = number(&query)?;
    let user = administrator.0;
    let (shared, account_id) = (app.clone(), user.account_id());
    let found = blocking(move || {
        shared.db.read(|connection| {
            let Some(details) = training::details(connection, account_id, id.0)? else {
                return Ok(None);
            };
            let requests = details.of_click();
            let counts = training::left_out_counts(connection, account_id, &requests)?;
            let part = Some((PEOPLE_PAGE, number * PEOPLE_PAGE));
            let people = training::left_out(connection, account_id, &requests, part)?;
            Ok::<_, db::Error>(Some((details, counts, people)))
        })
    })
    .await??;
    let (details, counts, people) = found.ok_or(WebError::NotFound)?;
    let path = format!("/training-requests/{}", id.0);
    let count = counts.values().sum();
    let href = |number| place.href_of_page(&format!("{path}/left-out"), number);
    let shown_to = u64::try_from((number + 1) * PEOPLE_PAGE).unwrap_or_default();
    page::ok(&LeftOutPage {
        layout: user.layout(&app),
        request: Link::new(details.training.label(), place.href(&path)),
        count,
        reasons: reasons(&counts),
        people: people
            .into_iter()
            .map(|person| PersonOutcome {
                href: place.user_href(&person.user_id),
                username: person.username,
                name: person.name,
                outcome: omission_words(person.reason).to_string(),
                tone: Tone::Quiet,
            })
            .collect(),
        pager: Pager {
            previous: (number > 0).then(|| href(number - 1)),
            next: (shown_to < count).then(|| href(number + 1)),
        },
    })
}
