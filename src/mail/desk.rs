//! The worker's errands at the database: each runs where blocking is allowed, and none of them lets
//! an error or a panic out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use time::OffsetDateTime;
use tokio::task::spawn_blocking;

use super::claim::{self, Claimed};
use super::due::DueMail;
use super::failure::pause;
use super::lease::{self, Held};
use super::settle::{self, Outcome, Settlement};
use super::worker::Worker;
use crate::db;

/// Shown for a mail that the program could not write; the cause is in the log.
const NOT_WRITTEN: &str = "The program could not write this mail. It is tried again.";

/// The database (or a mail) made trouble, which has been logged.
#[derive(Debug)]
pub(super) struct Trouble;

/// What writing down came to.
pub(super) struct Settled {
    /// Written down, or nobody's business any more.
    pub(super) done: Vec<Held>,
    /// Held by somebody else this moment.
    pub(super) again: Vec<Settlement>,
}

/// Claims a batch and has it written. Where it cannot be written as a whole, mail by mail.
pub(super) async fn claim(worker: Worker, limit: usize) -> Result<Claimed, Trouble> {
    blocking(move || {
        let now = (worker.clock)();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let whole = guarded(|| claim::claim(&worker.db, worker.composer.as_ref(), limit, now));
        match whole {
            Ok(claimed) => Ok(claimed),
            Err(error) if error.as_ref().is_some_and(db::is_unavailable) => {
                tracing::warn!(?error, "the outbox cannot be read");
                Err(Trouble)
            }
            Err(error) => {
                tracing::error!(
                    ?error,
                    "a batch of mails could not be written: one by one now"
                );
                one_by_one(&worker, limit, now)
            }
        }
    })
    .await
    .unwrap_or(Err(Trouble))
}

fn one_by_one(worker: &Worker, limit: i64, now: OffsetDateTime) -> Result<Claimed, Trouble> {
    let due = guarded(|| claim::claim_only(&worker.db, limit, now)).map_err(|error| {
        tracing::warn!(?error, "no mail can be claimed");
        Trouble
    })?;
    let mut claimed = Claimed {
        ready: Vec::new(),
        due: due.len(),
    };
    for mail in due {
        let written =
            guarded(|| claim::compose_one(&worker.db, worker.composer.as_ref(), mail.clone(), now));
        match written {
            Ok(one) => claimed.ready.extend(one.ready),
            Err(error) => {
                tracing::error!(?error, account = %mail.account_id, mail = %mail.id, kind = mail.kind.as_str(), "a mail could not be written");
                put_off(worker, mail, now);
            }
        }
    }
    Ok(claimed)
}

fn put_off(worker: &Worker, mail: DueMail, now: OffsetDateTime) {
    let settlement = Settlement {
        outcome: Outcome::Postponed {
            because: NOT_WRITTEN.to_string(),
            again_at: now + pause(mail.attempt, rand::random()),
        },
        due: mail,
    };
    // Should this fail too, the claim has moved the next attempt ahead already.
    if let Err(error) = guarded(|| {
        worker
            .db
            .write(|tx| settle::apply(tx, std::slice::from_ref(&settlement), now))
    }) {
        tracing::warn!(?error, "the fault of a mail could not be written down");
    }
}

/// Writes outcomes down. On an error they come back to be written down later.
pub(super) async fn settle(
    worker: Worker,
    outcomes: Vec<Settlement>,
) -> Result<Settled, Vec<Settlement>> {
    let kept = outcomes.clone();
    let settled = blocking(move || {
        let now = (worker.clock)();
        guarded(|| worker.db.write(|tx| settle::apply(tx, &outcomes, now)))
    })
    .await;
    match settled {
        Some(Ok(again)) => {
            let waiting: Vec<Held> = again.iter().map(key).collect();
            let done = kept
                .iter()
                .map(key)
                .filter(|key| !waiting.contains(key))
                .collect();
            Ok(Settled { done, again })
        }
        Some(Err(error)) => {
            tracing::warn!(?error, "outcomes of mails cannot be written down yet");
            Err(kept)
        }
        None => Err(kept),
    }
}

fn key(settlement: &Settlement) -> Held {
    let due = &settlement.due;
    (due.account_id, due.id, due.attempt)
}

/// Renews the leases of what is held.
pub(super) async fn renew(worker: Worker, held: Vec<Held>, until: OffsetDateTime) {
    let renewed =
        blocking(move || guarded(|| worker.db.write(|tx| lease::renew(tx, &held, until)))).await;
    if let Some(Err(error)) = renewed {
        tracing::warn!(?error, "the leases of mails could not be renewed");
    }
}

/// Sweeps away what has run out, and brings forward what waits for a time that a clock was wrong about.
pub(super) async fn sweep(worker: Worker) {
    let brought = blocking(move || {
        let now = (worker.clock)();
        (worker.housekeeping)(&worker.db, now);
        guarded(|| worker.db.write(|tx| claim::bring_forward(tx, now)))
    })
    .await;
    match brought {
        Some(Ok(0)) | None => {}
        Some(Ok(mails)) => tracing::warn!(
            mails,
            "mails waited for a time too far ahead: was a clock set back?"
        ),
        Some(Err(error)) => tracing::warn!(?error, "waiting mails could not be looked at"),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::error!(%error, "an errand of the mail worker ended abnormally");
            None
        }
    }
}

/// Runs `work`; a panic in it is an error without a cause (the panic hook has told it). The
/// connection is lost by it and not used again: the pool drops one whose transaction is open.
fn guarded<T>(work: impl FnOnce() -> diesel::QueryResult<T>) -> Result<T, Option<db::Error>> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(Some),
        Err(_) => Err(None),
    }
}
