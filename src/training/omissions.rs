//! Who was asked for and is no part of a request.

use diesel::prelude::*;
use uuid::Uuid;

use crate::db;
use crate::schema::{training_request_omissions, users};

/// Why somebody is not part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OmissionReason {
    /// They are inactive.
    Inactive,
    /// The same training is requested for them already.
    AlreadyRequested,
    /// They attended New User Training.
    AlreadyAttended,
    /// They never attended New User Training, and are left out of Advanced Training for that.
    NeverAttended,
}

impl OmissionReason {
    const NAMES: [(OmissionReason, &'static str); 4] = [
        (OmissionReason::Inactive, "inactive"),
        (OmissionReason::AlreadyRequested, "already_requested"),
        (OmissionReason::AlreadyAttended, "already_attended"),
        (OmissionReason::NeverAttended, "never_attended"),
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

/// Who is left out of a request: name, username and why, by username.
///
/// # Errors
/// Whatever the database says.
pub fn left_out(
    connection: &mut db::Connection,
    account_id: Uuid,
    request: Uuid,
) -> QueryResult<Vec<(String, String, OmissionReason)>> {
    let found: Vec<(String, String, String, String)> = training_request_omissions::table
        .inner_join(
            users::table.on(users::account_id
                .eq(training_request_omissions::account_id)
                .and(users::id.eq(training_request_omissions::user_id))),
        )
        .filter(training_request_omissions::account_id.eq(account_id))
        .filter(training_request_omissions::training_request_id.eq(request))
        .order(users::username)
        .select((
            users::first_name,
            users::last_name,
            users::username,
            training_request_omissions::reason,
        ))
        .load(connection)?;
    Ok(found
        .into_iter()
        .filter_map(|(first, last, username, reason)| {
            let reason = OmissionReason::from_name(&reason)?;
            Some((format!("{first} {last}"), username, reason))
        })
        .collect())
}
