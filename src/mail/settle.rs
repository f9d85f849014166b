//! Writing down what became of mails.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use super::due::DueMail;
use super::failure::{readable, too_old};
use crate::db;
use crate::history::{self, Author, Event};

/// What became of one attempt.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The server took it.
    Sent { recipient: String, words: String },
    /// It is refused for good.
    Refused(String),
    /// It may be tried again at that moment.
    Postponed {
        because: String,
        again_at: OffsetDateTime,
    },
    /// It has nothing to say any more.
    Cancelled(String),
    /// It was claimed and never begun: whoever comes next may have it.
    GivenBack,
}

/// One attempt and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    pub(super) due: DueMail,
    pub(super) outcome: Outcome,
}

/// How a mail stands before it is settled.
#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = sql_types::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    state: String,
    #[diesel(sql_type = sql_types::SmallInt)]
    attempts: i16,
    #[diesel(sql_type = sql_types::Text)]
    explanation: String,
}

/// The new values of the rows, column by column.
#[derive(Default)]
struct Columns<'a> {
    accounts: Vec<Uuid>,
    ids: Vec<Uuid>,
    states: Vec<String>,
    explanations: Vec<Option<String>>,
    recipients: Vec<Option<&'a str>>,
    again_at: Vec<Option<OffsetDateTime>>,
}

/// Writes the outcomes down. Returns those whose rows somebody else holds this moment: to be tried
/// again, since waiting while holding other rows could end in a deadlock.
pub(super) fn apply(
    tx: &mut db::Connection,
    settlements: &[Settlement],
    now: OffsetDateTime,
) -> QueryResult<Vec<Settlement>> {
    if settlements.is_empty() {
        return Ok(Vec::new());
    }
    let mut standings: HashMap<(Uuid, Uuid), Standing> = lock(tx, settlements)?
        .into_iter()
        .map(|standing| ((standing.account_id, standing.id), standing))
        .collect();
    let held_people = lock_people(tx, settlements)?;
    for due in settlements.iter().map(|settlement| &settlement.due) {
        if due
            .user_id
            .is_some_and(|user| !held_people.contains(&(due.account_id, user)))
        {
            standings.remove(&(due.account_id, due.id));
        }
    }
    let mut held_elsewhere = Vec::new();
    let mut columns = Columns::default();
    let mut told = Vec::new();
    for settlement in settlements {
        let due = &settlement.due;
        let Some(standing) = standings.get(&(due.account_id, due.id)) else {
            held_elsewhere.push(settlement.clone());
            continue;
        };
        if let Some(row) = decide(settlement, standing, now) {
            if matches!(row.state, "failed" | "cancelled") && standing.state == "waiting" {
                told.push((due, row.state, row.explanation.clone().unwrap_or_default()));
            }
            columns.accounts.push(due.account_id);
            columns.ids.push(due.id);
            columns.states.push(row.state.to_string());
            columns.explanations.push(row.explanation);
            columns.recipients.push(row.recipient);
            columns.again_at.push(row.again_at);
        }
    }
    store(tx, &columns, now)?;
    for (due, outcome, explanation) in told {
        let event = Event::MailSettled {
            mail: due.kind.as_str().to_string(),
            outcome: outcome.to_string(),
            explanation,
        };
        history::record(
            tx,
            &Author::program(due.account_id),
            due.user_id,
            &event,
            now,
        )?;
    }
    Ok(held_elsewhere)
}

/// The new values of one row; an empty explanation, recipient or moment stays as it is.
struct Decision<'a> {
    state: &'static str,
    explanation: Option<String>,
    recipient: Option<&'a str>,
    again_at: Option<OffsetDateTime>,
}

fn decide<'a>(
    settlement: &'a Settlement,
    standing: &Standing,
    now: OffsetDateTime,
) -> Option<Decision<'a>> {
    let ours = standing.attempts == settlement.due.attempt;
    let waiting = standing.state == "waiting";
    let decision = |state, explanation, recipient, again_at| {
        Some(Decision {
            state,
            explanation,
            recipient,
            again_at,
        })
    };
    match &settlement.outcome {
        // Also when the lease ran out and another worker tries too: it did leave.
        Outcome::Sent { recipient, words } if waiting => decision(
            "sent",
            Some(readable(words)),
            Some(recipient.as_str()),
            None,
        ),
        Outcome::Sent { recipient, .. } if standing.state == "cancelled" => decision(
            "cancelled",
            Some(readable(&format!(
                "{} (too late: the mail server had it already)",
                standing.explanation
            ))),
            Some(recipient.as_str()),
            None,
        ),
        // Somebody else has settled it, or tries again: theirs is the newer word.
        _ if !waiting || !ours => None,
        Outcome::Sent { .. } => None,
        Outcome::Refused(words) => decision("failed", Some(readable(words)), None, None),
        Outcome::Cancelled(because) => decision("cancelled", Some(readable(because)), None, None),
        Outcome::Postponed { because, .. } if too_old(settlement.due.created_at, now) => {
            decision("failed", Some(readable(because)), None, None)
        }
        Outcome::Postponed { because, again_at } => {
            decision("waiting", Some(readable(because)), None, Some(*again_at))
        }
        Outcome::GivenBack => decision("waiting", None, None, Some(now)),
    }
}

fn lock(tx: &mut db::Connection, settlements: &[Settlement]) -> QueryResult<Vec<Standing>> {
    let (accounts, ids): (Vec<Uuid>, Vec<Uuid>) = settlements
        .iter()
        .map(|settlement| (settlement.due.account_id, settlement.due.id))
        .unzip();
    diesel::sql_query(
        "select mails.account_id, mails.id, state, attempts, explanation
         from mails
         join unnest($1, $2) as settled (account_id, id)
           on mails.account_id = settled.account_id and mails.id = settled.id
         for update of mails skip locked",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(accounts)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .load(tx)
}

#[derive(QueryableByName)]
struct HeldPerson {
    #[diesel(sql_type = sql_types::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// Locks whom the mails are about, except those whom somebody else holds this moment: what became of
/// a mail is told on the user's row too, and whoever changes a person takes that row before the mails.
fn lock_people(
    tx: &mut db::Connection,
    settlements: &[Settlement],
) -> QueryResult<HashSet<(Uuid, Uuid)>> {
    let (accounts, people): (Vec<Uuid>, Vec<Uuid>) = settlements
        .iter()
        .filter_map(|settlement| Some((settlement.due.account_id, settlement.due.user_id?)))
        .unzip();
    let held: Vec<HeldPerson> = diesel::sql_query(
        "select users.account_id, users.id
         from users
         join unnest($1, $2) as about (account_id, id)
           on users.account_id = about.account_id and users.id = about.id
         for no key update of users skip locked",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(accounts)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(people)
    .load(tx)?;
    Ok(held
        .into_iter()
        .map(|person| (person.account_id, person.id))
        .collect())
}

fn store(tx: &mut db::Connection, columns: &Columns<'_>, now: OffsetDateTime) -> QueryResult<()> {
    if columns.ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "update mails
         set state = settled.state,
             settled_at = case when settled.state = 'waiting' then null else coalesce(settled_at, $7) end,
             explanation = coalesce(settled.explanation, mails.explanation),
             recipient = coalesce(settled.recipient, mails.recipient),
             next_attempt_at = coalesce(settled.again_at, mails.next_attempt_at)
         from unnest($1, $2, $3, $4, $5, $6)
             as settled (account_id, id, state, explanation, recipient, again_at)
         where mails.account_id = settled.account_id and mails.id = settled.id",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(&columns.accounts)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(&columns.ids)
    .bind::<sql_types::Array<sql_types::Text>, _>(&columns.states)
    .bind::<sql_types::Array<sql_types::Nullable<sql_types::Text>>, _>(&columns.explanations)
    .bind::<sql_types::Array<sql_types::Nullable<sql_types::Text>>, _>(&columns.recipients)
    .bind::<sql_types::Array<sql_types::Nullable<sql_types::Timestamptz>>, _>(&columns.again_at)
    .bind::<sql_types::Timestamptz, _>(now)
    .execute(tx)
    .map(|_| ())
}
