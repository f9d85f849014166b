//! What is swept away once a minute: what has run out, and was refused already; and what is added up.

use diesel::QueryResult;
use time::OffsetDateTime;

use super::{recovery_mail, temporary_password};
use crate::sessions::throttle;
use crate::{db, sessions, users};

/// Deletes sessions, mailed passwords, recovery links and limits that have run out, and adds up the
/// tallies of the chips.
///
/// # Errors
/// Whatever the database says.
pub fn delete_expired(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<()> {
    sessions::delete_expired(tx, now)?;
    temporary_password::delete_expired(tx, now)?;
    recovery_mail::delete_expired(tx, now)?;
    throttle::delete_expired(tx, now)?;
    users::add_up_tallies(tx)?;
    Ok(())
}
