//! The program on bad days: killed, cut off, refused.
#![expect(
    clippy::unwrap_used,
    reason = "what a test builds on may stop it at once"
)]

#[path = "../support/mod.rs"]
mod support;

mod killed_in_a_reset;
mod killed_in_an_import;
mod program;
