//! Where a request stands, and where a person stands with training.

use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Training;
use crate::db;
use crate::mail::outbox::Kind;
use crate::schema::{
    mails, training_attendances, training_request_people, training_requests, users,
};

/// People on a page of a request.
pub const PEOPLE_PAGE: i64 = 100;
/// People read at a time for a file.
pub const PEOPLE_BATCH: usize = 2_000;

/// A request for training.
#[derive(Debug, Clone)]
pub struct Details {
    /// Its id.
    pub id: Uuid,
    /// Which training.
    pub training: Training,
    /// `selected`, `matching` or `all_active`.
    pub scope: String,
    /// What the trainer should know.
    pub note: String,
    /// First and last name of who asked.
    pub requested_by: String,
    /// Username of who asked.
    pub requested_by_username: String,
    /// When.
    pub requested_at: OffsetDateTime,
    /// When it was taken back.
    pub undone_at: Option<OffsetDateTime>,
    /// How many people.
    pub people: i64,
    /// How many of them did not attend yet.
    pub open: i64,
    /// The request that was made by the same click for others: those for whom the other training is
    /// right.
    pub together_with: Option<(Uuid, Training)>,
    /// The mail to the trainers: its state, when it came to that, the server's words.
    pub mail: Option<(String, Option<OffsetDateTime>, String)>,
}

impl Details {
    /// This request and the one that the same click made: who was left out, was left out of both.
    pub fn of_click(&self) -> Vec<Uuid> {
        let other = self.together_with.map(|(id, _)| id);
        std::iter::once(self.id).chain(other).collect()
    }
}

/// One person of a request.
#[derive(Debug, Clone, Queryable)]
pub struct Person {
    /// Their id.
    pub user_id: Uuid,
    /// Their username.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Title, or empty.
    pub title: String,
    /// Department, or empty.
    pub department: String,
    /// Phone, or empty.
    pub phone: String,
    /// When they attended, if they did.
    pub attended_at: Option<OffsetDateTime>,
    /// Whether it is still to be recorded for this request.
    pub open: bool,
    /// When it was recorded that they did not come, if so.
    pub missed_at: Option<OffsetDateTime>,
}

/// Where a person stands with the two trainings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Trainings attended, with when that was recorded.
    pub attended: Vec<(Training, OffsetDateTime)>,
    /// Trainings requested and not attended yet.
    pub requested: Vec<OpenRequest>,
}

/// A training that is requested for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRequest {
    /// Which.
    pub training: Training,
    /// When.
    pub at: OffsetDateTime,
    /// The request.
    pub request: Uuid,
    /// First and last name of who asked.
    pub by: String,
}

/// Whether there is such a request in the account.
///
/// # Errors
/// Whatever the database says.
pub fn exists(connection: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<bool> {
    let known = training_requests::table.find((account_id, id));
    diesel::select(diesel::dsl::exists(known)).get_result(connection)
}

/// The request of that id in the account.
///
/// # Errors
/// Whatever the database says.
pub fn details(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<Details>> {
    let Some(found) = find(connection, account_id, id)? else {
        return Ok(None);
    };
    let Some(training) = Training::from_name(&found.kind) else {
        return Ok(None);
    };
    let (people, open) = people_counts(connection, account_id, id)?;
    Ok(Some(Details {
        together_with: made_together_with(connection, account_id, &found)?,
        mail: newest_mail(connection, account_id, id)?,
        id,
        training,
        scope: found.scope,
        note: found.note,
        requested_by: format!("{} {}", found.first_name, found.last_name),
        requested_by_username: found.username,
        requested_at: found.requested_at,
        undone_at: found.undone_at,
        people,
        open,
    }))
}

/// A row of a request, with who asked.
#[derive(Queryable)]
struct Found {
    id: Uuid,
    kind: String,
    scope: String,
    note: String,
    requested_at: OffsetDateTime,
    undone_at: Option<OffsetDateTime>,
    requested_by: Uuid,
    first_name: String,
    last_name: String,
    username: String,
}

fn find(connection: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<Option<Found>> {
    training_requests::table
        .inner_join(
            users::table.on(users::account_id
                .eq(training_requests::account_id)
                .and(users::id.eq(training_requests::requested_by))),
        )
        .filter(training_requests::account_id.eq(account_id))
        .filter(training_requests::id.eq(id))
        .select((
            training_requests::id,
            training_requests::kind,
            training_requests::scope,
            training_requests::note,
            training_requests::requested_at,
            training_requests::undone_at,
            users::id,
            users::first_name,
            users::last_name,
            users::username,
        ))
        .first(connection)
        .optional()
}

/// How many people a request has, and for how many of them nothing is recorded yet.
fn people_counts(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<(i64, i64)> {
    training_request_people::table
        .filter(training_request_people::account_id.eq(account_id))
        .filter(training_request_people::training_request_id.eq(id))
        .select((
            count_star(),
            count(training_request_people::user_id).aggregate_filter(training_request_people::open),
        ))
        .first(connection)
}

/// The newest mail to the trainers: its state, when it came to that, the server's words.
fn newest_mail(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<(String, Option<OffsetDateTime>, String)>> {
    mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::training_request_id.eq(id))
        .filter(mails::kind.eq(Kind::TrainingRequest.as_str()))
        .order(mails::created_at.desc())
        .select((mails::state, mails::settled_at, mails::explanation))
        .first(connection)
        .optional()
}

/// The other request of the same click: the same person's of the same moment.
fn made_together_with(
    connection: &mut db::Connection,
    account_id: Uuid,
    request: &Found,
) -> QueryResult<Option<(Uuid, Training)>> {
    let other: Option<(Uuid, String)> = training_requests::table
        .filter(training_requests::account_id.eq(account_id))
        .filter(training_requests::requested_at.eq(request.requested_at))
        .filter(training_requests::requested_by.eq(request.requested_by))
        .filter(training_requests::id.ne(request.id))
        .select((training_requests::id, training_requests::kind))
        .first(connection)
        .optional()?;
    Ok(other.and_then(|(id, kind)| Some((id, Training::from_name(&kind)?))))
}

/// The people of a request by username: one page (from 0), or all of them for the roster.
///
/// # Errors
/// Whatever the database says.
pub fn people(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    page: Option<i64>,
) -> QueryResult<Vec<Person>> {
    let part = page.map(|page| {
        let offset = page.max(0).saturating_mul(PEOPLE_PAGE);
        (PEOPLE_PAGE, offset)
    });
    people_behind(connection, account_id, id, None, part)
}

/// The people of a request by username from behind `after` on, [`PEOPLE_BATCH`] of them: for a file.
///
/// # Errors
/// Whatever the database says.
pub fn people_after(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    after: Option<&str>,
) -> QueryResult<Vec<Person>> {
    let part = Some((PEOPLE_BATCH as i64, 0));
    people_behind(connection, account_id, id, after, part)
}

/// All of them, or so many behind so many others.
fn people_behind(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    after: Option<&str>,
    part: Option<(i64, i64)>,
) -> QueryResult<Vec<Person>> {
    let mut query = training_request_people::table
        .inner_join(
            users::table.on(users::account_id
                .eq(training_request_people::account_id)
                .and(users::id.eq(training_request_people::user_id))),
        )
        .left_join(
            training_attendances::table.on(training_attendances::account_id
                .eq(training_request_people::account_id)
                .and(training_attendances::user_id.eq(training_request_people::user_id))
                .and(training_attendances::kind.eq(training_request_people::kind))),
        )
        .filter(training_request_people::account_id.eq(account_id))
        .filter(training_request_people::training_request_id.eq(id))
        .order(users::username)
        .select((
            users::id,
            users::username,
            users::first_name,
            users::last_name,
            users::title,
            users::department,
            users::phone,
            training_attendances::recorded_at.nullable(),
            training_request_people::open,
            training_request_people::missed_at,
        ))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(users::username.gt(after));
    }
    if let Some((limit, offset)) = part {
        query = query.limit(limit).offset(offset);
    }
    query.load(connection)
}

/// Where one person stands.
///
/// # Errors
/// Whatever the database says.
pub fn standing(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<Standing> {
    let attended: Vec<(String, OffsetDateTime)> = training_attendances::table
        .filter(training_attendances::account_id.eq(account_id))
        .filter(training_attendances::user_id.eq(user_id))
        .order(training_attendances::recorded_at)
        .select((
            training_attendances::kind,
            training_attendances::recorded_at,
        ))
        .load(connection)?;
    let requested: Vec<(String, OffsetDateTime, Uuid, String, String)> =
        training_request_people::table
            .inner_join(
                training_requests::table.on(training_requests::account_id
                    .eq(training_request_people::account_id)
                    .and(training_requests::id.eq(training_request_people::training_request_id))),
            )
            .inner_join(
                users::table.on(users::account_id
                    .eq(training_requests::account_id)
                    .and(users::id.eq(training_requests::requested_by))),
            )
            .filter(training_request_people::account_id.eq(account_id))
            .filter(training_request_people::user_id.eq(user_id))
            .filter(training_request_people::open)
            .order(training_requests::requested_at)
            .select((
                training_requests::kind,
                training_requests::requested_at,
                training_requests::id,
                users::first_name,
                users::last_name,
            ))
            .load(connection)?;
    Ok(Standing {
        attended: attended
            .into_iter()
            .filter_map(|(kind, at)| Some((Training::from_name(&kind)?, at)))
            .collect(),
        requested: requested
            .into_iter()
            .filter_map(|(kind, at, request, first_name, last_name)| {
                Some(OpenRequest {
                    training: Training::from_name(&kind)?,
                    at,
                    request,
                    by: format!("{first_name} {last_name}"),
                })
            })
            .collect(),
    })
}
