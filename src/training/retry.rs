//! Sending the mail of a request again that the mail server refused.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::history::{self, Author, Event};
use crate::mail::outbox::{self, Kind, NewMail};
use crate::schema::{mails, training_requests};
use crate::{accounts, db, users};

/// Writes the mail to the trainers again, where the newest one failed; says whether it did. Pressing
/// twice mails once. Who asked gets their confirmation after it, if they are still in. Nothing where
/// there is no such request.
///
/// # Errors
/// Whatever the database says.
pub fn retry(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Option<bool>> {
    let account_id = author.account_id;
    accounts::lock_for(tx, author)?;
    let request: Option<(String, Uuid)> = training_requests::table
        .find((account_id, id))
        .select((training_requests::kind, training_requests::requested_by))
        .first(tx)
        .optional()?;
    let Some((training, requested_by)) = request else {
        return Ok(None);
    };
    let newest: Option<String> = mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::training_request_id.eq(id))
        .filter(mails::kind.eq(Kind::TrainingRequest.as_str()))
        .order((mails::created_at.desc(), mails::id.desc()))
        .select(mails::state)
        .first(tx)
        .optional()?;
    if newest.as_deref() != Some("failed") {
        return Ok(Some(false));
    }
    let mail = |kind, user_id| NewMail {
        kind,
        user_id,
        recipient: None,
        password_reset_id: None,
        training_request_id: Some(id),
        due_at: now,
    };
    outbox::enqueue(tx, account_id, mail(Kind::TrainingRequest, None), now)?;
    // Locked, so that a worker that is about to cancel it for the mail that failed comes first.
    let confirmation: Option<Uuid> = mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::training_request_id.eq(id))
        .filter(mails::kind.eq(Kind::TrainingConfirmation.as_str()))
        .filter(mails::state.eq("waiting"))
        .select(mails::id)
        .for_update()
        .first(tx)
        .optional()?;
    let is_in = users::find(tx, account_id, requested_by)?.is_some_and(|user| user.active);
    if confirmation.is_none() && is_in {
        let mail = mail(Kind::TrainingConfirmation, Some(requested_by));
        outbox::enqueue(tx, account_id, mail, now)?;
    }
    let event = Event::TrainingMailedAgain {
        training_request: id,
        training,
    };
    history::record(tx, author, None, &event, now)?;
    Ok(Some(true))
}
