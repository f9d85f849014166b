//! GET `/training-requests`: every request of the account, to find one again.

use actix_web::{HttpResponse, web};
use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use crate::training::{self, REQUESTS_PAGE, Summary};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{Pager, Tone, grouped, people};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Query;
use crate::web::layout::Layout;
use crate::web::users::place::Place;
use crate::web::users::place_query;
use crate::web::{page, when};

/// `/training-requests`.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "training/list.html")]
pub struct TrainingRequestsPage {
    /// The frame.
    pub layout: Layout,
    /// Where in the list of users one came from: there the way back leads.
    pub place: Place,
    /// Newest first.
    pub requests: Vec<RequestLine>,
    /// `previous` is the newest, `next` is older.
    pub pager: Pager,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Its page.
    pub href: String,
    /// Which training.
    pub training: &'static str,
    /// For how many: `12 users`.
    pub people: String,
    /// When and by whom: `3 May 2026, 10:42, by Olivia Bennett`.
    pub requested: String,
    /// Where it stands.
    pub standing: String,
    /// How much that asks for.
    pub tone: Tone,
}

/// Newest first, older by the pager.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    // What is no id means the first page, as in the list of users.
    let older_than = Uuid::parse_str(query.0.text("older_than")?).ok();
    let (shared, account_id) = (app.clone(), administrator.account_id());
    let mut found = blocking(move || {
        shared.db.read(|connection| {
            let one_more = REQUESTS_PAGE as i64 + 1;
            training::requests(connection, account_id, older_than, one_more)
        })
    })
    .await??;
    let more = found.len() > REQUESTS_PAGE;
    found.truncate(REQUESTS_PAGE);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| place.href_and("/training-requests", &format!("older_than={}", last.id)));
    page::ok(&TrainingRequestsPage {
        layout: administrator.layout(&app),
        requests: found
            .iter()
            .map(|request| line(request, &administrator.0, &place))
            .collect(),
        pager: Pager {
            previous: older_than.map(|_| place.href("/training-requests")),
            next,
        },
        place,
    })
}

fn line(request: &Summary, user: &SignedInUser, place: &Place) -> RequestLine {
    let (standing, tone) = standing(request, user);
    RequestLine {
        href: place.href(format!("/training-requests/{}", request.id)),
        training: request.training.label(),
        people: people(request.people.unsigned_abs()),
        requested: format!(
            "{}, by {}",
            when::recent(request.requested_at, user.now, &user.zone),
            request.requested_by
        ),
        standing,
        tone,
    }
}

/// In a few words; the request's own page says more.
fn standing(request: &Summary, user: &SignedInUser) -> (String, Tone) {
    let (people, open, missed) = (request.people, request.open, request.missed);
    let attended = people - open - missed;
    match &request.mail {
        _ if request.undone_at.is_some() => ("Taken back".to_string(), Tone::Quiet),
        _ if open == 0 && missed == 0 && people > 0 => ("All attended".to_string(), Tone::Quiet),
        _ if attended > 0 || missed > 0 => {
            let [attended, people, absent] =
                [attended, people, missed].map(|count| grouped(count.unsigned_abs()));
            let words = match missed {
                0 => format!("{attended} of {people} attended"),
                _ => format!("{attended} of {people} attended, {absent} did not"),
            };
            (words, Tone::Quiet)
        }
        Some((state, Some(at))) if state == "sent" => {
            let at = when::recent(*at, user.now, &user.zone);
            (format!("Sent to the training team {at}"), Tone::Quiet)
        }
        Some((state, _)) if state == "failed" => ("Mail refused".to_string(), Tone::Problem),
        Some((state, _)) if state == "cancelled" => ("Mail cancelled".to_string(), Tone::Attention),
        _ => ("Mail on its way".to_string(), Tone::Quiet),
    }
}
