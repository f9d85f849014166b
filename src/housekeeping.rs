//! What is done once a minute by whoever sends the mails: what has run out, and was refused already, is swept
//! away; tallies are brought up to date.

use diesel::QueryResult;
use time::{Duration, OffsetDateTime};

use crate::access::{self, recovery_mail, temporary_password};
use crate::db::{self, Db};
use crate::imports;
use crate::sessions;
use crate::sessions::throttle::{self, Answer, Limit};
use crate::users::{self, reserved};

/// How often a piece is done in a row while it finds as much as it takes at once.
const MOST_TIMES: usize = 50;

/// A piece of it; says how many rows there were.
type Work = fn(&mut db::Connection, OffsetDateTime) -> QueryResult<usize>;

/// Done each time, by name.
const EVERY_MINUTE: [(&str, Work); 7] = [
    ("sessions", sessions::delete_expired),
    ("mailed passwords", temporary_password::delete_expired),
    ("recovery links", recovery_mail::delete_expired),
    ("former addresses", reserved::delete_expired),
    ("limits", throttle::delete_expired),
    ("passwords that ran out", |tx, _| users::tally_expired(tx)),
    ("tallies", |tx, _| users::add_up_tallies(tx)),
];

/// Done once an hour by one of all programs on the database: each reads a whole table, which has no index by age,
/// since that would be written far more often than it is read.
const EVERY_HOUR: [(&str, Work, usize); 2] = [
    (
        "places of sign-ins",
        access::forget_sources,
        db::DELETED_AT_ONCE,
    ),
    (
        "lists that were not run",
        imports::delete_unrun,
        imports::DELETED_AT_ONCE,
    ),
];

const ONCE_AN_HOUR: Limit = Limit {
    name: "hourly housekeeping",
    burst: 1,
    refill: Duration::hours(1),
};

/// Does it all, each piece in a transaction of its own: one that is slow or fails, which the log tells, keeps no
/// other from being done.
pub fn keep_house(db: &Db, now: OffsetDateTime) {
    for work in EVERY_MINUTE {
        run(db, work, now);
    }
    match db.read(|connection| throttle::take(connection, ONCE_AN_HOUR, &[], now)) {
        Ok(Answer::Allowed) => {
            for (what, work, at_once) in EVERY_HOUR {
                for _ in 0..MOST_TIMES {
                    // Fewer than it takes at once: those were the last.
                    if run(db, (what, work), now).is_none_or(|rows| rows < at_once) {
                        break;
                    }
                }
            }
        }
        Ok(Answer::Wait(_)) => {}
        Err(error) => tracing::warn!(%error, "the hour of the housekeeping could not be looked at"),
    }
}

/// How many rows there were; nothing where it failed.
fn run(db: &Db, (what, work): (&str, Work), now: OffsetDateTime) -> Option<usize> {
    db.write(|tx| work(tx, now))
        .inspect_err(|error| {
            tracing::warn!(%error, what, "a piece of the housekeeping was not done");
        })
        .ok()
}
