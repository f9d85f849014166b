//! The mail worker against a real database and a mail server that misbehaves.
#![expect(
    clippy::unwrap_used,
    reason = "what a test builds on may stop it at once"
)]

mod support;

#[path = "mail_worker/composing.rs"]
mod composing;
#[path = "mail_worker/delivering.rs"]
mod delivering;
#[path = "mail_worker/stopping.rs"]
mod stopping;
#[path = "mail_worker/training.rs"]
mod training;
