//! Identifiers: the only place that makes them.

use uuid::Uuid;

/// A new identifier, a UUID version 7 (RFC 9562): unguessable, and sorted by the time it was made,
/// so that index pages fill in order.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes identifiers"
)]
pub fn new() -> Uuid {
    Uuid::now_v7()
}
