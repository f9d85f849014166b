//! Taking a request for training back while its mail is still held.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::{mails, training_request_people, training_requests};
use crate::{accounts, db};

/// Why a request cannot be taken back.
#[derive(Debug, Error)]
pub enum UndoError {
    /// No such request in the account.
    #[error("There is no such request.")]
    NotFound,
    /// The mail has left.
    #[error("The request has been sent to the trainers already.")]
    TooLate,
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Takes a request back while its mail is still held. Doing it again changes nothing.
///
/// # Errors
/// [`UndoError`].
pub fn undo(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> Result<Training, UndoError> {
    let account_id = author.account_id;
    accounts::lock_for(tx, author)?;
    let (kind, undone_at): (String, Option<OffsetDateTime>) = training_requests::table
        .find((account_id, id))
        .select((training_requests::kind, training_requests::undone_at))
        .for_no_key_update()
        .first(tx)
        .optional()?
        .ok_or(UndoError::NotFound)?;
    let training = Training::from_name(&kind).ok_or(UndoError::NotFound)?;
    if undone_at.is_some() {
        return Ok(training);
    }
    // Whether the worker has it decides, not the clock: what it has not claimed can be held back.
    let held = diesel::update(
        mails::table
            .filter(mails::account_id.eq(account_id))
            .filter(mails::training_request_id.eq(id))
            .filter(mails::kind.eq(Kind::TrainingRequest.as_str()))
            .filter(mails::state.eq("waiting"))
            .filter(mails::attempts.eq(0)),
    )
    .set((
        mails::state.eq("cancelled"),
        mails::settled_at.eq(now),
        mails::explanation.eq("the request was taken back"),
    ))
    .execute(tx)?;
    if held == 0 {
        return Err(UndoError::TooLate);
    }
    diesel::update(
        mails::table
            .filter(mails::account_id.eq(account_id))
            .filter(mails::training_request_id.eq(id))
            .filter(mails::state.eq("waiting")),
    )
    .set((
        mails::state.eq("cancelled"),
        mails::settled_at.eq(now),
        mails::explanation.eq("the request was taken back"),
    ))
    .execute(tx)?;
    diesel::update(training_requests::table.find((account_id, id)))
        .set(training_requests::undone_at.eq(now))
        .execute(tx)?;
    let people: Vec<Uuid> = diesel::update(
        training_request_people::table
            .filter(training_request_people::account_id.eq(account_id))
            .filter(training_request_people::training_request_id.eq(id)),
    )
    .set(training_request_people::open.eq(false))
    .returning(training_request_people::user_id)
    .get_results(tx)?;
    let subjects: Vec<Option<Uuid>> = people.into_iter().map(Some).collect();
    let event = Event::TrainingRequestUndone {
        training_request: id,
        training: kind,
    };
    history::record_for_each(tx, author, &subjects, &event, now)?;
    Ok(training)
}
