//! Who attended which training.

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::history::{self, Author, Event};
use crate::schema::{training_request_people, training_requests};
use crate::{accounts, db};

/// Records that `users` attended `training`; their open requests for it are closed by it. Who attended
/// Advanced Training attended New User Training too: that is recorded with it. Recording it again
/// changes nothing; says for how many people it is new. With `request`, for whose people it is recorded, or which was made by somebody who
/// vouched for them, history tells of them in one line.
///
/// # Errors
/// Whatever the database says.
pub fn record_attendance(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    training: Training,
    request: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    // How a person stands is told on their row too: two who record the same people take turns.
    accounts::lock_for(tx, author)?;
    db::take_time_for(tx, users.len())?;
    if training == Training::Advanced {
        record(tx, author, users, Training::NewUser, request, now)?;
    }
    record(tx, author, users, training, request, now)
}

/// Who of a request attended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attended {
    /// Everybody who is not recorded yet.
    Everybody,
    /// These of them.
    These(Vec<Uuid>),
}

/// Records who of a request attended its training; the others stay requested. Says for how many people it is
/// new; nothing where there is no such request or it was taken back.
///
/// # Errors
/// Whatever the database says.
pub fn record_attendance_of_request(
    tx: &mut db::Connection,
    author: &Author,
    request: Uuid,
    who: &Attended,
    now: OffsetDateTime,
) -> QueryResult<Option<usize>> {
    accounts::lock_for(tx, author)?;
    let Some(training) = kind_of(tx, author.account_id, request)? else {
        return Ok(None);
    };
    let mut open = training_request_people::table
        .filter(training_request_people::account_id.eq(author.account_id))
        .filter(training_request_people::training_request_id.eq(request))
        .filter(training_request_people::open)
        .order(training_request_people::user_id)
        .select(training_request_people::user_id)
        .into_boxed();
    if let Attended::These(these) = who {
        open = open.filter(training_request_people::user_id.eq_any(these));
    }
    let people: Vec<Uuid> = open.load(tx)?;
    record_attendance(tx, author, &people, training, Some(request), now).map(Some)
}

/// The training of a request that was not taken back.
pub(super) fn kind_of(
    tx: &mut db::Connection,
    account_id: Uuid,
    request: Uuid,
) -> QueryResult<Option<Training>> {
    let kind: Option<String> = training_requests::table
        .find((account_id, request))
        .filter(training_requests::undone_at.is_null())
        .select(training_requests::kind)
        .first(tx)
        .optional()?;
    Ok(kind.as_deref().and_then(Training::from_name))
}

#[derive(QueryableByName)]
struct Recorded {
    #[diesel(sql_type = sql_types::Uuid)]
    user_id: Uuid,
}

fn record(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    training: Training,
    request: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    let recorded: Vec<Recorded> = diesel::sql_query(
        "insert into training_attendances (account_id, user_id, kind, recorded_at, recorded_by, training_request_id)
         select $1, user_id, $3, $4, $5, $6 from unnest($2) as attended (user_id)
         on conflict do nothing returning user_id",
    )
    .bind::<sql_types::Uuid, _>(author.account_id)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(users)
    .bind::<sql_types::Text, _>(training.as_str())
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::Nullable<sql_types::Uuid>, _>(author.user_id())
    .bind::<sql_types::Nullable<sql_types::Uuid>, _>(request)
    .load(tx)?;
    let people: Vec<Uuid> = recorded.iter().map(|row| row.user_id).collect();
    let event = Event::TrainingAttended {
        training: training.as_str().to_string(),
        training_request: request,
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
    };
    match (people.as_slice(), request) {
        ([], _) => {}
        (people, Some(_)) => history::record_together(tx, author, people, &event, now)?,
        (people, None) => history::record_for_each(tx, author, people, &event, now)?,
    }
    diesel::update(
        training_request_people::table
            .filter(training_request_people::account_id.eq(author.account_id))
            .filter(training_request_people::user_id.eq_any(users))
            .filter(training_request_people::kind.eq(training.as_str()))
            .filter(training_request_people::open),
    )
    .set(training_request_people::open.eq(false))
    .execute(tx)?;
    Ok(people.len())
}
