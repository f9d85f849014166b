//! GET `/imports/{id}/refused.csv`: what was not imported, to be mended and handed in again.

use actix_web::{HttpResponse, web};

use crate::db;
use crate::imports::{self, StoredLine};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::csv_stream::{self, Download};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Id;

/// The headings of a list, and two that reading it again passes over.
const HEAD: [&str; 9] = [
    "Username",
    "First name",
    "Last name",
    "Title",
    "Department",
    "Phone",
    "Replaces",
    "Line",
    "Why not imported",
];
/// Lines read at a time.
const BATCH: i64 = 1_000;

/// The file.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
) -> Result<HttpResponse, WebError> {
    let account_id = administrator.account_id();
    let shared = app.clone();
    let exists = blocking(move || {
        shared
            .db
            .read(|connection| imports::exists(connection, account_id, id.0))
    })
    .await??;
    if !exists {
        return Err(WebError::NotFound);
    }
    let next_lines = move |connection: &mut db::Connection, _: &SignedInUser, after: i32| {
        let lines = imports::refused(connection, account_id, id.0, after, BATCH)?;
        let next = (lines.len() as i64 == BATCH)
            .then(|| lines.last().map(|line| line.position))
            .flatten();
        Ok((lines.into_iter().map(cells).collect(), next))
    };
    let download = Download {
        name: "refused.csv".to_string(),
        list: "refused lines of an import".to_string(),
        whole: true,
    };
    csv_stream::respond(app, administrator.0, download, &HEAD, 0, next_lines)
}

fn cells(line: StoredLine) -> Vec<String> {
    let (username, first_name, last_name, title, department, phone, replaces) = line.fields;
    vec![
        username,
        first_name,
        last_name,
        title,
        department,
        phone,
        replaces,
        line.line.to_string(),
        line.reason,
    ]
}
