//! Taking a request for training back while its mail is still held.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Recorded, Training, details, withdraw_attendance};
use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::{mails, training_request_people, training_requests};
use crate::{accounts, db};

/// What became of the requests of one click.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// Taken back, now or before: nothing is mailed.
    pub taken_back: Vec<Training>,
    /// Mailed already, and so not taken back.
    pub sent: Vec<Training>,
    /// For how many people it was recorded with the request that they attended, which is taken back with it.
    pub not_vouched_for: usize,
}

/// Takes back what one click asked for, this request and the one made together with it, as far as the
/// mails are still held; nothing where the account has no such request. Doing it again changes nothing.
///
/// # Errors
/// Whatever the database says.
pub fn undo(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Option<Undone>> {
    accounts::lock_for(tx, author)?;
    let Some(details) = details(tx, author.account_id, id)? else {
        return Ok(None);
    };
    let mut undone = Undone::default();
    let mut taken_back = Vec::new();
    let requests = [Some((id, details.training)), details.together_with];
    for (request, training) in requests.into_iter().flatten() {
        if take_back(tx, author, request, training, now)? {
            undone.taken_back.push(training);
            taken_back.push(request);
        } else {
            undone.sent.push(training);
        }
    }
    // Once none of them is open any more: a request that is taken back is not to be opened again.
    for request in taken_back {
        let which = Recorded::WithRequest(request);
        undone.not_vouched_for += withdraw_attendance(tx, author, which, now)?;
    }
    Ok(Some(undone))
}

/// Whether the request is taken back. The caller holds the account's lock.
fn take_back(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    training: Training,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let account_id = author.account_id;
    let undone_at: Option<OffsetDateTime> = training_requests::table
        .find((account_id, id))
        .select(training_requests::undone_at)
        .for_no_key_update()
        .first(tx)?;
    if undone_at.is_some() {
        return Ok(true);
    }
    if !hold_mails_back(tx, account_id, id, now)? {
        return Ok(false);
    }
    let people = close(tx, account_id, id, now)?;
    let event = Event::TrainingRequestUndone {
        training_request: id,
        training: training.as_str().to_string(),
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
    };
    history::record_together(tx, author, &people, &event, now)?;
    Ok(true)
}

/// Cancels the mails of a request, where the one to the trainers can still be held back; says whether it could.
fn hold_mails_back(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let waiting = || {
        mails::table
            .filter(mails::account_id.eq(account_id))
            .filter(mails::training_request_id.eq(id))
            .filter(mails::state.eq("waiting"))
    };
    let cancelled = || {
        (
            mails::state.eq("cancelled"),
            mails::settled_at.eq(now),
            mails::explanation.eq("the request was taken back"),
        )
    };
    // Whether the worker has it decides, not the clock: what it has not claimed can be held back.
    let to_the_trainers = waiting()
        .filter(mails::kind.eq(Kind::TrainingRequest.as_str()))
        .filter(mails::attempts.eq(0));
    if diesel::update(to_the_trainers)
        .set(cancelled())
        .execute(tx)?
        == 0
    {
        return Ok(false);
    }
    diesel::update(waiting()).set(cancelled()).execute(tx)?;
    Ok(true)
}

/// Marks a request as taken back, and nobody stands in it any more; says who did.
fn close(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Vec<Uuid>> {
    let people = || {
        training_request_people::table
            .filter(training_request_people::account_id.eq(account_id))
            .filter(training_request_people::training_request_id.eq(id))
    };
    let count: i64 = people().count().get_result(tx)?;
    db::take_time_for(tx, usize::try_from(count).unwrap_or_default())?;
    diesel::update(training_requests::table.find((account_id, id)))
        .set(training_requests::undone_at.eq(now))
        .execute(tx)?;
    diesel::update(people())
        .set(training_request_people::open.eq(false))
        .returning(training_request_people::user_id)
        .get_results(tx)
}
