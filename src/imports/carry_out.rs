//! What was decided about the lines of a batch, done.

use time::OffsetDateTime;
use uuid::Uuid;

use super::verdict::{Decided, Verdict};
use crate::db;
use crate::history::Author;
use crate::users::{self, ActivationError, AddError, ReplaceError, ReplaceUser};

/// Adds, replaces and reactivates as it was decided. Each line says then whom it is about.
///
/// # Errors
/// Whatever became true since it was decided, or the database says.
pub(super) fn carry_out(
    tx: &mut db::Connection,
    author: &Author,
    decided: &mut [Decided],
    now: OffsetDateTime,
) -> Result<(), AddError> {
    let mut people = Vec::new();
    let mut replacements = Vec::new();
    for line in decided.iter_mut() {
        if let Some(person) = line.person.take() {
            line.user_id = Some(person.id);
            match line.leaving {
                Some(leaving) => replacements.push(ReplaceUser {
                    leaving,
                    id: person.id,
                    username: person.username,
                    profile: person.profile,
                }),
                None => people.push(person),
            }
        }
    }
    users::insert_all(tx, author, &people, now)?;
    users::replace_all(tx, author, &replacements, now).map_err(not_replaced)?;
    let back: Vec<Uuid> = decided
        .iter()
        .filter(|line| line.verdict == Verdict::Reactivate)
        .filter_map(|line| line.user_id)
        .collect();
    users::reactivate_all(tx, author, &back, true, now).map_err(|error| match error {
        ActivationError::Database(error) => AddError::Database(error),
        ActivationError::NoSeat => AddError::NoSeat(None),
        refusal => AddError::NobodyToFree(refusal.to_string()),
    })
}

fn not_replaced(error: ReplaceError) -> AddError {
    match error {
        ReplaceError::Coming(error) => error,
        ReplaceError::Database(error) | ReplaceError::Leaving(ActivationError::Database(error)) => {
            AddError::Database(error)
        }
        refusal => AddError::NobodyToFree(refusal.to_string()),
    }
}
