//! GET `/training-requests/{id}/people.csv`: where each person of a request stands.

use actix_web::{HttpResponse, web};

use super::standing::line;
use super::words::omission_words;
use crate::db;
use crate::training::{self, PEOPLE_BATCH};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::csv_stream::{self, Download};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Id;
use crate::web::users::place::Place;
use crate::web::when;

/// The file: for whom training is requested, and who was left out.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
) -> Result<HttpResponse, WebError> {
    let user = administrator.0;
    let (shared, account_id) = (app.clone(), user.account_id());
    let details = blocking(move || {
        shared
            .db
            .read(|connection| training::details(connection, account_id, id.0))
    })
    .await??
    .ok_or(WebError::NotFound)?;
    let download = Download {
        name: "training-request.csv".to_string(),
        list: "people of a training request".to_string(),
        whole: true,
    };
    let what = format!("Training (times in {})", when::zone_words(&user.zone));
    let head = ["Username", "Name", &what];
    let next =
        move |connection: &mut db::Connection, user: &SignedInUser, after: Option<String>| {
            let people = training::people_after(connection, account_id, id.0, after.as_deref())?;
            let rows = people.iter().map(|person| {
                let line = line(person, &details, user, when::in_a_file, &Place::default());
                vec![line.username, line.name, line.outcome]
            });
            csv_stream::by_username(rows.collect(), PEOPLE_BATCH, || {
                let requests = details.of_click();
                let left_out = training::left_out(connection, account_id, &requests, None)?;
                let left_out = left_out.into_iter().map(|person| {
                    let why = format!("Left out: {}", omission_words(person.reason));
                    vec![person.username, person.name, why]
                });
                Ok(left_out.collect())
            })
        };
    csv_stream::respond(app, user, download, &head, None, next)
}
