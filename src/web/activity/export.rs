//! GET `/activity.csv`: the same lines, all of them.

use actix_web::{HttpResponse, web};

use super::filter::Asked;
use crate::db;
use crate::history::{self, Entry};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::csv_stream::{self, Download};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::history::of_user::line;
use crate::web::input::Query;
use crate::web::when;

/// Lines read at a time.
const BATCH: i64 = 1_000;

/// The file.
///
/// # Errors
/// [`WebError`]; a filter that cannot be read is not found.
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let asked = Asked::read(&query.0)?;
    let user = administrator.0;
    let download = Download {
        name: csv_stream::file_name("activity", asked.in_a_file_name()),
        list: "activity".to_string(),
        whole: !asked.is_any(),
    };
    let (shared, by) = (app.clone(), user.clone());
    let filter = blocking(move || {
        shared
            .db
            .read(|connection| asked.filter(connection, by.account_id(), &by.zone))
    })
    .await??
    .map_err(|_| WebError::NotFound)?;
    let when = format!("When ({})", when::zone_words(&user.zone));
    let head = [
        when.as_str(),
        "Who",
        "What",
        "About",
        "Username",
        "Details",
        "From",
    ];
    let next = move |connection: &mut db::Connection, user: &SignedInUser, older_than| {
        let account_id = user.account_id();
        let lines = history::activity(connection, account_id, &filter, Some(older_than), BATCH)?;
        let after = lines
            .last()
            .filter(|_| lines.len() as i64 == BATCH)
            .map(|last| last.id);
        let rows = lines.iter().map(|entry| cells(entry, user)).collect();
        Ok((rows, after))
    };
    csv_stream::respond(app, user, download, &head, i64::MAX, next)
}

fn cells(entry: &Entry, user: &SignedInUser) -> Vec<String> {
    let told = line(entry, user);
    let (about, username) = entry.user.as_ref().map_or_else(Default::default, |person| {
        (
            format!("{} {}", person.first_name, person.last_name),
            person.username.clone(),
        )
    });
    vec![
        when::in_a_file(entry.happened_at, user.now, &user.zone),
        told.who,
        told.sentence,
        about,
        username,
        told.details.join("; "),
        told.from,
    ]
}
