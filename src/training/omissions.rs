//! Who was asked for and is no part of a request.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use uuid::Uuid;

use crate::db;
use crate::schema::{training_request_omissions, users};

/// Why somebody is not part of a request, in the order in which the reasons are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OmissionReason {
    /// They attended New User Training.
    AlreadyAttended,
    /// The same training is requested for them already.
    AlreadyRequested,
    /// They never attended New User Training, and are left out of Advanced Training for that.
    NeverAttended,
    /// They are inactive.
    Inactive,
}

impl OmissionReason {
    const NAMES: [(OmissionReason, &'static str); 4] = [
        (OmissionReason::AlreadyAttended, "already_attended"),
        (OmissionReason::AlreadyRequested, "already_requested"),
        (OmissionReason::NeverAttended, "never_attended"),
        (OmissionReason::Inactive, "inactive"),
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        OmissionReason::NAMES
            .iter()
            .find(|(reason, _)| *reason == self)
            .map_or("", |(_, name)| name)
    }

    /// The reason of a stored name.
    pub fn from_name(name: &str) -> Option<OmissionReason> {
        OmissionReason::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(reason, _)| *reason)
    }
}

/// Somebody who is not part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Their id.
    pub user_id: Uuid,
    /// First and last name.
    pub name: String,
    /// Why.
    pub reason: OmissionReason,
}

/// Somebody who was left out, as they are told of later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// Their id.
    pub user_id: Uuid,
    /// First and last name.
    pub name: String,
    /// Their username.
    pub username: String,
    /// Why.
    pub reason: OmissionReason,
}

/// Writes down who is left out of a request.
///
/// # Errors
/// Whatever the database says.
pub(super) fn insert(
    tx: &mut db::Connection,
    account_id: Uuid,
    request: Uuid,
    left_out: &[LeftOut],
) -> QueryResult<()> {
    for some in left_out.chunks(10_000) {
        let rows: Vec<_> = some
            .iter()
            .map(|person| {
                (
                    training_request_omissions::account_id.eq(account_id),
                    training_request_omissions::training_request_id.eq(request),
                    training_request_omissions::user_id.eq(person.user_id),
                    training_request_omissions::reason.eq(person.reason.as_str()),
                )
            })
            .collect();
        diesel::insert_into(training_request_omissions::table)
            .values(rows)
            .execute(tx)?;
    }
    Ok(())
}

/// How many are left out of these requests, by why.
///
/// # Errors
/// Whatever the database says.
pub fn left_out_counts(
    connection: &mut db::Connection,
    account_id: Uuid,
    requests: &[Uuid],
) -> QueryResult<BTreeMap<OmissionReason, u64>> {
    let counted: Vec<(String, i64)> = training_request_omissions::table
        .filter(training_request_omissions::account_id.eq(account_id))
        .filter(training_request_omissions::training_request_id.eq_any(requests))
        .group_by(training_request_omissions::reason)
        .select((training_request_omissions::reason, count_star()))
        .load(connection)?;
    Ok(counted
        .into_iter()
        .filter_map(|(reason, people)| {
            Some((OmissionReason::from_name(&reason)?, people.unsigned_abs()))
        })
        .collect())
}

/// Who is left out of these requests, by username: all of them, or with `part` so many behind so many others.
///
/// # Errors
/// Whatever the database says.
pub fn left_out(
    connection: &mut db::Connection,
    account_id: Uuid,
    requests: &[Uuid],
    part: Option<(i64, i64)>,
) -> QueryResult<Vec<Omission>> {
    let mut query = training_request_omissions::table
        .inner_join(
            users::table.on(users::account_id
                .eq(training_request_omissions::account_id)
                .and(users::id.eq(training_request_omissions::user_id))),
        )
        .filter(training_request_omissions::account_id.eq(account_id))
        .filter(training_request_omissions::training_request_id.eq_any(requests))
        .order(users::username)
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::username,
            training_request_omissions::reason,
        ))
        .into_boxed();
    if let Some((limit, offset)) = part {
        query = query.limit(limit).offset(offset);
    }
    let found: Vec<(Uuid, String, String, String, String)> = query.load(connection)?;
    Ok(found
        .into_iter()
        .filter_map(|(user_id, first, last, username, reason)| {
            Some(Omission {
                user_id,
                name: format!("{first} {last}"),
                username,
                reason: OmissionReason::from_name(&reason)?,
            })
        })
        .collect())
}
