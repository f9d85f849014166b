//! Taking people out and back in.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Profile, User, end_mailed_secrets, mail_passwords};
use crate::history::{self, Author, Event};
use crate::mail::outbox::{self, Kind};
use crate::schema::{passwords, users};
use crate::{db, sessions};

/// What deactivating somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deactivated {
    /// Sessions that ended.
    pub sessions_ended: usize,
    /// Mails that will not be sent.
    pub mails_cancelled: usize,
    /// Whether an administrator was among them, which ended with it.
    pub was_administrator: bool,
}

/// Why somebody cannot be taken out or in.
#[derive(Debug, Error)]
pub enum ActivationError {
    /// Nobody deactivates themself.
    #[error("You cannot deactivate yourself. Ask another administrator to do it.")]
    Yourself,
    /// The last administrator.
    #[error(
        "This is the last administrator of the account. Make somebody else an administrator first."
    )]
    LastAdministrator,
    /// All seats are in use.
    #[error("No seat is free. Deactivate a user first.")]
    NoSeat,
    /// A reactivation cannot be taken back any more.
    #[error(
        "Something else happened to this user since they were reactivated, so Undo changed nothing. Their history tells what. To deactivate them all the same, take this tick away and save."
    )]
    HappenedSince,
    /// The database.
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for ActivationError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("accounts_last_administrator") => ActivationError::LastAdministrator,
            Some("accounts_seats") => ActivationError::NoSeat,
            _ => ActivationError::Database(error),
        }
    }
}

/// Takes an active user out: sessions, mailed passwords and recovery links end and waiting mail is
/// cancelled in this transaction. The caller holds the locks of account and user.
///
/// # Errors
/// [`ActivationError::Yourself`], [`ActivationError::LastAdministrator`].
pub fn deactivate(
    tx: &mut db::Connection,
    author: &Author,
    user: &User,
    reason: &str,
    now: OffsetDateTime,
) -> Result<Deactivated, ActivationError> {
    let leaving = Leaving {
        id: user.id,
        administrator: user.administrator,
        reason: reason.to_string(),
        again_since: None,
    };
    deactivate_all(tx, author, &[leaving], now)
}

/// The reason that is kept of whoever was taken out to make room for somebody.
pub(super) fn made_room_for(profile: &Profile) -> String {
    format!("Made room for {}", profile.full_name())
}

/// Somebody active who is taken out.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// Who.
    pub id: Uuid,
    /// Whether they administer the account, which ends with it.
    pub administrator: bool,
    /// Why, for the history; may be empty.
    pub reason: String,
    /// Where a reactivation is taken back: since when they are out.
    pub again_since: Option<OffsetDateTime>,
}

/// Takes active users out, all or none, in a constant number of statements; says what ended with it
/// in sum. The caller holds the locks of account and users.
///
/// # Errors
/// As [`deactivate`].
pub fn deactivate_all(
    tx: &mut db::Connection,
    author: &Author,
    leaving: &[Leaving],
    now: OffsetDateTime,
) -> Result<Deactivated, ActivationError> {
    if leaving.iter().any(|user| author.user_id() == Some(user.id)) {
        return Err(ActivationError::Yourself);
    }
    let account_id = author.account_id;
    let ids: Vec<Uuid> = leaving.iter().map(|user| user.id).collect();
    let reasons: Vec<&str> = leaving.iter().map(|user| user.reason.as_str()).collect();
    diesel::sql_query(
        "update users set active = false, administrator = false, deactivated_at = $2,
                deactivation_reason = leaving.reason, password_mail_id = null
         from unnest($3, $4) as leaving (id, reason)
         where users.account_id = $1 and users.id = leaving.id",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(reasons)
    .execute(tx)?;
    let sessions = sessions::end_all(tx, account_id, &ids)?;
    end_mailed_secrets(tx, account_id, &ids)?;
    let mails = outbox::cancel_waiting(
        tx,
        account_id,
        &ids,
        &Kind::to_a_user(),
        "the user was deactivated",
        now,
    )?;
    let (of_sessions, of_mails) = (per_user(&sessions), per_user(&mails));
    let mut events = Vec::with_capacity(leaving.len());
    for user in leaving {
        if user.administrator {
            events.push((Some(user.id), Event::AdministratorUnmade {}));
        }
        let event = Event::UserDeactivated {
            reason: user.reason.clone(),
            sessions_ended: of_sessions.get(&user.id).copied().unwrap_or_default(),
            mails_cancelled: of_mails.get(&user.id).copied().unwrap_or_default(),
            again_since: user.again_since,
        };
        events.push((Some(user.id), event));
    }
    history::record_each(tx, author, &events, now)?;
    Ok(Deactivated {
        sessions_ended: sessions.len(),
        mails_cancelled: mails.len(),
        was_administrator: leaving.iter().any(|user| user.administrator),
    })
}

/// How often each user is named.
fn per_user(named: &[Uuid]) -> HashMap<Uuid, usize> {
    let mut counts = HashMap::new();
    for user in named {
        *counts.entry(*user).or_default() += 1;
    }
    counts
}

/// Takes an inactive user back in; with `send_password` their own password ends and a new one is
/// mailed. The caller holds the locks of account and user.
///
/// # Errors
/// [`ActivationError::NoSeat`].
pub fn reactivate(
    tx: &mut db::Connection,
    author: &Author,
    user: &User,
    send_password: bool,
    now: OffsetDateTime,
) -> Result<(), ActivationError> {
    reactivate_all(tx, author, &[user.id], send_password, now)
}

/// Takes inactive users back in, all or none, in a constant number of statements. The caller holds
/// the locks of account and users.
///
/// # Errors
/// [`ActivationError::NoSeat`].
pub fn reactivate_all(
    tx: &mut db::Connection,
    author: &Author,
    ids: &[Uuid],
    send_password: bool,
    now: OffsetDateTime,
) -> Result<(), ActivationError> {
    if ids.is_empty() {
        return Ok(());
    }
    let account_id = author.account_id;
    let inactive = users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::id.eq_any(ids));
    diesel::update(inactive)
        .set((
            users::active.eq(true),
            users::deactivated_at.eq(None::<OffsetDateTime>),
            users::deactivation_reason.eq(""),
        ))
        .execute(tx)?;
    if send_password {
        mail_passwords(tx, account_id, ids, Kind::NewPassword, None, now)?;
    }
    let event = Event::UserReactivated {
        new_password: send_password,
    };
    history::record_for_each(tx, author, ids, &event, now)?;
    Ok(())
}

/// Whether the user has a password of their own, so that they can come back without a new one.
///
/// # Errors
/// Whatever the database says.
pub fn has_own_password(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        passwords::table.find((account_id, user_id)),
    ))
    .get_result(connection)
}
