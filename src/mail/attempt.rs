//! One attempt to deliver one mail.

use super::claim::Ready;
use super::failure::{Failure, pause};
use super::message::Parcel;
use super::settle::{Outcome, Settlement};
use super::worker::Worker;

/// Sends one mail; the outcome says all that is to be written down.
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
    let outcome = match worker.transport.send(&worker.from, parcel).await {
        Ok(words) => Outcome::Sent { recipient, words },
        Err(failure) => {
            let reason = failure.explanation();
            let (mail, kind, attempt) = (due.id, due.kind.as_str(), due.attempt);
            match &failure {
                Failure::Refused(words) => {
                    tracing::info!(%mail, kind, attempt, reason, "a mail was refused");
                    Outcome::Refused(words.clone())
                }
                Failure::Postponed(_) => {
                    tracing::warn!(%mail, kind, attempt, reason, "a mail could not be delivered yet");
                    postponed(worker, reason, attempt)
                }
                Failure::Misconfigured(_) => {
                    tracing::error!(%mail, kind, attempt, reason, "no mail can leave: check SMTP_URL and MAIL_FROM");
                    postponed(worker, reason, attempt)
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
