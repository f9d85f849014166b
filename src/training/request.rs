//! Asking for training. The request goes to the vendor's trainers by mail, held for a moment so that
//! it can be taken back.

use diesel::prelude::*;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::omissions::{self, LeftOut, OmissionReason};
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

/// What to do about people for whom Advanced Training is asked though they never attended any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForNeverAttended {
    /// Ask for New User Training for them.
    NewUserTraining,
    /// The administrator knows that they did attend; that is recorded.
    Vouch,
    /// Leave them out.
    LeaveOut,
}

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
    active: bool,
    attended_new_user: bool,
    open: Vec<String>,
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
    let candidates = candidates(tx, author.account_id, &command.scope)?;
    let mut left_out = Vec::new();
    let mut for_new_user = Vec::new();
    let mut for_advanced = Vec::new();
    let mut never_attended = Vec::new();
    for candidate in candidates {
        let wants_new_user = command.training == Training::NewUser
            || (!candidate.attended_new_user
                && command.for_never_attended == Some(ForNeverAttended::NewUserTraining));
        let training = if wants_new_user {
            Training::NewUser
        } else {
            Training::Advanced
        };
        let reason = if !candidate.active {
            Some(OmissionReason::Inactive)
        } else if training == Training::NewUser && candidate.attended_new_user {
            Some(OmissionReason::AlreadyAttended)
        } else if candidate.open.iter().any(|open| open == training.as_str()) {
            Some(OmissionReason::AlreadyRequested)
        } else if training == Training::Advanced
            && !candidate.attended_new_user
            && command.for_never_attended == Some(ForNeverAttended::LeaveOut)
        {
            Some(OmissionReason::NeverAttended)
        } else {
            None
        };
        if let Some(reason) = reason {
            left_out.push(LeftOut {
                user_id: candidate.id,
                name: candidate.name,
                reason,
            });
        } else if training == Training::NewUser {
            for_new_user.push(candidate.id);
        } else {
            if !candidate.attended_new_user {
                never_attended.push((candidate.id, candidate.name));
            }
            for_advanced.push(candidate.id);
        }
    }
    if !never_attended.is_empty() && command.for_never_attended != Some(ForNeverAttended::Vouch) {
        return Err(RequestError::NeverAttended(never_attended));
    }
    let mut requests = Vec::new();
    for (training, people) in [
        (Training::NewUser, for_new_user),
        (Training::Advanced, for_advanced),
    ] {
        if !people.is_empty() {
            let is_new = requests.is_empty() && sent_before(tx, author, command)?.is_none();
            let id = if is_new { command.id } else { ids::new() };
            write(tx, author, command, id, training, &people, now)?;
            // Vouched for.
            if training == Training::Advanced && !never_attended.is_empty() {
                let ids: Vec<Uuid> = never_attended.iter().map(|(id, _)| *id).collect();
                record_attendance(tx, author, &ids, Training::NewUser, Some(id), now)?;
            }
            requests.push((id, training, people.len()));
        }
    }
    let Some((first, ..)) = requests.first() else {
        return match sent_before(tx, author, command)? {
            Some(training) => Ok(Requested {
                requests: vec![(command.id, training, 0)],
                left_out,
                before: true,
            }),
            None => Err(RequestError::NobodyLeft(left_out)),
        };
    };
    omissions::insert(tx, author.account_id, *first, &left_out)?;
    Ok(Requested {
        requests,
        left_out,
        before: false,
    })
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

fn candidates(
    tx: &mut db::Connection,
    account_id: Uuid,
    scope: &Scope,
) -> Result<Vec<Candidate>, RequestError> {
    let of_account = users::table
        .filter(users::account_id.eq(account_id))
        .order(users::id)
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::active,
        ));
    let rows: Vec<(Uuid, String, String, bool)> = match scope {
        Scope::AllActive => of_account.filter(users::active).load(tx)?,
        Scope::Matching(narrowing) => {
            let ids = ids_matching(tx, account_id, narrowing)?;
            of_account
                .filter(users::id.eq_any(ids))
                .filter(users::active)
                .load(tx)?
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
            found
        }
    };
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let attended: std::collections::HashSet<Uuid> = training_attendances::table
        .filter(training_attendances::account_id.eq(account_id))
        .filter(training_attendances::user_id.eq_any(&ids))
        .filter(training_attendances::kind.eq(Training::NewUser.as_str()))
        .select(training_attendances::user_id)
        .load(tx)?
        .into_iter()
        .collect();
    let open: Vec<(Uuid, String)> = training_request_people::table
        .filter(training_request_people::account_id.eq(account_id))
        .filter(training_request_people::user_id.eq_any(&ids))
        .filter(training_request_people::open)
        .select((
            training_request_people::user_id,
            training_request_people::kind,
        ))
        .load(tx)?;
    let mut open_by_user: std::collections::HashMap<Uuid, Vec<String>> =
        std::collections::HashMap::new();
    for (user_id, kind) in open {
        open_by_user.entry(user_id).or_default().push(kind);
    }
    Ok(rows
        .into_iter()
        .map(|(id, first_name, last_name, active)| Candidate {
            id,
            name: format!("{first_name} {last_name}"),
            active,
            attended_new_user: attended.contains(&id),
            open: open_by_user.remove(&id).unwrap_or_default(),
        })
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
