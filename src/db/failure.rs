//! What an error of the database means for whoever asked.

use diesel::result::DatabaseErrorKind;

use super::Error;

/// Whether the connection ended while the database was asked: what was to be changed may be changed.
pub fn is_outcome_unknown(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let message = information.message().to_ascii_lowercase();
            ["terminating connection", "server closed the connection"]
                .iter()
                .any(|known| message.contains(known))
        }
        _ => false,
    }
}

/// Whether the database was out of reach, too busy, or gave up waiting: the request may be tried
/// again, nothing was half done.
pub fn is_unavailable(error: &Error) -> bool {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager => true,
        // What PostgreSQL says of its time-outs and of its own end has no kind of its own in diesel.
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let message = information.message();
            [
                "canceling statement due to",
                "terminating connection",
                "server closed the connection",
                "deadlock detected",
                "the database system is",
                "no space left on device",
                "out of memory",
                "out of shared memory",
            ]
            .iter()
            .any(|known| message.to_ascii_lowercase().contains(known))
        }
        _ => false,
    }
}

/// Whoever asked for a change ceased to be allowed it while the change waited for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("whoever asked for this is no administrator any more")]
struct NoLongerAllowed;

/// What a change ends with whose author was deactivated or demoted after their request came in. Carried
/// as the one variant of diesel's that takes an error of ours, through every function between the lock
/// and the page.
pub fn no_longer_allowed() -> Error {
    Error::QueryBuilderError(Box::new(NoLongerAllowed))
}

/// Whether that is so.
pub fn is_no_longer_allowed(error: &Error) -> bool {
    matches!(error, Error::QueryBuilderError(cause) if cause.is::<NoLongerAllowed>())
}

/// The name of the constraint that refused a change, if one did.
pub fn violated_constraint(error: &Error) -> Option<&str> {
    match error {
        Error::DatabaseError(_, information) => information.constraint_name(),
        _ => None,
    }
}
