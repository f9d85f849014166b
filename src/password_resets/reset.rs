//! Starting a reset: one short transaction, however many people; the worker does the slow part.

use diesel::prelude::*;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::{password_reset_omissions, password_resets, users};
use crate::sessions::Digest;
use crate::users::{Scope, ids_matching, mail_passwords};
use crate::{accounts, db, sessions};

/// A reset to be started.
#[derive(Debug, Clone)]
pub struct ResetPasswords {
    /// Its id, chosen before it begins: whoever cannot wait for its end finds its page.
    pub id: Uuid,
    /// Whose passwords.
    pub scope: Scope,
    /// When the dialog was opened: whoever was reset since then is left out, so that pressing twice,
    /// or in two windows, mails once.
    pub opened_at: OffsetDateTime,
}

/// Why somebody who was selected is not reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OmissionReason {
    /// They are inactive.
    Inactive,
    /// They were reset after the dialog was opened.
    AlreadyReset,
}

impl OmissionReason {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            OmissionReason::Inactive => "inactive",
            OmissionReason::AlreadyReset => "already_reset",
        }
    }
}

/// Somebody who was selected and not reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Their id.
    pub user_id: Uuid,
    /// First and last name.
    pub name: String,
    /// Why.
    pub reason: OmissionReason,
}

/// A reset that was started.
#[derive(Debug, Clone)]
pub struct Reset {
    /// Its id, for its page.
    pub id: Uuid,
    /// How many people get a mail.
    pub people: usize,
    /// Who was left out.
    pub left_out: Vec<LeftOut>,
}

/// Why no reset was started.
#[derive(Debug, Error)]
pub enum ResetError {
    /// Nothing was selected: never everyone.
    #[error("Select the users whose passwords you want to reset, or choose All Active Users.")]
    NobodySelected,
    /// One of the ids is no user of the account.
    #[error("There is no such user.")]
    NotFound,
    /// Everybody was left out.
    #[error("Nobody is left to reset.")]
    NobodyLeft(Vec<LeftOut>),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

#[derive(Queryable)]
struct Candidate {
    id: Uuid,
    first_name: String,
    last_name: String,
    active: bool,
    password_reset_at: Option<OffsetDateTime>,
}

/// Resets: old passwords, mailed passwords, links and sessions end now, a mail for each person is
/// written. The session in `own_session` stays: its administrator has just shown who they are.
///
/// # Errors
/// [`ResetError`].
pub fn reset(
    tx: &mut db::Connection,
    author: &Author,
    command: &ResetPasswords,
    own_session: &Digest,
    now: OffsetDateTime,
) -> Result<Reset, ResetError> {
    let account = accounts::lock_for(tx, author)?;
    // Before they are chosen: that locks each of them.
    db::take_time_for(tx, command.scope.at_most(account.active_users))?;
    let (people, left_out) = choose(tx, author.account_id, command, now)?;
    if people.is_empty() {
        return Err(ResetError::NobodyLeft(left_out));
    }
    write(tx, author, command, &people, &left_out, now)?;
    sessions::end_others(tx, author.account_id, &people, own_session)?;
    let (kind, id) = (Kind::PasswordReset, command.id);
    mail_passwords(tx, author.account_id, &people, kind, Some(id), now)?;
    let event = Event::PasswordReset {
        password_reset: id,
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
    };
    history::record_together(tx, author, &people, &event, now)?;
    Ok(Reset {
        id,
        people: people.len(),
        left_out,
    })
}

/// Writes the reset itself down, with who is left out.
fn write(
    tx: &mut db::Connection,
    author: &Author,
    command: &ResetPasswords,
    people: &[Uuid],
    left_out: &[LeftOut],
    now: OffsetDateTime,
) -> Result<(), ResetError> {
    let requested_by = author.user_id().ok_or(ResetError::NotFound)?;
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::account_id.eq(author.account_id),
            password_resets::id.eq(command.id),
            password_resets::requested_by.eq(requested_by),
            password_resets::scope.eq(command.scope.as_str()),
            password_resets::opened_at.eq(command.opened_at),
            password_resets::requested_at.eq(now),
            password_resets::people.eq(i32::try_from(people.len()).unwrap_or(i32::MAX)),
        ))
        .execute(tx)?;
    for some in left_out.chunks(5_000) {
        let rows: Vec<_> = some
            .iter()
            .map(|person| {
                (
                    password_reset_omissions::account_id.eq(author.account_id),
                    password_reset_omissions::password_reset_id.eq(command.id),
                    password_reset_omissions::user_id.eq(person.user_id),
                    password_reset_omissions::reason.eq(person.reason.as_str()),
                )
            })
            .collect();
        diesel::insert_into(password_reset_omissions::table)
            .values(rows)
            .execute(tx)?;
    }
    Ok(())
}

/// Whether somebody was reset while a dialog was open. A moment far ahead was noted by a clock that has
/// been set back since, and says nothing: nobody is kept from a reset by it. Several machines' clocks differ
/// by less than that.
pub fn was_reset_since(
    reset_at: Option<OffsetDateTime>,
    opened_at: OffsetDateTime,
    now: OffsetDateTime,
) -> bool {
    reset_at.is_some_and(|at| at > opened_at && at < now + Duration::hours(1))
}

/// Who is reset and who is left out.
fn choose(
    tx: &mut db::Connection,
    account_id: Uuid,
    command: &ResetPasswords,
    now: OffsetDateTime,
) -> Result<(Vec<Uuid>, Vec<LeftOut>), ResetError> {
    let mut people = Vec::new();
    let mut left_out = Vec::new();
    for candidate in candidates(tx, account_id, &command.scope)? {
        let reason = if !candidate.active {
            OmissionReason::Inactive
        } else if was_reset_since(candidate.password_reset_at, command.opened_at, now) {
            OmissionReason::AlreadyReset
        } else {
            people.push(candidate.id);
            continue;
        };
        let name = format!("{} {}", candidate.first_name, candidate.last_name);
        left_out.push(LeftOut {
            user_id: candidate.id,
            name,
            reason,
        });
    }
    Ok((people, left_out))
}

/// Everybody in the scope; their rows are locked in the order of their ids.
fn candidates(
    tx: &mut db::Connection,
    account_id: Uuid,
    scope: &Scope,
) -> Result<Vec<Candidate>, ResetError> {
    let of_account = users::table
        .filter(users::account_id.eq(account_id))
        .order(users::id)
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::active,
            users::password_reset_at,
        ))
        .for_no_key_update();
    match scope {
        Scope::AllActive => Ok(of_account.filter(users::active).load(tx)?),
        Scope::Matching(narrowing) => {
            let ids = ids_matching(tx, account_id, narrowing)?;
            let found = of_account
                .filter(users::id.eq_any(ids))
                .filter(users::active);
            Ok(found.load(tx)?)
        }
        Scope::Selected(ids) => {
            let mut distinct = ids.clone();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.is_empty() {
                return Err(ResetError::NobodySelected);
            }
            let found: Vec<Candidate> = of_account.filter(users::id.eq_any(&distinct)).load(tx)?;
            if found.len() != distinct.len() {
                return Err(ResetError::NotFound);
            }
            Ok(found)
        }
    }
}
