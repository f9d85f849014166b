//! What is swept away once a minute: what has run out, and was refused already; and what is added up.

use diesel::QueryResult;
use time::OffsetDateTime;

use super::{recovery_mail, temporary_password};
use crate::db::{self, Db};
use crate::sessions::throttle;
use crate::{sessions, users};

/// A piece of it; says how many rows there were.
type Sweep = fn(&mut db::Connection, OffsetDateTime) -> QueryResult<usize>;

/// All of it, by name.
const SWEEPS: [(&str, Sweep); 6] = [
    ("sessions", sessions::delete_expired),
    ("mailed passwords", temporary_password::delete_expired),
    ("recovery links", recovery_mail::delete_expired),
    ("limits", throttle::delete_expired),
    ("passwords that ran out", |tx, _| users::tally_expired(tx)),
    ("tallies", |tx, _| users::add_up_tallies(tx)),
];

/// Deletes sessions, mailed passwords, recovery links and limits that have run out, and adds up the
/// tallies of the chips. Each in a transaction of its own: one that is slow or fails, which the log
/// tells, keeps no other from being done.
pub fn delete_expired(db: &Db, now: OffsetDateTime) {
    for (what, sweep) in SWEEPS {
        if let Err(error) = db.write(|tx| sweep(tx, now)) {
            tracing::warn!(%error, what, "what has run out could not be swept away");
        }
    }
}
