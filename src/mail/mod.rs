//! Mail: the outbox, and the worker that empties it. Knows no feature: what a mail says belongs to
//! the feature that sends it.

pub mod outbox;
