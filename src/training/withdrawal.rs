//! Taking back that somebody attended: it was recorded wrongly, or with a request that is taken back.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::history::{self, Author, Event};
use crate::schema::training_attendances;
use crate::{accounts, db};

/// Which records are taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// That a person attended this training. Without New User Training nobody attended Advanced Training:
    /// that goes with it.
    OfPerson(Uuid, Training),
    /// What was recorded for a person at that moment.
    ForPersonAt(Uuid, OffsetDateTime),
    /// What was recorded for the people of a request at that moment.
    ForRequestAt(Uuid, OffsetDateTime),
    /// Whatever was recorded with a request: who was vouched for.
    WithRequest(Uuid),
}

/// Takes back that somebody attended. Who is part of a request for that training stands as requested again.
/// New User Training on which Advanced Training was recorded since is left. Says for how many people something is taken
/// back; doing it again changes nothing.
///
/// # Errors
/// Whatever the database says.
pub fn withdraw_attendance(
    tx: &mut db::Connection,
    author: &Author,
    which: Recorded,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    accounts::lock_for(tx, author)?;
    let found = found(tx, author.account_id, which)?;
    db::take_time_for(tx, found.len())?;
    let of = |training: Training| -> Vec<Uuid> {
        let those = found
            .iter()
            .filter(|(_, kind)| kind.as_str() == training.as_str());
        those.map(|(user, _)| *user).collect()
    };
    let advanced = of(Training::Advanced);
    let mut new_user = of(Training::NewUser);
    let beyond = with_advanced(tx, author.account_id, &new_user)?;
    let going: HashSet<&Uuid> = advanced.iter().collect();
    let beyond: HashSet<Uuid> = beyond
        .into_iter()
        .filter(|id| !going.contains(id))
        .collect();
    new_user.retain(|user| !beyond.contains(user));
    let request = match which {
        Recorded::ForRequestAt(request, _) | Recorded::WithRequest(request) => Some(request),
        Recorded::OfPerson(..) | Recorded::ForPersonAt(..) => None,
    };
    let people: HashSet<&Uuid> = advanced.iter().chain(&new_user).collect();
    // The one that stands on the other first.
    for (training, users) in [
        (Training::Advanced, &advanced),
        (Training::NewUser, &new_user),
    ] {
        if !users.is_empty() {
            take_out(tx, author, users, training, now)?;
            tell(tx, author, users, (training, request), now)?;
        }
    }
    Ok(people.len())
}

/// Whose records of which training are meant.
fn found(
    tx: &mut db::Connection,
    account_id: Uuid,
    which: Recorded,
) -> QueryResult<Vec<(Uuid, String)>> {
    let recorded = training_attendances::table
        .filter(training_attendances::account_id.eq(account_id))
        .order(training_attendances::user_id)
        .select((training_attendances::user_id, training_attendances::kind))
        .into_boxed();
    match which {
        Recorded::OfPerson(user, Training::NewUser) => {
            recorded.filter(training_attendances::user_id.eq(user))
        }
        Recorded::OfPerson(user, Training::Advanced) => recorded
            .filter(training_attendances::user_id.eq(user))
            .filter(training_attendances::kind.eq(Training::Advanced.as_str())),
        Recorded::ForPersonAt(user, at) => recorded
            .filter(training_attendances::user_id.eq(user))
            .filter(training_attendances::recorded_at.eq(at)),
        Recorded::ForRequestAt(request, at) => recorded
            .filter(training_attendances::training_request_id.eq(request))
            .filter(training_attendances::recorded_at.eq(at)),
        Recorded::WithRequest(request) => {
            recorded.filter(training_attendances::training_request_id.eq(request))
        }
    }
    .load(tx)
}

/// Who of these attended Advanced Training.
fn with_advanced(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
) -> QueryResult<Vec<Uuid>> {
    training_attendances::table
        .filter(training_attendances::account_id.eq(account_id))
        .filter(training_attendances::user_id.eq_any(users))
        .filter(training_attendances::kind.eq(Training::Advanced.as_str()))
        .select(training_attendances::user_id)
        .load(tx)
}

fn take_out(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    training: Training,
    now: OffsetDateTime,
) -> QueryResult<()> {
    diesel::sql_query(
        "with gone as (
             delete from training_attendances where account_id = $1 and user_id = any ($2) and kind = $3 returning *
         )
         insert into withdrawn_attendances (account_id, user_id, kind, recorded_at, training_request_id, withdrawn_at)
         select account_id, user_id, kind, recorded_at, training_request_id, $4 from gone",
    )
    .bind::<sql_types::Uuid, _>(author.account_id)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(users)
    .bind::<sql_types::Text, _>(training.as_str())
    .bind::<sql_types::Timestamptz, _>(now)
    .execute(tx)?;
    // The newest request that each is part of: one is open per person and kind.
    diesel::sql_query(
        "update training_request_people as asked set open = true
         from (
             select distinct on (mine.user_id) mine.user_id, mine.training_request_id
             from training_request_people as mine
             join training_requests as request
               on request.account_id = mine.account_id and request.id = mine.training_request_id
             where mine.account_id = $1 and mine.user_id = any ($2) and mine.kind = $3 and request.undone_at is null
               and mine.missed_at is null and not exists (
                   select from training_request_people as other
                   where other.account_id = $1 and other.user_id = mine.user_id and other.kind = $3 and other.open
               )
             order by mine.user_id, request.requested_at desc, request.id desc
         ) as newest
         where asked.account_id = $1 and asked.user_id = newest.user_id
           and asked.training_request_id = newest.training_request_id",
    )
    .bind::<sql_types::Uuid, _>(author.account_id)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(users)
    .bind::<sql_types::Text, _>(training.as_str())
    .execute(tx)
    .map(|_| ())
}

fn tell(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    (training, request): (Training, Option<Uuid>),
    now: OffsetDateTime,
) -> QueryResult<()> {
    let event = Event::TrainingNotAttended {
        training: training.as_str().to_string(),
        training_request: request,
        people: i64::try_from(users.len()).unwrap_or(i64::MAX),
    };
    match request {
        Some(_) => history::record_together(tx, author, users, &event, now),
        None => history::record_for_each(tx, author, users, &event, now),
    }
}
