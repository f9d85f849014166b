//! Taking due mails out of the outbox, and having them written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use super::composed::Composed;
use super::due::{DueMail, is_waiting};
use super::failure::{FIRST_RETRY, LONGEST_PAUSE};
use super::lease::{self, Held};
use super::message::Message;
use super::outbox::Kind;
use super::settle::{self, Outcome, Settlement};
use crate::db::{self, Db};

/// How long a mail is put off at least: mostly the person it is for is just being changed by somebody else.
const PUT_OFF: Duration = Duration::from_secs(1);

/// Who writes the mails: the features, behind one door.
pub trait Composer: Send + Sync + 'static {
    /// Writes the due mails in the claiming transaction: one answer for each, in their order. What
    /// it locks, it locks with `skip locked`.
    ///
    /// # Errors
    /// Whatever the database says; nothing is claimed then.
    fn compose(
        &self,
        tx: &mut db::Connection,
        due: &[DueMail],
        now: OffsetDateTime,
    ) -> QueryResult<Vec<Composed>>;
}

/// A mail ready to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) due: DueMail,
    pub(super) recipient: String,
    pub(super) message: Message,
}

/// What a claim brought.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// To be sent.
    pub(super) ready: Vec<Ready>,
    /// How many were due, whatever became of them: fewer than asked for means that there are no more.
    pub(super) due: usize,
}

/// Claims at most `limit` due mails and has them written, in one transaction. The next attempt moves
/// ahead by the pause that follows this one, at least half a minute: a worker that dies loses nothing.
pub(super) fn claim(
    db: &Db,
    composer: &dyn Composer,
    limit: i64,
    now: OffsetDateTime,
) -> QueryResult<Claimed> {
    let (claimed, put_off) = db.write(|tx| {
        let due = take(tx, limit, now)?;
        compose(tx, composer, due, now)
    })?;
    put_back(db, &put_off, now);
    Ok(claimed)
}

/// The slow way, for when a batch failed as a whole: claims in one transaction, then writes each mail
/// in its own, so that the one at fault holds up no other. Each call of `compose_one` may fail alone.
pub(super) fn claim_only(db: &Db, limit: i64, now: OffsetDateTime) -> QueryResult<Vec<DueMail>> {
    db.write(|tx| take(tx, limit, now))
}

/// Writes one mail that was claimed before, unless it was cancelled meanwhile.
pub(super) fn compose_one(
    db: &Db,
    composer: &dyn Composer,
    due: DueMail,
    now: OffsetDateTime,
) -> QueryResult<Claimed> {
    let (claimed, put_off) = db.write(|tx| {
        let still_ours: Vec<Uuid> = lock_ours(tx, &due)?;
        if still_ours.is_empty() {
            return Ok::<_, db::Error>(Default::default());
        }
        compose(tx, composer, vec![due], now)
    })?;
    put_back(db, &put_off, now);
    Ok(claimed)
}

fn lock_ours(tx: &mut db::Connection, due: &DueMail) -> QueryResult<Vec<Uuid>> {
    use crate::schema::mails;
    mails::table
        .find((due.account_id, due.id))
        .filter(mails::state.eq("waiting"))
        .filter(mails::attempts.eq(due.attempt))
        .select(mails::id)
        .for_update()
        .skip_locked()
        .load(tx)
}

/// Has claimed mails written: what is to be sent, and what is put off. What is to be cancelled is, here.
fn compose(
    tx: &mut db::Connection,
    composer: &dyn Composer,
    due: Vec<DueMail>,
    now: OffsetDateTime,
) -> QueryResult<(Claimed, Vec<Held>)> {
    if due.is_empty() {
        return Ok(Default::default());
    }
    let composed = ask(tx, composer, &due, now)?;
    let mut claimed = Claimed {
        ready: Vec::new(),
        due: due.len(),
    };
    let mut settlements = Vec::new();
    let mut put_off = Vec::new();
    for (due, composed) in due.into_iter().zip(composed) {
        match composed {
            Composed::Send { recipient, message } => claimed.ready.push(Ready {
                due,
                recipient,
                message,
            }),
            Composed::Cancel { because } => settlements.push(Settlement {
                outcome: Outcome::Cancelled(because),
                due,
            }),
            Composed::Later => put_off.push((due.account_id, due.id, due.attempt)),
        }
    }
    settle::apply(tx, &settlements, now)?;
    Ok((claimed, put_off))
}

/// What the features make of each of these mails. A panic of theirs is caught here, within the transaction, so that
/// it is rolled back at once: the lock of the mail at fault is gone when its fault is written down.
fn ask(
    tx: &mut db::Connection,
    composer: &dyn Composer,
    due: &[DueMail],
    now: OffsetDateTime,
) -> QueryResult<Vec<Composed>> {
    let composed = catch_unwind(AssertUnwindSafe(|| composer.compose(tx, due, now)))
        .unwrap_or_else(|_| {
            Err(db::Error::QueryBuilderError(
                "writing a mail panicked".into(),
            ))
        })?;
    if composed.len() != due.len() {
        return Err(db::Error::QueryBuilderError(
            "the composer answers for every mail".into(),
        ));
    }
    Ok(composed)
}

/// Undoes claims: no password was made for these attempts, so their numbers can be used again. In a
/// transaction of its own: a row that is changed twice in one has its references checked again, and that
/// would wait for the very person for whom the mail is put off, with the mail in hand. Where it fails, or
/// somebody holds a mail, the lease runs out.
fn put_back(db: &Db, mails: &[Held], now: OffsetDateTime) {
    if mails.is_empty() {
        return;
    }
    let undone = db.write(|tx| lease::undo(tx, mails, now + PUT_OFF));
    if let Err(error) = undone {
        tracing::warn!(%error, "mails that were put off wait for their leases to run out");
    }
}

/// Makes due at once what waits for longer than any pause is: a clock was ahead when it was written or
/// tried, and has been set back since. Says how many mails that were.
pub(super) fn bring_forward(tx: &mut db::Connection, now: OffsetDateTime) -> QueryResult<usize> {
    use crate::schema::mails;
    let waits_too_long = mails::table
        .filter(is_waiting())
        .filter(mails::next_attempt_at.gt(now + 2 * LONGEST_PAUSE));
    diesel::update(waits_too_long)
        .set(mails::next_attempt_at.eq(now))
        .execute(tx)
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = sql_types::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    user_id: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    recipient: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    password_reset_id: Option<Uuid>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    training_request_id: Option<Uuid>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    created_at: OffsetDateTime,
    #[diesel(sql_type = sql_types::SmallInt)]
    attempts: i16,
}

fn take(tx: &mut db::Connection, limit: i64, now: OffsetDateTime) -> QueryResult<Vec<DueMail>> {
    // Only kinds that this program knows: during an update an older one leaves the new kinds alone.
    let rows: Vec<TakenRow> = diesel::sql_query(
        "with due as materialized (
             select account_id, id from mails
             where state = 'waiting' and next_attempt_at <= $1 and kind = any($2)
             order by next_attempt_at limit $3
             for update skip locked
         )
         update mails
         set attempts = attempts + 1,
             next_attempt_at = $1 + make_interval(secs => least($5, $4 * power(2, least(attempts, 12))))
         from due
         where mails.account_id = due.account_id and mails.id = due.id
         returning mails.account_id, mails.id, mails.kind, mails.user_id, mails.recipient,
             mails.password_reset_id, mails.training_request_id, mails.created_at, mails.attempts",
    )
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::Array<sql_types::Text>, _>(Kind::names())
    .bind::<sql_types::BigInt, _>(limit)
    .bind::<sql_types::Double, _>(FIRST_RETRY.as_secs_f64())
    .bind::<sql_types::Double, _>(LONGEST_PAUSE.as_secs_f64())
    .load(tx)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(DueMail {
                kind: Kind::from_name(&row.kind)?,
                account_id: row.account_id,
                id: row.id,
                user_id: row.user_id,
                recipient: row.recipient,
                password_reset_id: row.password_reset_id,
                training_request_id: row.training_request_id,
                created_at: row.created_at,
                attempt: row.attempts,
            })
        })
        .collect())
}
