//! What became of a reset, told by its mails: the newest one of each person counts.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int2, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::history::{self, Author, Event};
use crate::mail::outbox::Kind;
use crate::schema::{password_reset_omissions, password_resets, users};
use crate::users::mail_passwords;
use crate::{accounts, db};

/// People on a page of outcomes.
pub const OUTCOMES_PAGE: i64 = 100;
/// People read at a time for a file: each time all mails of the reset are gone through, 50,000 in a tenth of a second.
pub const OUTCOMES_BATCH: usize = 2_000;

/// The newest mail of each person of the reset `$2` in the account `$1`.
const NEWEST_MAILS: &str = "newest as (
    select distinct on (user_id) id, user_id, state, settled_at, attempts, explanation
    from mails where account_id = $1 and password_reset_id = $2
    order by user_id, created_at desc, id desc
)";

/// What became of one person's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for the worker or for the mail server.
    Waiting,
    /// The mail server took it.
    Sent,
    /// The mail server refused it.
    Failed,
    /// It was not sent, for a reason.
    Cancelled,
}

impl Outcome {
    /// The name in the database and in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Waiting => "waiting",
            Outcome::Sent => "sent",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
        }
    }

    /// The outcome of that name.
    pub fn from_name(name: &str) -> Option<Outcome> {
        [
            Outcome::Waiting,
            Outcome::Sent,
            Outcome::Failed,
            Outcome::Cancelled,
        ]
        .into_iter()
        .find(|outcome| outcome.as_str() == name)
    }
}

/// How many people came to which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Not sent yet.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Taken by the mail server.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// Refused by the mail server.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// Not to be sent any more.
    #[diesel(sql_type = BigInt)]
    pub cancelled: i64,
}

/// A reset and what became of it.
#[derive(Debug, Clone)]
pub struct Details {
    /// Its id.
    pub id: Uuid,
    /// `selected`, `matching` or `all_active`.
    pub scope: String,
    /// First and last name of who started it.
    pub requested_by: String,
    /// When.
    pub requested_at: OffsetDateTime,
    /// How many people.
    pub people: i32,
    /// What became of them.
    pub counts: Counts,
    /// Name, username and reason (`inactive`, `already_reset`) of who was left out.
    pub left_out: Vec<(String, String, String)>,
}

/// One person of a reset.
#[derive(Debug, Clone, QueryableByName)]
pub struct PersonOutcome {
    /// Their id.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// Their username.
    #[diesel(sql_type = Text)]
    pub username: String,
    /// First and last name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// `waiting`, `sent`, `failed` or `cancelled`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it came to that.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub settled_at: Option<OffsetDateTime>,
    /// How often delivery was tried.
    #[diesel(sql_type = Int2)]
    pub attempts: i16,
    /// The mail server's words, or why it was cancelled.
    #[diesel(sql_type = Text)]
    pub explanation: String,
    /// Whether they have chosen a password of their own since.
    #[diesel(sql_type = Bool)]
    pub has_chosen: bool,
}

/// The reset of that id in the account.
///
/// # Errors
/// Whatever the database says.
pub fn details(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<Details>> {
    let found: Option<(String, OffsetDateTime, i32, String, String)> = password_resets::table
        .inner_join(
            users::table.on(users::account_id
                .eq(password_resets::account_id)
                .and(users::id.eq(password_resets::requested_by))),
        )
        .filter(password_resets::account_id.eq(account_id))
        .filter(password_resets::id.eq(id))
        .select((
            password_resets::scope,
            password_resets::requested_at,
            password_resets::people,
            users::first_name,
            users::last_name,
        ))
        .first(connection)
        .optional()?;
    let Some((scope, requested_at, people, first_name, last_name)) = found else {
        return Ok(None);
    };
    let counts: Counts = diesel::sql_query(format!(
        "with {NEWEST_MAILS}
         select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'sent') as sent,
                count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'cancelled') as cancelled
         from newest"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(id)
    .get_result(connection)?;
    let left_out: Vec<(String, String, String, String)> = password_reset_omissions::table
        .inner_join(
            users::table.on(users::account_id
                .eq(password_reset_omissions::account_id)
                .and(users::id.eq(password_reset_omissions::user_id))),
        )
        .filter(password_reset_omissions::account_id.eq(account_id))
        .filter(password_reset_omissions::password_reset_id.eq(id))
        .order(users::username)
        .select((
            users::first_name,
            users::last_name,
            users::username,
            password_reset_omissions::reason,
        ))
        .load(connection)?;
    Ok(Some(Details {
        id,
        scope,
        requested_by: format!("{first_name} {last_name}"),
        requested_at,
        people,
        counts,
        left_out: left_out
            .into_iter()
            .map(|(first, last, username, reason)| (format!("{first} {last}"), username, reason))
            .collect(),
    }))
}

/// A page of the people of a reset by username, from 0.
///
/// # Errors
/// Whatever the database says.
pub fn people(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    page: i64,
) -> QueryResult<Vec<PersonOutcome>> {
    let offset = page.max(0).saturating_mul(OUTCOMES_PAGE);
    outcomes(connection, account_id, id, None, OUTCOMES_PAGE, offset)
}

/// The people of a reset by username from behind `after` on, [`OUTCOMES_BATCH`] of them: for a file.
///
/// # Errors
/// Whatever the database says.
pub fn people_after(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    after: Option<&str>,
) -> QueryResult<Vec<PersonOutcome>> {
    outcomes(connection, account_id, id, after, OUTCOMES_BATCH as i64, 0)
}

fn outcomes(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    after: Option<&str>,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<PersonOutcome>> {
    diesel::sql_query(format!(
        "with {NEWEST_MAILS}
         select newest.user_id, username, first_name || ' ' || last_name as name, state, settled_at, attempts, explanation,
                users.password_mail_id is null and exists (
                    select from passwords
                    where (passwords.account_id, passwords.user_id) = (users.account_id, users.id)
                      and passwords.chosen_at > newest.settled_at
                ) as has_chosen
         from newest join users on users.account_id = $1 and users.id = newest.user_id
         where $3::text is null or username > $3
         order by username limit $4 offset $5"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit)
    .bind::<BigInt, _>(offset)
    .load(connection)
}

#[derive(QueryableByName)]
struct Failed {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
}

/// Writes a new mail for everybody whose newest mail of this reset failed, is still the one that
/// counts for them, and who is active. Says how many; pressing twice mails once.
///
/// # Errors
/// Whatever the database says.
pub fn retry_failed(
    tx: &mut db::Connection,
    author: &Author,
    id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    accounts::lock_for(tx, author)?;
    // Who chooses a password at this moment holds their own row alone: they are waited for, and looked
    // at again.
    let failed: Vec<Failed> = diesel::sql_query(format!(
        "with {NEWEST_MAILS}
         select newest.user_id from newest
         join users on users.account_id = $1 and users.id = newest.user_id
         where state = 'failed' and users.active and users.password_mail_id = newest.id
         order by newest.user_id
         for no key update of users"
    ))
    .bind::<SqlUuid, _>(author.account_id)
    .bind::<SqlUuid, _>(id)
    .load(tx)?;
    let people: Vec<Uuid> = failed.iter().map(|failed| failed.user_id).collect();
    if people.is_empty() {
        return Ok(0);
    }
    db::take_time_for(tx, people.len())?;
    mail_passwords(
        tx,
        author.account_id,
        &people,
        Kind::PasswordReset,
        Some(id),
        now,
    )?;
    let event = Event::PasswordMailedAgain {
        password_reset: Some(id),
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
    };
    history::record_together(tx, author, &people, &event, now)?;
    Ok(people.len())
}
