//! Which lines are to be imported: all that can be, until the administrator leaves some out.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{MOST_LINES, Verdict};
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

/// What was done about a list that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// What was asked for.
    Done,
    /// Nothing: it was started meanwhile.
    Started,
    /// Nothing: the account has no such import.
    NotFound,
}

/// Takes lines in or leaves them out, as long as the import was not started.
///
/// # Errors
/// Whatever the database says.
pub fn choose(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    choice: Choice,
    chosen: bool,
) -> QueryResult<Changed> {
    if let Some(not_to_change) = settled(tx, account_id, id)? {
        return Ok(not_to_change);
    }
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
    Ok(Changed::Done)
}

/// Deletes a list with its lines, as long as it was not started: lists that ran say what was done, and stay.
///
/// # Errors
/// Whatever the database says.
pub fn delete(tx: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<Changed> {
    if let Some(not_to_change) = settled(tx, account_id, id)? {
        return Ok(not_to_change);
    }
    db::take_time_for(tx, MOST_LINES)?;
    let lines = import_lines::table
        .filter(import_lines::account_id.eq(account_id))
        .filter(import_lines::import_id.eq(id));
    diesel::delete(lines).execute(tx)?;
    diesel::delete(imports::table.find((account_id, id))).execute(tx)?;
    Ok(Changed::Done)
}

/// Why nothing can be changed about the import, if so; it is locked for this transaction.
fn settled(tx: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<Option<Changed>> {
    Ok(match lock(tx, account_id, id)? {
        None => Some(Changed::NotFound),
        Some((state, _)) => (state != "checked").then_some(Changed::Started),
    })
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
