//! The demo account: a company as real as a made-up one can be, with every state that the list shows
//! and an address for each case of "already in use". No mail leaves: what was mailed lies in the past.

use diesel::prelude::*;
use secrecy::SecretString;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::cast::{self, Person, Story};
use super::past::{mailed, reserve, told, training};
use crate::accounts::{self, AccountError, Domain};
use crate::db::{self, Db};
use crate::ids;
use crate::passwords::{Busy, Hasher, generate};
use crate::schema::{account_domains, passwords, users};

/// Case (a): an active user of Acme Instruments has it.
pub const ACTIVE_HERE: &str = "marcus.reed@acme.example";
/// Case (b): an inactive user of Acme Instruments has it.
pub const INACTIVE_HERE: &str = "hans.gruber@acme.example";
/// Case (c): a user of Globex has it; the two companies share the domain.
pub const ELSEWHERE: &str = "grace.kim@acme-labs.example";
/// Case (d): until recently the username of somebody whose name changed.
pub const RESERVED: &str = "emma.brown@acme.example";

const SEATS: i32 = 124;

/// How to sign in to the demo account.
pub struct DemoSignIn {
    /// The first administrator's username.
    pub username: String,
    /// Their password, to be shown once.
    pub password: SecretString,
}

/// Why there is no demo account.
#[derive(Debug, Error)]
pub enum DemoError {
    /// It is there already, or its names are taken.
    #[error(
        "The demo account exists already: there is an account named Acme Instruments or Globex."
    )]
    Exists,
    /// An account was refused.
    #[error(transparent)]
    Account(AccountError),
    /// The password could not be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database.
    #[error("The database refused: {0}.")]
    Database(#[from] db::Error),
}

impl From<AccountError> for DemoError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NameTaken => DemoError::Exists,
            AccountError::Database(error) => DemoError::Database(error),
            other => DemoError::Account(other),
        }
    }
}

/// Makes Acme Instruments and Globex in one transaction.
///
/// # Errors
/// [`DemoError`].
pub fn create_demo_account(
    db: &Db,
    hasher: &Hasher,
    now: OffsetDateTime,
) -> Result<DemoSignIn, DemoError> {
    let password = generate(&mut rand::rng());
    let hash = hasher.hash(&password)?;
    let people = cast::acme();
    db.write(|tx| {
        let acme = company(
            tx,
            "Acme Instruments",
            &["acme.example", "acme-labs.example"],
            SEATS,
            now,
        )?;
        write(tx, acme, &people, &hash, now)?;
        training(tx, acme, &people, now)?;
        reserve(tx, acme, &people, now)?;
        let globex = company(
            tx,
            "Globex",
            &["globex.example", "acme-labs.example"],
            12,
            now,
        )?;
        write(tx, globex, &cast::globex(), &hash_nobody_knows(), now)?;
        Ok::<_, DemoError>(())
    })?;
    let username = people
        .first()
        .map(|person| person.username.clone())
        .unwrap_or_default();
    Ok(DemoSignIn { username, password })
}

/// Well-formed, and of no password.
fn hash_nobody_knows() -> String {
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIGl0$bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGlz".to_string()
}

fn company(
    tx: &mut db::Connection,
    name: &str,
    domains: &[&str],
    seats: i32,
    now: OffsetDateTime,
) -> Result<Uuid, DemoError> {
    let founded = now - Duration::days(400);
    let id = accounts::insert(tx, name, &[] as &[Domain], seats, "Europe/Zurich", founded)?;
    let rows: Vec<_> = domains
        .iter()
        .map(|domain| {
            (
                account_domains::account_id.eq(id),
                account_domains::domain.eq(*domain),
                account_domains::added_at.eq(founded),
            )
        })
        .collect();
    diesel::insert_into(account_domains::table)
        .values(rows)
        .execute(tx)?;
    Ok(id)
}

fn write(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    hash: &str,
    now: OffsetDateTime,
) -> Result<(), DemoError> {
    let joined = now - Duration::days(380);
    let mail_of = |person: &Person| {
        matches!(person.story, Story::Mailed(_) | Story::MailFailed)
            .then(|| (person.id, ids::new()))
    };
    let mail_ids: Vec<(Uuid, Uuid)> = cast.iter().filter_map(mail_of).collect();
    let rows: Vec<_> = cast
        .iter()
        .map(|person| {
            let left = match person.story {
                Story::Left(days, reason) => Some((now - Duration::days(days), reason)),
                _ => None,
            };
            let last_sign_in = match person.story {
                Story::Came(hours) => Some(now - Duration::hours(hours)),
                Story::Left(days, _) => Some(now - Duration::days(days + 3)),
                _ => None,
            };
            let created = match person.story {
                Story::Mailed(days) => now - Duration::days(days),
                Story::MailFailed => now - Duration::days(1),
                _ => joined,
            };
            let mail = mail_ids
                .iter()
                .find(|(id, _)| *id == person.id)
                .map(|(_, mail)| *mail);
            (
                users::account_id.eq(account_id),
                users::id.eq(person.id),
                users::username.eq(&person.username),
                users::first_name.eq(&person.profile.first_name),
                users::last_name.eq(&person.profile.last_name),
                users::title.eq(&person.profile.title),
                users::department.eq(&person.profile.department),
                users::phone.eq(&person.profile.phone),
                users::search_text.eq(person.profile.search_text(&person.username)),
                users::name_key.eq(person.profile.name_key()),
                (
                    users::administrator.eq(person.administrator),
                    users::active.eq(left.is_none()),
                    users::deactivated_at.eq(left.map(|(at, _)| at)),
                    users::deactivation_reason.eq(left.map_or("", |(_, reason)| reason)),
                    users::last_sign_in_at.eq(last_sign_in),
                    users::password_mail_id.eq(mail),
                    users::created_at.eq(created),
                ),
            )
        })
        .collect();
    diesel::insert_into(users::table).values(rows).execute(tx)?;
    mailed(tx, account_id, cast, &mail_ids, now)?;
    let own_passwords: Vec<_> = cast
        .iter()
        .filter(|person| !matches!(person.story, Story::Mailed(_) | Story::MailFailed))
        .enumerate()
        .map(|(place, person)| {
            // Only the first one's can be typed.
            let hash = if place == 0 {
                hash.to_string()
            } else {
                hash_nobody_knows()
            };
            (
                passwords::account_id.eq(account_id),
                passwords::user_id.eq(person.id),
                passwords::hash.eq(hash),
                passwords::chosen_at.eq(joined),
            )
        })
        .collect();
    diesel::insert_into(passwords::table)
        .values(own_passwords)
        .execute(tx)?;
    told(tx, account_id, cast, now)?;
    Ok(())
}
