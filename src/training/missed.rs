//! Who of a request did not come: it is settled for them, and training can be asked for again.

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use super::attendance::kind_of;
use crate::history::{self, Author, Event};
use crate::schema::training_request_people;
use crate::{accounts, db};

/// Records that these people of a request did not come, as far as nothing is recorded for them; says for how many it
/// is new. Nothing where there is no such request or it was taken back.
///
/// # Errors
/// Whatever the database says.
pub fn record_missed(
    tx: &mut db::Connection,
    author: &Author,
    request: Uuid,
    these: &[Uuid],
    now: OffsetDateTime,
) -> QueryResult<Option<usize>> {
    accounts::lock_for(tx, author)?;
    let Some(training) = kind_of(tx, author.account_id, request)? else {
        return Ok(None);
    };
    let open = training_request_people::table
        .filter(training_request_people::account_id.eq(author.account_id))
        .filter(training_request_people::training_request_id.eq(request))
        .filter(training_request_people::user_id.eq_any(these))
        .filter(training_request_people::open);
    let people: Vec<Uuid> = diesel::update(open)
        .set((
            training_request_people::open.eq(false),
            training_request_people::missed_at.eq(now),
        ))
        .returning(training_request_people::user_id)
        .get_results(tx)?;
    let event = Event::TrainingMissed {
        training: training.as_str().to_string(),
    };
    tell(tx, author, &people, &event, now)?;
    Ok(Some(people.len()))
}

/// Takes back what was recorded so for a request at that moment: they stand as requested again. Who attended since,
/// or was asked for again, is left as they are. Says for how many people something is taken back.
///
/// # Errors
/// Whatever the database says.
pub fn take_back_missed(
    tx: &mut db::Connection,
    author: &Author,
    request: Uuid,
    at: OffsetDateTime,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    accounts::lock_for(tx, author)?;
    let Some(training) = kind_of(tx, author.account_id, request)? else {
        return Ok(0);
    };
    let people: Vec<Reopened> = diesel::sql_query(
        "update training_request_people as missed set open = true, missed_at = null
         where account_id = $1 and training_request_id = $2 and missed_at = $3
           and not exists (
               select from training_request_people as other
               where other.account_id = $1 and other.user_id = missed.user_id and other.kind = missed.kind and other.open
           )
           and not exists (
               select from training_attendances as attended
               where attended.account_id = $1 and attended.user_id = missed.user_id and attended.kind = missed.kind
           )
         returning user_id",
    )
    .bind::<sql_types::Uuid, _>(author.account_id)
    .bind::<sql_types::Uuid, _>(request)
    .bind::<sql_types::Timestamptz, _>(at)
    .load(tx)?;
    let people: Vec<Uuid> = people.iter().map(|row| row.user_id).collect();
    let event = Event::TrainingMissedTakenBack {
        training: training.as_str().to_string(),
    };
    tell(tx, author, &people, &event, now)?;
    Ok(people.len())
}

#[derive(QueryableByName)]
struct Reopened {
    #[diesel(sql_type = sql_types::Uuid)]
    user_id: Uuid,
}

fn tell(
    tx: &mut db::Connection,
    author: &Author,
    people: &[Uuid],
    event: &Event,
    now: OffsetDateTime,
) -> QueryResult<()> {
    if people.is_empty() {
        return Ok(());
    }
    history::record_for_each(tx, author, people, event, now)
}
