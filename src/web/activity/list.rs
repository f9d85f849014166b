//! GET `/activity`.

use actix_web::{HttpResponse, web};

use super::filter::{Asked, words};
use super::pages::{ActivityEntry, ActivityPage};
use crate::history::{self, Entry, Group};
use crate::users;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Pager;
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::history::of_user::line;
use crate::web::input::Query;
use crate::web::{page, when};

/// Newest first, older by the pager.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let asked = Asked::read(&query.0)?;
    // What does not open means the first page, as in the list of users.
    let account_id = administrator.account_id();
    let older_than = app.seal.open_line(account_id, query.0.text("older_than")?);
    let (shared, user, wanted) = (app.clone(), administrator.0.clone(), asked.clone());
    let found = blocking(move || {
        shared.db.read(
            |connection| match wanted.filter(connection, account_id, &user.zone)? {
                Err(problem) => Ok::<_, WebError>(Err(problem)),
                Ok(filter) => {
                    let limit = history::PAGE as i64 + 1;
                    let lines =
                        history::activity(connection, account_id, &filter, older_than, limit)?;
                    let person = match wanted.user {
                        Some(id) => users::find(connection, account_id, id)?,
                        None => None,
                    };
                    Ok(Ok((lines, person.map(|person| person.full_name()))))
                }
            },
        )
    })
    .await??;
    let (mut lines, person, problem) = match found {
        Ok((lines, person)) => (lines, person, None),
        Err(problem) => (Vec::new(), None, Some(problem)),
    };
    let more = lines.len() > history::PAGE;
    lines.truncate(history::PAGE);
    let next = lines.last().filter(|_| more).map(|last| {
        let below = app.seal.seal_line(account_id, last.id);
        asked.href("/activity", Some(below))
    });
    page::ok(&ActivityPage {
        layout: administrator.layout(&app),
        groups: Group::ALL
            .into_iter()
            .map(|group| (group.as_str(), words(group), asked.group == Some(group)))
            .collect(),
        problem,
        person,
        zone: when::zone_words(&administrator.0.zone),
        entries: lines
            .iter()
            .map(|entry| told(entry, &administrator.0))
            .collect(),
        csv_href: asked.href("/activity.csv", None),
        pager: Pager {
            previous: older_than.map(|_| asked.href("/activity", None)),
            next,
        },
        asked,
    })
}

fn told(entry: &Entry, user: &SignedInUser) -> ActivityEntry {
    let person = entry.user.as_ref().zip(entry.user_id).map(|(person, id)| {
        (
            format!("{} {}", person.first_name, person.last_name),
            person.username.clone(),
            format!("/users/{id}/history"),
        )
    });
    ActivityEntry {
        person,
        line: line(entry, user),
    }
}
