//! Who attended which training.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::history::{self, Author, Event};
use crate::schema::{training_attendances, training_request_people};
use crate::{accounts, db};

/// Records that `users` attended `training`; their open requests for it are closed by it. Recording
/// it again changes nothing.
///
/// # Errors
/// Whatever the database says.
pub fn record_attendance(
    tx: &mut db::Connection,
    author: &Author,
    users: &[Uuid],
    training: Training,
    now: OffsetDateTime,
) -> QueryResult<()> {
    // How a person stands is told on their row too: two who record the same people take turns.
    accounts::lock(tx, author.account_id)?;
    for user_id in users {
        let inserted = diesel::insert_into(training_attendances::table)
            .values((
                training_attendances::account_id.eq(author.account_id),
                training_attendances::user_id.eq(user_id),
                training_attendances::kind.eq(training.as_str()),
                training_attendances::recorded_at.eq(now),
                training_attendances::recorded_by.eq(author.user_id()),
            ))
            .on_conflict_do_nothing()
            .execute(tx)?;
        if inserted == 1 {
            let event = Event::TrainingAttended {
                training: training.as_str().to_string(),
            };
            history::record(tx, author, Some(*user_id), &event, now)?;
        }
    }
    diesel::update(
        training_request_people::table
            .filter(training_request_people::account_id.eq(author.account_id))
            .filter(training_request_people::user_id.eq_any(users))
            .filter(training_request_people::kind.eq(training.as_str()))
            .filter(training_request_people::open),
    )
    .set(training_request_people::open.eq(false))
    .execute(tx)
    .map(|_| ())
}
