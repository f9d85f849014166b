//! Who holds an address, whatever account they are in: for staff alone, never for a page.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;
use crate::schema::{reserved_usernames, users};
use crate::users::{ConflictRule, Holder, Username};

/// What keeps an address from everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Somebody has it as their username.
    By {
        /// Their account.
        account_id: Uuid,
        /// They.
        holder: Holder,
        /// Whether they are active.
        active: bool,
    },
    /// It was somebody's username until recently.
    KeptFor {
        /// Their account.
        account_id: Uuid,
        /// Their id.
        user_id: Uuid,
        /// Until when.
        until: OffsetDateTime,
    },
}

impl Holding {
    /// The rule that this makes for `account_id`, which asks for the address.
    pub fn rule_for(&self, account_id: Uuid) -> ConflictRule {
        match self {
            Holding::By {
                account_id: holders,
                active,
                ..
            } if *holders == account_id => {
                if *active {
                    ConflictRule::ActiveHere
                } else {
                    ConflictRule::InactiveHere
                }
            }
            Holding::By { .. } => ConflictRule::Elsewhere,
            Holding::KeptFor { .. } => ConflictRule::Reserved,
        }
    }
}

/// Who or what holds `username`; nothing where it is free.
///
/// # Errors
/// Whatever the database says.
pub fn holding(
    connection: &mut db::Connection,
    username: &Username,
    now: OffsetDateTime,
) -> QueryResult<Option<Holding>> {
    let found: Option<(Uuid, Uuid, String, String, bool)> = users::table
        .filter(users::username.eq(username.as_str()))
        .select((
            users::account_id,
            users::id,
            users::first_name,
            users::last_name,
            users::active,
        ))
        .first(connection)
        .optional()?;
    if let Some((account_id, id, first_name, last_name, active)) = found {
        return Ok(Some(Holding::By {
            account_id,
            holder: Holder {
                id,
                name: format!("{first_name} {last_name}"),
            },
            active,
        }));
    }
    let kept: Option<(Uuid, Uuid, OffsetDateTime)> = reserved_usernames::table
        .find(username.as_str())
        .filter(reserved_usernames::reserved_until.gt(now))
        .select((
            reserved_usernames::account_id,
            reserved_usernames::user_id,
            reserved_usernames::reserved_until,
        ))
        .first(connection)
        .optional()?;
    Ok(kept.map(|(account_id, user_id, until)| Holding::KeptFor {
        account_id,
        user_id,
        until,
    }))
}
