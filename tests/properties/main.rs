//! What holds for every input, tried on many that nobody would think of.
#![expect(
    clippy::unwrap_used,
    reason = "what a test builds on may stop it at once"
)]

#[path = "../support/mod.rs"]
mod support;

mod lists;
mod pages;
mod searches;
mod usernames;
