//! Who may be given an address: the checks that come before a user is added, for one as for ten
//! thousand. `Add a User` and an import ask here alike.

use std::collections::HashMap;

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Profile, ProfileField, Username};
use crate::db;
use crate::schema::{reserved_usernames, users};

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
    Reserved,
}

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
    let reserved: Vec<String> = reserved_usernames::table
        .filter(reserved_usernames::username.eq_any(usernames))
        .filter(reserved_usernames::reserved_until.gt(now))
        .select(reserved_usernames::username)
        .load(connection)?;
    let mut held: HashMap<String, Held> = reserved
        .into_iter()
        .map(|username| (username, Held::Reserved))
        .collect();
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
