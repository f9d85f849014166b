//! The requests of an account, newest first.

use std::collections::HashMap;

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::db;
use crate::mail::outbox::Kind;
use crate::schema::{mails, training_request_people, training_requests, users};

/// Requests on a page. Few, because the people of each are counted.
pub const REQUESTS_PAGE: usize = 20;

/// A request as a list tells it.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Its id.
    pub id: Uuid,
    /// Which training.
    pub training: Training,
    /// First and last name of who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: OffsetDateTime,
    /// When it was taken back.
    pub undone_at: Option<OffsetDateTime>,
    /// How many people.
    pub people: i64,
    /// For how many of them nothing is recorded yet.
    pub open: i64,
    /// How many of them are recorded as not attended.
    pub missed: i64,
    /// The mail to the trainers: its state, and when it came to that.
    pub mail: Option<(String, Option<OffsetDateTime>)>,
}

/// At most `limit` requests of the account, those older than the request `older_than` where one is named.
///
/// # Errors
/// Whatever the database says.
pub fn requests(
    connection: &mut db::Connection,
    account_id: Uuid,
    older_than: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<Summary>> {
    let found = page(connection, account_id, older_than, limit)?;
    let ids: Vec<Uuid> = found.iter().map(|request| request.id).collect();
    let counts = counts(connection, account_id, &ids)?;
    let mut mails = newest_mails(connection, account_id, &ids)?;
    Ok(found
        .into_iter()
        .filter_map(|request| {
            let (people, open, missed) = counts.get(&request.id).copied().unwrap_or_default();
            Some(Summary {
                id: request.id,
                training: Training::from_name(&request.kind)?,
                requested_by: format!("{} {}", request.first_name, request.last_name),
                requested_at: request.requested_at,
                undone_at: request.undone_at,
                people,
                open,
                missed,
                mail: mails.remove(&request.id),
            })
        })
        .collect())
}

/// A row of a request, with who asked.
#[derive(Queryable)]
struct Found {
    id: Uuid,
    kind: String,
    requested_at: OffsetDateTime,
    undone_at: Option<OffsetDateTime>,
    first_name: String,
    last_name: String,
}

/// The rows of a page: the newest, or the next after `older_than`.
fn page(
    connection: &mut db::Connection,
    account_id: Uuid,
    older_than: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<Found>> {
    let mut query = training_requests::table
        .inner_join(
            users::table.on(users::account_id
                .eq(training_requests::account_id)
                .and(users::id.eq(training_requests::requested_by))),
        )
        .filter(training_requests::account_id.eq(account_id))
        .order((
            training_requests::requested_at.desc(),
            training_requests::id.desc(),
        ))
        .limit(limit)
        .select((
            training_requests::id,
            training_requests::kind,
            training_requests::requested_at,
            training_requests::undone_at,
            users::first_name,
            users::last_name,
        ))
        .into_boxed();
    if let Some(id) = older_than {
        let at: Option<OffsetDateTime> = training_requests::table
            .find((account_id, id))
            .select(training_requests::requested_at)
            .first(connection)
            .optional()?;
        // Of a request that is not the account's, the first page.
        if let Some(at) = at {
            query = query.filter(
                training_requests::requested_at
                    .lt(at)
                    .or(training_requests::requested_at
                        .eq(at)
                        .and(training_requests::id.lt(id))),
            );
        }
    }
    query.load(connection)
}

/// How many people each of these requests has, for how many of them nothing is recorded yet, and how many did not
/// attend.
fn counts(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<HashMap<Uuid, (i64, i64, i64)>> {
    let counted: Vec<(Uuid, i64, i64, i64)> = training_request_people::table
        .filter(training_request_people::account_id.eq(account_id))
        .filter(training_request_people::training_request_id.eq_any(ids))
        .group_by(training_request_people::training_request_id)
        .select((
            training_request_people::training_request_id,
            count_star(),
            count(training_request_people::user_id).aggregate_filter(training_request_people::open),
            count(training_request_people::missed_at),
        ))
        .load(connection)?;
    Ok(counted
        .into_iter()
        .map(|(id, people, open, missed)| (id, (people, open, missed)))
        .collect())
}

/// The newest mail to the trainers for each of these requests.
fn newest_mails(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<HashMap<Uuid, (String, Option<OffsetDateTime>)>> {
    let sent: Vec<(Option<Uuid>, String, Option<OffsetDateTime>)> = mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::training_request_id.eq_any(ids))
        .filter(mails::kind.eq(Kind::TrainingRequest.as_str()))
        .order(mails::created_at)
        .select((mails::training_request_id, mails::state, mails::settled_at))
        .load(connection)?;
    // Of several the newest stays.
    Ok(sent
        .into_iter()
        .filter_map(|(request, state, at)| Some((request?, (state, at))))
        .collect())
}
