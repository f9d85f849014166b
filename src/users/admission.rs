//! Who may be given an address: the checks that come before a user is added, for one as for ten
//! thousand. `Add a User` and an import ask here alike.

use std::collections::HashMap;

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Profile, ProfileField, Username};
use crate::db;
use crate::schema::{reserved_usernames, users};

/// For how long a former username is kept from everybody else: mail to it still arrives at the same person.
pub const RESERVATION: Duration = Duration::days(30);

/// What is wrong with one of the six fields, as a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field; nothing stands for the username.
    pub field: Option<ProfileField>,
    /// The sentence.
    pub message: String,
}

/// Checks all six fields at once. An address that `kept` names (the stored one) needs no company
/// domain: it is not being given.
///
/// # Errors
/// Every field that cannot stay as it is, in the order of the form.
pub fn check_fields(
    username: &str,
    profile: &Profile,
    domains: &[String],
    kept: Option<&str>,
) -> Result<(Username, Profile), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let username = match Username::parse(username) {
        Ok(username)
            if kept == Some(username.as_str())
                || domains.iter().any(|domain| domain == username.domain()) =>
        {
            Some(username)
        }
        Ok(_) => {
            problems.push(FieldProblem {
                field: None,
                message: foreign_domain(domains),
            });
            None
        }
        Err(problem) => {
            problems.push(FieldProblem {
                field: None,
                message: problem.to_string(),
            });
            None
        }
    };
    let profile = match Profile::parse(profile) {
        Ok(profile) => Some(profile),
        Err(wrong) => {
            problems.extend(wrong.into_iter().map(|(field, problem)| FieldProblem {
                field: Some(field),
                message: problem.to_string(),
            }));
            None
        }
    };
    match (username, profile) {
        (Some(username), Some(profile)) => Ok((username, profile)),
        _ => Err(problems),
    }
}

/// What to do about an address at another company.
pub fn foreign_domain(domains: &[String]) -> String {
    format!(
        "Use an email address of your company: it ends in {}.",
        any_of(domains)
    )
}

/// The domains as the end of a sentence: `@acme.example or @acme-labs.example`.
pub fn any_of(domains: &[String]) -> String {
    let with_at: Vec<String> = domains.iter().map(|domain| format!("@{domain}")).collect();
    match with_at.as_slice() {
        [] => "a domain that Customer Success sets up for you".to_string(),
        [only] => only.clone(),
        [most @ .., last] if most.len() <= 4 => format!("{} or {last}", most.join(", ")),
        [first, second, ..] => format!("{first}, {second} or another domain of your account"),
    }
}

/// Who holds an address, as far as the asking account goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// Somebody of the asking account.
    Here {
        /// Their id.
        id: Uuid,
        /// Names, title, department, phone.
        profile: Box<Profile>,
        /// Whether they are in.
        active: bool,
        /// Whether they administer the account.
        administrator: bool,
    },
    /// Somebody of another account.
    Elsewhere,
    /// It is kept for somebody who had it until recently.
    Reserved {
        /// For whom, where they are of the asking account; of another one nothing is told.
        ours: Option<FormerUsername>,
    },
}

/// A former username, and whose it was: for their own account alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerUsername {
    /// Their id.
    pub user_id: Uuid,
    /// First and last name.
    pub name: String,
    /// What their username is today.
    pub username: String,
    /// Whether they are in.
    pub active: bool,
    /// Until when it is kept for them (UTC).
    pub reserved_until: OffsetDateTime,
}

impl FormerUsername {
    /// When their username was changed (UTC).
    pub fn changed_at(&self) -> OffsetDateTime {
        self.reserved_until - RESERVATION
    }
}

type ReservedRow = (
    String,
    OffsetDateTime,
    Option<(Uuid, String, String, String, bool)>,
);

type HolderRow = (
    String,
    Uuid,
    Uuid,
    (String, String, String, String, String),
    bool,
    bool,
);

/// Those of `usernames` that somebody holds, with who, asked for `account_id`. Two statements,
/// however many.
///
/// # Errors
/// Whatever the database says.
pub fn holders(
    connection: &mut db::Connection,
    account_id: Uuid,
    usernames: &[&str],
    now: OffsetDateTime,
) -> QueryResult<HashMap<String, Held>> {
    let mut held: HashMap<String, Held> = reserved(connection, account_id, usernames, now)?;
    let found: Vec<HolderRow> = users::table
        .filter(users::username.eq_any(usernames))
        .select((
            users::username,
            users::account_id,
            users::id,
            (
                users::first_name,
                users::last_name,
                users::title,
                users::department,
                users::phone,
            ),
            users::active,
            users::administrator,
        ))
        .load(connection)?;
    for (username, account, id, details, active, administrator) in found {
        let (first_name, last_name, title, department, phone) = details;
        let holder = if account == account_id {
            Held::Here {
                id,
                profile: Box::new(Profile {
                    first_name,
                    last_name,
                    title,
                    department,
                    phone,
                }),
                active,
                administrator,
            }
        } else {
            Held::Elsewhere
        };
        held.insert(username, holder);
    }
    Ok(held)
}

/// Those of `usernames` that are kept for somebody; for whom, where they are of `account_id`.
fn reserved(
    connection: &mut db::Connection,
    account_id: Uuid,
    usernames: &[&str],
    now: OffsetDateTime,
) -> QueryResult<HashMap<String, Held>> {
    let of_this_account = users::account_id
        .eq(reserved_usernames::account_id)
        .and(users::id.eq(reserved_usernames::user_id))
        .and(users::account_id.eq(account_id));
    let found: Vec<ReservedRow> = reserved_usernames::table
        .left_join(users::table.on(of_this_account))
        .filter(reserved_usernames::username.eq_any(usernames))
        .filter(reserved_usernames::reserved_until.gt(now))
        .select((
            reserved_usernames::username,
            reserved_usernames::reserved_until,
            (
                users::id,
                users::first_name,
                users::last_name,
                users::username,
                users::active,
            )
                .nullable(),
        ))
        .load(connection)?;
    let held = found.into_iter().map(|(former, reserved_until, person)| {
        let ours =
            person.map(
                |(user_id, first_name, last_name, username, active)| FormerUsername {
                    user_id,
                    name: format!("{first_name} {last_name}"),
                    username,
                    active,
                    reserved_until,
                },
            );
        (former, Held::Reserved { ours })
    });
    Ok(held.collect())
}
