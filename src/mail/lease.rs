//! The lease of a claimed mail: made longer while its worker still has it, or given up again.

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;

/// A mail that a worker has claimed: its account, itself, and the number of the attempt.
pub(super) type Held = (Uuid, Uuid, i16);

/// Keeps mails that this worker still has from being claimed by another.
pub(super) fn renew(
    tx: &mut db::Connection,
    held: &[Held],
    until: OffsetDateTime,
) -> QueryResult<usize> {
    change(
        tx,
        held,
        "next_attempt_at < $4",
        "next_attempt_at = $4",
        until,
    )
}

/// Undoes claims: the numbers of these attempts can be used again, from that moment on. What waits for long
/// is asked less often: a second is added for every minute it has waited, a minute at most.
pub(super) fn undo(
    tx: &mut db::Connection,
    held: &[Held],
    due_at: OffsetDateTime,
) -> QueryResult<usize> {
    change(
        tx,
        held,
        "true",
        "attempts = attempts - 1,
         next_attempt_at = $4 + least(greatest($4 - created_at, interval '0'), interval '1 hour') / 60",
        due_at,
    )
}

/// Changes the mails that wait and that nobody has claimed since, but for those that somebody else holds
/// this moment: waiting for one while holding others could end in a deadlock.
fn change(
    tx: &mut db::Connection,
    held: &[Held],
    condition: &str,
    change: &str,
    moment: OffsetDateTime,
) -> QueryResult<usize> {
    let accounts: Vec<Uuid> = held.iter().map(|(account, _, _)| *account).collect();
    let ids: Vec<Uuid> = held.iter().map(|(_, id, _)| *id).collect();
    let attempts: Vec<i16> = held.iter().map(|(_, _, attempt)| *attempt).collect();
    diesel::sql_query(format!(
        "with ours as materialized (
             select mails.account_id, mails.id
             from mails
             join unnest($1, $2, $3) as held (account_id, id, attempt)
               on mails.account_id = held.account_id and mails.id = held.id
             where state = 'waiting' and attempts = attempt and {condition}
             for update of mails skip locked
         )
         update mails set {change}
         from ours
         where mails.account_id = ours.account_id and mails.id = ours.id"
    ))
    .bind::<sql_types::Array<sql_types::Uuid>, _>(accounts)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Array<sql_types::SmallInt>, _>(attempts)
    .bind::<sql_types::Timestamptz, _>(moment)
    .execute(tx)
}
