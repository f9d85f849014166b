//! One attempt to deliver one mail.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use super::claim::Ready;
use super::failure::{Failure, pause, without_addresses};
use super::message::Parcel;
use super::settle::{Outcome, Settlement};
use super::worker::Worker;

/// Shown for a mail at which the program itself failed; the cause is in the log.
const NOT_SENT: &str = "The program could not send this mail. It is tried again.";

/// Sends one mail; the outcome says all that is to be written down. Also a panic has an outcome:
/// without one the worker would hold the mail for ever.
pub(super) async fn send(worker: &Worker, ready: Ready) -> Settlement {
    let Ready {
        due,
        recipient,
        message,
    } = ready;
    let parcel = Parcel {
        mail_id: due.id,
        attempt: due.attempt,
        recipient: recipient.clone(),
        message,
        sent_at: (worker.clock)(),
    };
    let sending = AssertUnwindSafe(worker.transport.send(&worker.from, parcel)).catch_unwind();
    let sent = sending
        .await
        .unwrap_or_else(|_| Err(Failure::Postponed(NOT_SENT.to_string())));
    let outcome = match sent {
        Ok(words) => Outcome::Sent { recipient, words },
        Err(failure) => {
            let said = failure.explanation();
            let reason = without_addresses(said, &recipient);
            let (account, mail) = (due.account_id, due.id);
            let (kind, attempt) = (due.kind.as_str(), due.attempt);
            match &failure {
                Failure::Refused(words) => {
                    tracing::info!(%account, %mail, kind, attempt, reason, "a mail was refused");
                    Outcome::Refused(words.clone())
                }
                Failure::Postponed(_) => {
                    tracing::warn!(%account, %mail, kind, attempt, reason, "a mail could not be delivered yet");
                    postponed(worker, said, attempt)
                }
                Failure::Misconfigured(_) => {
                    tracing::error!(%account, %mail, kind, attempt, reason, "no mail can leave: check SMTP_URL and MAIL_FROM");
                    postponed(worker, said, attempt)
                }
            }
        }
    };
    Settlement { due, outcome }
}

fn postponed(worker: &Worker, because: &str, attempt: i16) -> Outcome {
    let now = (worker.clock)();
    Outcome::Postponed {
        because: because.to_string(),
        again_at: now + pause(attempt, rand::random()),
    }
}
