//! GET `/users/{id}/history`.

use actix_web::{HttpResponse, web};

use super::pages::{HistoryEntry, HistoryPage};
use super::sentence::{details, sentence};
use crate::history::{Entry, Event};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Pager;
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Id, Query};
use crate::web::users::place_query;
use crate::web::{page, when};
use crate::{db, history, users};

/// Newest first, older by the pager.
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
    let (shared, account_id) = (app.clone(), administrator.account_id());
    // What does not open means the first page, as in the list of users.
    let older_than = app.seal.open_line(account_id, query.0.text("older_than")?);
    let found = blocking(move || {
        shared.db.read(|connection| {
            let Some(subject) = users::find(connection, account_id, id.0)? else {
                return Ok(None);
            };
            // One more than is shown tells whether anything is older.
            let limit = history::PAGE as i64 + 1;
            let entries = history::of_user(connection, account_id, id.0, older_than, limit)?;
            Ok::<_, db::Error>(Some((subject, entries)))
        })
    })
    .await??;
    let (subject, mut entries) = found.ok_or(WebError::NotFound)?;
    let more = entries.len() > history::PAGE;
    entries.truncate(history::PAGE);
    let path = format!("/users/{}/history", id.0);
    let next = entries.last().filter(|_| more).map(|entry| {
        let below = app.seal.seal_line(account_id, entry.id);
        place.href_and(&path, &format!("older_than={below}"))
    });
    page::ok(&HistoryPage {
        layout: administrator.layout(&app),
        name: subject.full_name(),
        username: subject.username.clone(),
        user_href: place.user_href(&id.0),
        activity_href: format!("/activity?user={}", id.0),
        zone: when::zone_words(&administrator.0.zone),
        entries: entries
            .iter()
            .map(|entry| line(entry, &administrator.0))
            .collect(),
        pager: Pager {
            previous: older_than.map(|_| place.href(&path)),
            next,
        },
    })
}

/// A line of history in words.
pub fn line(entry: &Entry, user: &SignedInUser) -> HistoryEntry {
    let who = match (&entry.actor_person, entry.actor.as_str()) {
        (Some(person), _) => person.full_name(),
        (None, "staff") => "Customer Success".to_string(),
        (None, _) => "The program".to_string(),
    };
    HistoryEntry {
        at: when::exact(entry.happened_at, &user.zone),
        sentence: sentence(entry),
        details: details(entry),
        who,
        from: entry.source.clone().unwrap_or_default(),
        part_of: part_of(entry),
    }
}

/// The page that tells what became of all whom the act was about: the way back to it, once it was left.
fn part_of(entry: &Entry) -> Option<(String, &'static str)> {
    if let Some(import) = entry.import_id {
        return Some((format!("/imports/{import}"), "The import"));
    }
    Some(match entry.event.as_ref()? {
        Event::PasswordReset { password_reset, .. }
        | Event::PasswordMailedAgain {
            password_reset: Some(password_reset),
            ..
        } => (format!("/password-resets/{password_reset}"), "The reset"),
        Event::ImportStarted { import, .. } | Event::ImportFinished { import, .. } => {
            (format!("/imports/{import}"), "The import")
        }
        Event::TrainingRequested {
            training_request, ..
        }
        | Event::TrainingRequestUndone {
            training_request, ..
        }
        | Event::TrainingMailedAgain {
            training_request, ..
        }
        | Event::TrainingAttended {
            training_request: Some(training_request),
            ..
        }
        | Event::TrainingNotAttended {
            training_request: Some(training_request),
            ..
        } => (
            format!("/training-requests/{training_request}"),
            "The request",
        ),
        _ => return None,
    })
}
