//! GET `/users.csv`: exactly whom the list shows, on all its pages, in its order.

use actix_web::{HttpResponse, web};

use super::{place_query, state_words};
use crate::db;
use crate::users::{self, Direction, Key, Listing, Place};
use crate::web::app::App;
use crate::web::csv_stream::{self, Download};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Query;
use crate::web::when;

/// The file.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?.first_page();
    let listing = place_query::listing(&app, administrator.account_id(), &place);
    let user = administrator.0;
    let needs = place.needs.map_or("", users::Needs::as_str);
    let download = Download {
        name: csv_stream::file_name(&format!("{}-users", place.side()), [needs, &place.q]),
        list: format!("{} users", place.side()),
        whole: !place.is_narrowed(),
    };
    let zone = when::zone_words(&user.zone);
    let (last_sign_in, added) = (format!("Last sign-in ({zone})"), format!("Added ({zone})"));
    let head = [
        "Username",
        "First name",
        "Last name",
        "Title",
        "Department",
        "Phone",
        &last_sign_in,
        "Status",
        "Training",
        "Administrator",
        &added,
    ];
    let next = move |connection: &mut db::Connection, user: &SignedInUser, after: Option<Key>| {
        let from = after.map(|key| Place {
            direction: Direction::After,
            key,
        });
        let listing = Listing {
            place: from,
            ..listing.clone()
        };
        let page = users::batch(connection, user.account_id(), &listing)?;
        let rows = page.rows.iter().map(|row| cells(row, user)).collect();
        Ok((rows, page.after.map(Some)))
    };
    csv_stream::respond(app, user, download, &head, None, next)
}

fn cells(row: &users::Row, user: &SignedInUser) -> Vec<String> {
    let state = row.state(user.now);
    let (mut status, _) = state_words::written_words(&state, user.now, &user.zone, when::in_a_file);
    let reason = state_words::reason(&state);
    if !reason.is_empty() {
        status = format!("{status}: {reason}");
    }
    let last = row.last_sign_in_at.map_or_else(
        || "Never".to_string(),
        |at| when::in_a_file(at, user.now, &user.zone),
    );
    let training = match row.training.as_str() {
        "attended" => "Attended",
        "requested" => "Requested",
        _ => "Never attended",
    };
    vec![
        row.username.clone(),
        row.first_name.clone(),
        row.last_name.clone(),
        row.title.clone(),
        row.department.clone(),
        row.phone.clone(),
        last,
        status,
        training.to_string(),
        if row.administrator { "Yes" } else { "No" }.to_string(),
        when::in_a_file(row.created_at, user.now, &user.zone),
    ]
}
