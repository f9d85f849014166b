//! Asking for training. The request goes to the vendor's trainers by mail, held for a moment so that
//! it can be taken back.

use std::collections::HashSet;

use diesel::prelude::*;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::omissions::{self, LeftOut};
use super::rule::{Facts, ForNeverAttended, Verdict};
use super::{Training, record_attendance};
use crate::history::{self, Author, Event};
use crate::mail::outbox::{self, Kind, NewMail};
use crate::schema::{training_attendances, training_request_people, training_requests, users};
use crate::users::{Scope, ids_matching};
use crate::{accounts, db, ids};

/// How long the mail of a request is held.
pub const UNDO_WINDOW: Duration = Duration::seconds(10);
/// Longest note for the trainer, in characters.
pub const NOTE_LONGEST: usize = 2_000;

/// Training to be asked for.
#[derive(Debug, Clone)]
pub struct RequestTraining {
    /// The id that the request will have; the form carries it, so that sending it twice asks once.
    pub id: Uuid,
    /// Which.
    pub training: Training,
    /// For whom.
    pub scope: Scope,
    /// What the trainer should know.
    pub note: String,
    /// For those who never attended any; where nothing is said, they are named and nothing is asked for.
    pub for_never_attended: Option<ForNeverAttended>,
}

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Requested {
    /// Each request: its id, which training, for how many people.
    pub requests: Vec<(Uuid, Training, usize)>,
    /// Who is not part of it.
    pub left_out: Vec<LeftOut>,
    /// Whether it was asked for before, by the same form.
    pub before: bool,
}

/// Why nothing was asked for.
#[derive(Debug, Error)]
pub enum RequestError {
    /// Nothing was selected: never everyone.
    #[error("Select the users who need training, or choose All Active Users.")]
    NobodySelected,
    /// One of the ids is no user of the account.
    #[error("There is no such user.")]
    NotFound,
    /// Everybody was left out.
    #[error("Nobody is left to request this training for.")]
    NobodyLeft(Vec<LeftOut>),
    /// Advanced Training for people who never attended any: their ids and names.
    #[error("Some of these users have never attended New User Training.")]
    NeverAttended(Vec<(Uuid, String)>),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

struct Candidate {
    id: Uuid,
    name: String,
    facts: Facts,
}

/// Asks for training. Advanced Training for people who never attended any is stopped, turned into
/// New User Training for them, or vouched for, as the command says.
///
/// # Errors
/// [`RequestError`].
pub fn request(
    tx: &mut db::Connection,
    author: &Author,
    command: &RequestTraining,
    now: OffsetDateTime,
) -> Result<Requested, RequestError> {
    let account = accounts::lock_for(tx, author)?;
    // Before they are chosen: that locks each of them.
    db::take_time_for(tx, command.scope.at_most(account.active_users))?;
    let sorted = Sorted::of(candidates(tx, author.account_id, &command.scope)?, command);
    if !sorted.undecided.is_empty() {
        return Err(RequestError::NeverAttended(sorted.undecided));
    }
    let before = sent_before(tx, author, command)?;
    let mut requests = Vec::new();
    for (training, people) in [
        (Training::NewUser, &sorted.for_new_user),
        (Training::Advanced, &sorted.for_advanced),
    ] {
        if !people.is_empty() {
            let is_new = requests.is_empty() && before.is_none();
            let id = if is_new { command.id } else { ids::new() };
            write(tx, author, command, id, training, people, now)?;
            requests.push((id, training, people.len()));
        }
    }
    let Some((first, ..)) = requests.first() else {
        return match before {
            Some(training) => Ok(Requested {
                requests: vec![(command.id, training, 0)],
                left_out: sorted.left_out,
                before: true,
            }),
            None => Err(RequestError::NobodyLeft(sorted.left_out)),
        };
    };
    omissions::insert(tx, author.account_id, *first, &sorted.left_out)?;
    // With the last request, the one for Advanced Training: taken back, it takes that back too.
    if let Some((last, ..)) = requests.last()
        && !sorted.vouched_for.is_empty()
    {
        let people = &sorted.vouched_for;
        record_attendance(tx, author, people, Training::NewUser, Some(*last), now)?;
    }
    Ok(Requested {
        requests,
        left_out: sorted.left_out,
        before: false,
    })
}

/// Everybody who is meant, by what becomes of them.
#[derive(Default)]
struct Sorted {
    for_new_user: Vec<Uuid>,
    for_advanced: Vec<Uuid>,
    /// Those for Advanced Training who are said to have attended the first one.
    vouched_for: Vec<Uuid>,
    /// Id and name.
    undecided: Vec<(Uuid, String)>,
    left_out: Vec<LeftOut>,
}

impl Sorted {
    fn of(candidates: Vec<Candidate>, command: &RequestTraining) -> Sorted {
        let mut sorted = Sorted::default();
        for Candidate { id, name, facts } in candidates {
            match facts.verdict(command.training, command.for_never_attended) {
                Verdict::Asked(Training::NewUser) => sorted.for_new_user.push(id),
                Verdict::Asked(Training::Advanced) => sorted.for_advanced.push(id),
                Verdict::VouchedFor => {
                    sorted.for_advanced.push(id);
                    sorted.vouched_for.push(id);
                }
                Verdict::Undecided => sorted.undecided.push((id, name)),
                Verdict::LeftOut(reason) => sorted.left_out.push(LeftOut {
                    user_id: id,
                    name,
                    reason,
                }),
            }
        }
        sorted
    }
}

/// Which training the same form asked for before, if it did.
fn sent_before(
    tx: &mut db::Connection,
    author: &Author,
    command: &RequestTraining,
) -> QueryResult<Option<Training>> {
    let kind: Option<String> = training_requests::table
        .find((author.account_id, command.id))
        .select(training_requests::kind)
        .first(tx)
        .optional()?;
    Ok(kind.and_then(|kind| Training::from_name(&kind)))
}

/// Everybody who is meant, with what decides about them.
fn candidates(
    tx: &mut db::Connection,
    account_id: Uuid,
    scope: &Scope,
) -> Result<Vec<Candidate>, RequestError> {
    let meant = meant(tx, account_id, scope)?;
    let ids: Vec<Uuid> = meant.iter().map(|(id, ..)| *id).collect();
    let attended = attended_new_user(tx, account_id, &ids)?;
    let open = open_requests(tx, account_id, &ids)?;
    Ok(meant
        .into_iter()
        .map(|(id, first_name, last_name, active)| Candidate {
            id,
            name: format!("{first_name} {last_name}"),
            facts: Facts {
                active,
                attended_new_user: attended.contains(&id),
                open_new_user: open.contains(&(id, Training::NewUser)),
                open_advanced: open.contains(&(id, Training::Advanced)),
            },
        })
        .collect())
}

/// Everybody in the scope in the order of the ids: id, first and last name, whether they are active.
fn meant(
    tx: &mut db::Connection,
    account_id: Uuid,
    scope: &Scope,
) -> Result<Vec<(Uuid, String, String, bool)>, RequestError> {
    let of_account = users::table
        .filter(users::account_id.eq(account_id))
        .order(users::id)
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::active,
        ));
    match scope {
        Scope::AllActive => Ok(of_account.filter(users::active).load(tx)?),
        Scope::Matching(narrowing) => {
            let ids = ids_matching(tx, account_id, narrowing)?;
            let found = of_account
                .filter(users::id.eq_any(ids))
                .filter(users::active);
            Ok(found.load(tx)?)
        }
        Scope::Selected(ids) => {
            let mut distinct = ids.clone();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.is_empty() {
                return Err(RequestError::NobodySelected);
            }
            let found = of_account.filter(users::id.eq_any(&distinct)).load(tx)?;
            if found.len() != distinct.len() {
                return Err(RequestError::NotFound);
            }
            Ok(found)
        }
    }
}

/// Who of these attended New User Training.
fn attended_new_user(
    tx: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<HashSet<Uuid>> {
    let found: Vec<Uuid> = training_attendances::table
        .filter(training_attendances::account_id.eq(account_id))
        .filter(training_attendances::user_id.eq_any(ids))
        .filter(training_attendances::kind.eq(Training::NewUser.as_str()))
        .select(training_attendances::user_id)
        .load(tx)?;
    Ok(found.into_iter().collect())
}

/// Who of these stands in an open request, and for which training.
fn open_requests(
    tx: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<HashSet<(Uuid, Training)>> {
    let found: Vec<(Uuid, String)> = training_request_people::table
        .filter(training_request_people::account_id.eq(account_id))
        .filter(training_request_people::user_id.eq_any(ids))
        .filter(training_request_people::open)
        .select((
            training_request_people::user_id,
            training_request_people::kind,
        ))
        .load(tx)?;
    Ok(found
        .into_iter()
        .filter_map(|(id, kind)| Some((id, Training::from_name(&kind)?)))
        .collect())
}

/// Writes one request with its people, its mails (held for [`UNDO_WINDOW`]) and its events.
fn write(
    tx: &mut db::Connection,
    author: &Author,
    command: &RequestTraining,
    id: Uuid,
    training: Training,
    people: &[Uuid],
    now: OffsetDateTime,
) -> Result<(), RequestError> {
    let account_id = author.account_id;
    let requested_by = author.user_id().ok_or(RequestError::NotFound)?;
    diesel::insert_into(training_requests::table)
        .values((
            training_requests::account_id.eq(account_id),
            training_requests::id.eq(id),
            training_requests::kind.eq(training.as_str()),
            training_requests::scope.eq(command.scope.as_str()),
            training_requests::note.eq(&command.note),
            training_requests::requested_by.eq(requested_by),
            training_requests::requested_at.eq(now),
        ))
        .execute(tx)?;
    for some in people.chunks(10_000) {
        let rows: Vec<_> = some
            .iter()
            .map(|user_id| {
                (
                    training_request_people::account_id.eq(account_id),
                    training_request_people::training_request_id.eq(id),
                    training_request_people::user_id.eq(user_id),
                    training_request_people::kind.eq(training.as_str()),
                )
            })
            .collect();
        diesel::insert_into(training_request_people::table)
            .values(rows)
            .execute(tx)?;
    }
    for (kind, user_id) in [
        (Kind::TrainingRequest, None),
        (Kind::TrainingConfirmation, Some(requested_by)),
    ] {
        let mail = NewMail {
            kind,
            user_id,
            recipient: None,
            password_reset_id: None,
            training_request_id: Some(id),
            due_at: now + UNDO_WINDOW,
        };
        outbox::enqueue(tx, account_id, mail, now)?;
    }
    let event = Event::TrainingRequested {
        training_request: id,
        training: training.as_str().to_string(),
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
    };
    history::record_together(tx, author, people, &event, now)?;
    Ok(())
}
