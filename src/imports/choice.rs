//! Which lines are to be imported: all that can be, until the administrator leaves some out.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Verdict;
use crate::db;
use crate::schema::{import_lines, imports};

/// What is left out or taken back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One line, by its position.
    Line(i32),
    /// Every line of that verdict.
    All(Verdict),
}

/// Takes lines in or leaves them out, as long as the import was not started. Says whether there is
/// such an import in the account.
///
/// # Errors
/// Whatever the database says.
pub fn choose(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    choice: Choice,
    chosen: bool,
) -> QueryResult<bool> {
    let Some((state, _)) = lock(tx, account_id, id)? else {
        return Ok(false);
    };
    if state == "checked" {
        let importable = import_lines::table
            .filter(import_lines::account_id.eq(account_id))
            .filter(import_lines::import_id.eq(id))
            .filter(import_lines::verdict.eq_any(Verdict::IMPORTABLE.map(Verdict::as_str)));
        let change = import_lines::chosen.eq(chosen);
        match choice {
            Choice::Line(position) => {
                diesel::update(importable.filter(import_lines::position.eq(position)))
                    .set(change)
                    .execute(tx)?
            }
            Choice::All(verdict) => {
                diesel::update(importable.filter(import_lines::verdict.eq(verdict.as_str())))
                    .set(change)
                    .execute(tx)?
            }
        };
    }
    Ok(true)
}

/// The state and the start of the import, locked for this transaction.
pub(super) fn lock(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<(String, Option<OffsetDateTime>)>> {
    imports::table
        .find((account_id, id))
        .select((imports::state, imports::started_at))
        .for_update()
        .first(tx)
        .optional()
}
