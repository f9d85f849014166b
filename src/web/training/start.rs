//! `Provide Training`: GET `/training-requests/new`, POST `/training-requests`.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::pages::{ForecastLine, NewTrainingRequestPage, TrainingDialog, for_never_attended};
use super::words;
use crate::training::{
    self, ForNeverAttended, NOTE_LONGEST, RequestError, RequestTraining, Training,
};
use crate::users::{self, User};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{LeftOut, Person};
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Parameters, Query, is_refused};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::scope::{Scope, ScopeChoice, Ticked};
use crate::web::users::{list, place_query};
use crate::{db, ids};

/// How many of those who never attended are named in the pop-up.
const NAMED: usize = 10;

/// GET.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let selected = query.0.ids("user")?;
    let scope = (!selected.is_empty()).then_some(Scope::Selected);
    let again = Again {
        selected,
        scope,
        ..Again::default()
    };
    page::ok(&draw(app, administrator.0, place, again).await?)
}

/// POST.
///
/// # Errors
/// [`WebError`].
pub async fn request(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let user = administrator.0;
    let mut again = Again::read(&form.0, &place)?;
    let Some(command) = again.command(&place) else {
        return page::unprocessable(&draw(app, user, place, again).await?);
    };
    let (shared, by) = (app.clone(), user.clone());
    let outcome = blocking(move || {
        shared.db.write(|tx| {
            let requested = training::request(tx, &by.author, &command, by.now)?;
            // The message of the first time is still to be read.
            if !requested.before {
                by.leave(tx, &words::requested(&requested))?;
            }
            Ok::<_, RequestError>(requested)
        })
    })
    .await?;
    match outcome {
        Ok(requested) => {
            let first = requested
                .requests
                .first()
                .map_or(Uuid::nil(), |(id, ..)| *id);
            return Ok(see_other(place.href(format!("/training-requests/{first}"))));
        }
        Err(RequestError::NotFound) => return Err(WebError::NotFound),
        Err(RequestError::Database(error)) => return Err(error.into()),
        Err(RequestError::NobodySelected) => again.errors.add(
            "scope",
            "Select the users who need training, or choose All Active Users.",
        ),
        Err(RequestError::NobodyLeft(left_out)) => {
            again
                .errors
                .add("scope", words::nobody_left(again.kind, &left_out));
        }
        Err(RequestError::NeverAttended(people)) => {
            again.errors.add(
                "never_attended",
                "Advanced Training is for people who attended New User Training. Choose what to do for those who did not.",
            );
            again.never_attended = people;
        }
    }
    page::unprocessable(&draw(app, user, place, again).await?)
}

/// What the pop-up shows.
#[derive(Default)]
struct Again {
    id: Option<Uuid>,
    selected: Vec<Uuid>,
    scope: Option<Scope>,
    kind: Option<Training>,
    note: String,
    choice: Option<ForNeverAttended>,
    never_attended: Vec<(Uuid, String)>,
    errors: Errors,
}

impl Again {
    fn read(form: &Parameters, place: &Place) -> Result<Again, WebError> {
        let scope = Scope::read(form, place)?;
        let kind = one_of(
            form.one("kind")?,
            Training::from_name,
            "kind is new_user or advanced",
        )?;
        let choice = one_of(
            form.one("never_attended")?,
            for_never_attended,
            "never_attended is none of its words",
        )?;
        // Browsers send line breaks as CR LF; a note has plain ones.
        let note = form.text("note")?.replace("\r\n", "\n").trim().to_string();
        let mut again = Again {
            id: form.one("id")?.and_then(|id| Uuid::parse_str(id).ok()),
            selected: form.ids("user")?,
            scope,
            kind,
            note,
            choice,
            ..Again::default()
        };
        if again.kind.is_none() {
            again
                .errors
                .add("kind", "Choose New User Training or Advanced Training.");
        }
        if again.scope.is_none() {
            again.errors.add(
                "scope",
                "Choose who needs training: the selected users or All Active Users.",
            );
        }
        if let Some(problem) = note_problem(&again.note) {
            again.errors.add("note", problem);
        }
        Ok(again)
    }

    /// The id that the request will have: the form's, or a new one.
    fn id(&self) -> Uuid {
        match self.id {
            Some(id) => id,
            None => ids::new(),
        }
    }

    /// The request, where nothing is wrong with the form.
    fn command(&self, place: &Place) -> Option<RequestTraining> {
        if !self.errors.is_empty() {
            return None;
        }
        Some(RequestTraining {
            id: self.id(),
            training: self.kind?,
            scope: self.scope?.of(&self.selected, place),
            note: self.note.clone(),
            for_never_attended: self.choice,
        })
    }
}

/// What a radio says; another word than its own is no form of ours.
fn one_of<T>(
    word: Option<&str>,
    read: fn(&str) -> Option<T>,
    otherwise: &'static str,
) -> Result<Option<T>, WebError> {
    word.map(|word| read(word).ok_or(WebError::BadRequest(otherwise)))
        .transpose()
}

fn note_problem(note: &str) -> Option<String> {
    if note.chars().count() > NOTE_LONGEST {
        return Some(format!(
            "Use at most {} characters.",
            crate::web::components::grouped(NOTE_LONGEST as u64)
        ));
    }
    let strange = note.chars().any(|c| c != '\n' && is_refused(c));
    strange.then(|| "Remove the control characters; line breaks are fine.".to_string())
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    place: Place,
    again: Again,
) -> Result<NewTrainingRequestPage, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let list = list::build(connection, &shared, &user, &place, &again.selected)?;
            let id = again.id();
            let Some(ticked) = Ticked::find(connection, user.account_id(), again.selected)? else {
                return Ok(None);
            };
            let left_out = inactive(&ticked.people);
            let who = ticked.choice(
                connection,
                &user,
                &place,
                list.active,
                &left_out,
                again.scope,
            )?;
            let dialog = TrainingDialog {
                id,
                forecast: forecast(connection, user.account_id(), &place, &who)?,
                who,
                kind: again.kind,
                note: TrainingDialog::note_field(&again.note, &again.errors),
                left_out,
                never_attended: first_of(connection, user.account_id(), &again.never_attended)?,
                never_attended_count: again.never_attended.len() as u64,
                never_attended_choice: again.choice,
                errors: again.errors,
            };
            Ok::<_, db::Error>(Some(NewTrainingRequestPage {
                layout: user.layout(&shared),
                list,
                dialog,
            }))
        })
    })
    .await??
    .ok_or(WebError::NotFound)
}

/// Who of those ticked is inactive: left out of whatever is asked for.
fn inactive(ticked: &[User]) -> Vec<LeftOut> {
    ticked
        .iter()
        .filter(|subject| !subject.active)
        .map(|subject| LeftOut {
            name: subject.full_name(),
            username: subject.username.clone(),
            reason: "is inactive".to_string(),
        })
        .collect()
}

/// What each training would be for everybody who can be chosen.
fn forecast(
    connection: &mut db::Connection,
    account_id: Uuid,
    place: &Place,
    who: &ScopeChoice,
) -> Result<Vec<ForecastLine>, db::Error> {
    let offered = [
        (Scope::Selected, !who.selected.is_empty()),
        (Scope::Matching, who.matching_count.is_some()),
        (Scope::AllActive, true),
    ];
    let mut lines = Vec::new();
    for (scope, _) in offered.into_iter().filter(|(_, is_offered)| *is_offered) {
        let meant = scope.of(&who.selected, place);
        for forecast in training::forecast(connection, account_id, &meant)? {
            lines.extend(
                words::forecast_sentence(&forecast, scope).map(|sentence| ForecastLine {
                    training: forecast.training,
                    scope: meant.as_str(),
                    sentence,
                }),
            );
        }
    }
    Ok(lines)
}

/// The first few of those who never attended.
fn first_of(
    connection: &mut db::Connection,
    account_id: Uuid,
    never_attended: &[(Uuid, String)],
) -> Result<Vec<Person>, db::Error> {
    let named: Vec<Uuid> = never_attended
        .iter()
        .take(NAMED)
        .map(|(id, _)| *id)
        .collect();
    let found = users::find_many(connection, account_id, &named)?;
    Ok(found
        .iter()
        .map(|subject| Person {
            name: subject.full_name(),
            username: subject.username.clone(),
            href: Place::default().user_href(&subject.id),
        })
        .collect())
}
