//! `Provide Training`: GET `/training-requests/new`, POST `/training-requests`.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::pages::{NewTrainingRequestPage, TrainingDialog, for_never_attended};
use crate::training::{
    self, ForNeverAttended, NOTE_LONGEST, OmissionReason, RequestError, RequestTraining, Requested,
    Training,
};
use crate::users;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{LeftOut, Person, people};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Parameters, Query, is_refused};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::web::users::place::Place;
use crate::web::users::scope::{Scope, Ticked};
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
                by.leave(tx, &requested_message(&requested))?;
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
                .add("scope", nobody_left(again.kind, &left_out));
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

fn requested_message(requested: &Requested) -> Flash {
    let asked: Vec<String> = requested
        .requests
        .iter()
        .map(|(_, training, count)| format!("{} for {}", training.label(), people(*count as u64)))
        .collect();
    let mut text = format!("Requested: {}.", asked.join("; "));
    if !requested.left_out.is_empty() {
        text.push_str(" Left out: ");
        let named: Vec<String> = requested
            .left_out
            .iter()
            .take(NAMED)
            .map(|person| format!("{} ({})", person.name, omission_words(person.reason)))
            .collect();
        text.push_str(&named.join(", "));
        let more = requested.left_out.len().saturating_sub(NAMED);
        text.push_str(&if more > 0 {
            format!(" and {more} more.")
        } else {
            ".".to_string()
        });
    }
    let mut flash = Flash::success(text);
    for (id, training, _) in requested.requests.iter().skip(1) {
        flash = flash.link(training.label(), format!("/training-requests/{id}"));
    }
    flash
}

pub(super) fn omission_words(reason: OmissionReason) -> &'static str {
    match reason {
        OmissionReason::Inactive => "is inactive",
        OmissionReason::AlreadyRequested => "already requested",
        OmissionReason::AlreadyAttended => "attended already",
        OmissionReason::NeverAttended => "never attended New User Training",
    }
}

fn nobody_left(kind: Option<Training>, left_out: &[training::LeftOut]) -> String {
    let name = kind.map_or("This training", Training::label);
    let all = |reason| left_out.iter().all(|person| person.reason == reason);
    if left_out.is_empty() {
        "Nobody matches any more: the list changed meanwhile. Click Cancel and look at it again."
            .to_string()
    } else if all(OmissionReason::AlreadyRequested) {
        if let [person] = left_out {
            return format!(
                "{name} is requested for {} already. Click the username to see where the request stands.",
                person.name
            );
        }
        format!(
            "{name} is requested for everybody here already. Click a username to see where the request stands."
        )
    } else if all(OmissionReason::AlreadyAttended) {
        "Everybody here attended New User Training already. Request Advanced Training instead."
            .to_string()
    } else if all(OmissionReason::Inactive) {
        "Everybody selected is inactive. Reactivate them first, or select others.".to_string()
    } else if all(OmissionReason::NeverAttended) {
        "Nobody here attended New User Training, so nobody is left. Request that first, or select others."
            .to_string()
    } else {
        format!(
            "Nobody is left to request {name} for: everybody is inactive, left out, or attended or requested it already. Select others."
        )
    }
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
            let left_out: Vec<LeftOut> = ticked
                .people
                .iter()
                .filter(|subject| !subject.active)
                .map(|subject| LeftOut {
                    name: subject.full_name(),
                    username: subject.username.clone(),
                    reason: "is inactive".to_string(),
                })
                .collect();
            let named: Vec<Uuid> = again
                .never_attended
                .iter()
                .take(NAMED)
                .map(|(id, _)| *id)
                .collect();
            let never_attended: Vec<Person> =
                users::find_many(connection, user.account_id(), &named)?
                    .iter()
                    .map(|subject| Person {
                        name: subject.full_name(),
                        username: subject.username.clone(),
                        href: Place::default().user_href(&subject.id),
                    })
                    .collect();
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
                who,
                kind: again.kind,
                note: TrainingDialog::note_field(&again.note, &again.errors),
                left_out,
                never_attended,
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
