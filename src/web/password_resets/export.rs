//! GET `/password-resets/{id}/people.csv`: what became of each person of a reset.

use actix_web::{HttpResponse, web};

use super::outcome::{line, omission_words};
use crate::db;
use crate::password_resets::{self, OUTCOMES_BATCH};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::csv_stream::{self, Download};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Id;
use crate::web::users::place::Place;
use crate::web::when;

/// The file: who got a mail, and who was left out.
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
            .read(|connection| password_resets::details(connection, account_id, id.0))
    })
    .await??
    .ok_or(WebError::NotFound)?;
    let download = Download {
        name: "password-reset.csv".to_string(),
        list: "password reset outcomes".to_string(),
        whole: true,
    };
    let what = format!("Outcome (times in {})", when::zone_words(&user.zone));
    let head = ["Username", "Name", &what];
    let next = move |connection: &mut db::Connection,
                     user: &SignedInUser,
                     after: Option<String>| {
        let people = password_resets::people_after(connection, account_id, id.0, after.as_deref())?;
        let rows = people.iter().map(|person| {
            let line = line(person, user, when::in_a_file, &Place::default());
            vec![line.username, line.name, line.outcome]
        });
        csv_stream::by_username(rows.collect(), OUTCOMES_BATCH, || {
            let left_out = details.left_out.iter().map(|(name, username, reason)| {
                let why = format!("Left out: {}", omission_words(reason));
                vec![username.clone(), name.clone(), why]
            });
            Ok(left_out.collect())
        })
    };
    csv_stream::respond(app, user, download, &head, None, next)
}
