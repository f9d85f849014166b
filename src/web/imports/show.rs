//! GET `/imports/{id}`: the verdict on each line, and how the run stands.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::pages::{self, ImportPage, Stage};
use super::seats::SeatsNeeded;
use super::words;
use crate::db;
use crate::imports::{self, Details, LINES_PAGE, Shown, StoredLine};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{Pager, Progress};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Id, Parameters, Query};
use crate::web::{page, when};

/// How often the page looks again while the import runs, in seconds.
const REFRESH_SECONDS: u32 = 2;

/// Which lines of an import are on the page.
#[derive(Debug, Clone, Copy)]
pub struct LinesPlace {
    shown: Shown,
    /// From 0.
    number: i64,
}

impl LinesPlace {
    /// As the query or a form says.
    ///
    /// # Errors
    /// [`WebError::BadRequest`] for a name given twice.
    pub fn read(parameters: &Parameters) -> Result<LinesPlace, WebError> {
        Ok(LinesPlace {
            shown: words::shown(parameters.text("show")?),
            number: parameters
                .text("page")?
                .parse()
                .unwrap_or(0)
                .clamp(0, 100_000),
        })
    }

    fn parameters(self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if let Some(name) = words::shown_name(self.shown) {
            parameters.push(("show", name.to_string()));
        }
        if self.number > 0 {
            parameters.push(("page", self.number.to_string()));
        }
        parameters
    }

    /// The page's address.
    pub fn href(self, id: Uuid) -> String {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.parameters())
            .finish();
        if query.is_empty() {
            format!("/imports/{id}")
        } else {
            format!("/imports/{id}?{query}")
        }
    }
}

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
    let place = LinesPlace::read(&query.0)?;
    let (shared, account_id) = (app.clone(), administrator.account_id());
    let found = blocking(move || {
        shared.db.read(|connection| {
            let Some(details) = imports::details(connection, account_id, id.0)? else {
                return Ok(None);
            };
            let lines =
                imports::lines(connection, account_id, &details, place.shown, place.number)?;
            Ok::<_, db::Error>(Some((details, lines)))
        })
    })
    .await??;
    let (details, lines) = found.ok_or(WebError::NotFound)?;
    page::ok(&draw(&app, &administrator.0, &details, &lines, place))
}

fn draw(
    app: &App,
    user: &SignedInUser,
    details: &Details,
    lines: &[StoredLine],
    place: LinesPlace,
) -> ImportPage {
    let stage = match details.state.as_str() {
        "checked" => Stage::Checked,
        "running" => Stage::Running,
        _ => Stage::Done,
    };
    let counts = &details.counts;
    let mut layout = user.layout(app);
    layout.refresh_seconds = (stage == Stage::Running).then_some(REFRESH_SECONDS);
    let at = |number| LinesPlace { number, ..place }.href(details.id);
    let page = usize::try_from(LINES_PAGE).unwrap_or(usize::MAX);
    ImportPage {
        layout,
        id: details.id,
        lead: lead(details, user),
        deleted_on: when::day(details.made_at + imports::KEPT_UNRUN, user.now, &user.zone),
        stage,
        seats: SeatsNeeded::new(details),
        ignored_columns: details.ignored_columns.clone(),
        counts: words::counts(
            &format!("/imports/{}", details.id),
            counts,
            stage,
            place.shown,
        ),
        choices: words::choices(counts),
        people: counts.to_import().unsigned_abs(),
        choice: counts.choice,
        replacing: counts.replace_chosen.unsigned_abs(),
        progress: Progress {
            done: (counts.chosen() - counts.to_do).unsigned_abs(),
            total: counts.chosen().unsigned_abs(),
            time_left: details.started_at.and_then(|started_at| {
                Progress::time_left(
                    counts.chosen() - counts.to_do,
                    counts.to_do,
                    (user.now - started_at).whole_seconds(),
                )
            }),
        },
        refused: counts.all_refused().unsigned_abs(),
        lines: lines
            .iter()
            .take(page)
            .map(|stored| words::line(stored, stage, details.no_seat_from))
            .collect(),
        place: place.parameters(),
        pager: Pager {
            previous: (place.number > 0).then(|| at(place.number - 1)),
            next: (lines.len() > page).then(|| at(place.number + 1)),
        },
    }
}

fn lead(details: &Details, user: &SignedInUser) -> String {
    format!(
        "{}: {}, handed in by {}, {}.",
        words::list_name(
            &details.name,
            &details.first_username,
            details.counts.lines()
        ),
        pages::lines(details.counts.lines().unsigned_abs()),
        details.made_by,
        when::exact(details.made_at, &user.zone)
    )
}
