//! Taking a reactivation back.

use diesel::prelude::*;
use time::OffsetDateTime;

use super::activation::{self, ActivationError, Deactivated, Leaving};
use super::{User, has_own_password};
use crate::db;
use crate::history::{self, Author, Entry, Event};
use crate::schema::users;

/// Whether taking them in ends a password of their own.
///
/// # Errors
/// Whatever the database says.
pub(super) fn ends_own_password(
    tx: &mut db::Connection,
    user: &User,
    author: &Author,
    send_password: bool,
) -> QueryResult<bool> {
    Ok(send_password && has_own_password(tx, author.account_id, user.id)?)
}

/// Makes somebody inactive again as they were: with the reason and the moment of the deactivation before.
/// What was mailed to them since ends as with any deactivation. Only where `author` took them in and nothing
/// happened to them since. The caller holds the locks of account and user.
///
/// # Errors
/// [`ActivationError::HappenedSince`].
pub(super) fn undo(
    tx: &mut db::Connection,
    author: &Author,
    user: &User,
    now: OffsetDateTime,
) -> Result<Deactivated, ActivationError> {
    let newest = history::PAGE as i64;
    let past = history::of_user(tx, author.account_id, user.id, None, newest)?;
    let last = past.iter().find(|entry| is_an_act(entry));
    let own = last.is_some_and(|entry| {
        matches!(entry.event, Some(Event::UserReactivated { .. }))
            && entry.actor_id.is_some()
            && entry.actor_id == author.user_id()
    });
    if !own {
        return Err(ActivationError::HappenedSince);
    }
    let (reason, since) = past.iter().find_map(before).unwrap_or_default();
    let since = since.unwrap_or(now);
    let leaving = Leaving {
        id: user.id,
        administrator: user.administrator,
        reason,
        again_since: Some(since),
    };
    let deactivated = activation::deactivate_all(tx, author, &[leaving], now)?;
    diesel::update(users::table.find((author.account_id, user.id)))
        .set(users::deactivated_at.eq(since))
        .execute(tx)?;
    Ok(deactivated)
}

/// Whether somebody did something: that the mail with the new password left, or that staff looked, is no
/// reason to keep them in.
fn is_an_act(entry: &Entry) -> bool {
    !matches!(
        entry.event,
        Some(Event::MailSettled { .. } | Event::SupportLookedUp { .. })
    )
}

/// Why and since when they were out, as that line tells.
fn before(entry: &Entry) -> Option<(String, Option<OffsetDateTime>)> {
    match &entry.event {
        Some(Event::UserDeactivated {
            reason,
            again_since,
            ..
        }) => Some((
            reason.clone(),
            Some(again_since.unwrap_or(entry.happened_at)),
        )),
        _ => None,
    }
}
