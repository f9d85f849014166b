//! The demo account: a company as real as a made-up one can be, with every state that the list shows
//! and an address for each case of "already in use".

use diesel::prelude::*;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::cast::{self, FOUNDED, Person, Story};
use super::load::{self, UserRow};
use super::past::{Past, RESET, TRAINING_REQUEST, UNTIL_TRAINING, USERNAME_CHANGE, chosen};
use super::{ADMINISTRATOR, DemoError};
use crate::accounts::{self, Domain};
use crate::db::{self, Db};
use crate::history;
use crate::ids;
use crate::passwords::{Hasher, TemporaryDigest, generate};
use crate::schema::{
    password_resets, passwords, reserved_usernames, temporary_passwords, training_attendances,
    training_request_people, training_requests,
};
use crate::users::{RESERVATION, TEMPORARY_PASSWORD_LIFE};

/// Licences, of which [`cast::ACTIVE`] are in use: five are free.
const SEATS: i32 = 125;
const GLOBEX_SEATS: i32 = 15;
const TIME_ZONE: &str = "America/New_York";

/// How to sign in to the demo account.
#[derive(Debug)]
pub struct DemoSignIn {
    /// The first administrator's username.
    pub username: String,
    /// Their password, to be shown once.
    pub password: SecretString,
}

/// Makes Acme Instruments and Globex in one transaction: the same people every time, a password of
/// their own for the first administrator alone.
///
/// # Errors
/// [`DemoError::Exists`] where one of the accounts is there already.
pub fn create_demo_account(
    db: &Db,
    hasher: &Hasher,
    now: OffsetDateTime,
) -> Result<DemoSignIn, DemoError> {
    let password = generate(&mut rand::rng());
    let hash = hasher.hash(&password)?;
    db.write(|tx| {
        let acme = accounts::insert(
            tx,
            "Acme Instruments",
            &domains(&["acme.example", "acme-labs.example"]),
            SEATS,
            TIME_ZONE,
            now - FOUNDED - Duration::days(1),
        )?;
        write(tx, acme, &cast::acme(), &hash, now)?;
        let globex = accounts::insert(
            tx,
            "Globex",
            &domains(&["globex.example", "acme-labs.example"]),
            GLOBEX_SEATS,
            TIME_ZONE,
            now - FOUNDED - Duration::days(1),
        )?;
        write(tx, globex, &cast::globex(), &hash_nobody_knows(), now)?;
        Ok::<_, DemoError>(())
    })?;
    Ok(DemoSignIn {
        username: ADMINISTRATOR.to_string(),
        password,
    })
}

fn domains(names: &[&str]) -> Vec<Domain> {
    names
        .iter()
        .filter_map(|name| Domain::parse(name).ok())
        .collect()
}

/// Well-formed, and of no password that anybody could type.
fn hash_nobody_knows() -> String {
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIGl0$bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGlz".to_string()
}

/// Writes an account's people and their past; `hash` is of the first one's password.
fn write(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    hash: &str,
    now: OffsetDateTime,
) -> Result<(), DemoError> {
    let Some(first) = cast.first() else {
        return Ok(());
    };
    let second = cast
        .iter()
        .filter(|person| person.administrator)
        .nth(1)
        .unwrap_or(first);
    let is_reset = |person: &&Person| matches!(person.story, Story::Reset(_)) || person.was_reset;
    let was_reset: Vec<&Person> = cast.iter().filter(is_reset).collect();
    let to_train: Vec<&Person> = cast
        .iter()
        .filter(|person| person.training_requested)
        .collect();
    let mut past = Past {
        account_id,
        now,
        administrators: [first.id, second.id],
        reset: (!was_reset.is_empty()).then(ids::new),
        training_request: (!to_train.is_empty()).then(ids::new),
        cast,
        mails: Vec::new(),
        happenings: Vec::new(),
    };
    past.tell();
    if past.training_request.is_some() {
        past.mail_training_request(&first.username);
    }
    let people = cast.iter().map(|person| row(account_id, person, now));
    load::write_users(tx, people.collect())?;
    // Before the mails that name them.
    if let Some(id) = past.reset {
        write_reset(tx, account_id, id, first.id, was_reset.len(), now)?;
    }
    if let Some(id) = past.training_request {
        write_training_request(tx, account_id, id, first.id, &to_train, now)?;
    }
    load::write_mails(tx, past.mails)?;
    load::tell_password_mails(tx, account_id)?;
    write_passwords(tx, account_id, cast, hash, now)?;
    write_attendances(tx, account_id, cast, now)?;
    reserve(tx, account_id, cast, now)?;
    for told in &past.happenings {
        history::insert_together(tx, &told.author, &told.people, &told.event, told.at)?;
    }
    Ok(())
}

fn row(account_id: Uuid, person: &Person, now: OffsetDateTime) -> UserRow {
    let (left, reason) = match person.story {
        Story::Left(left, reason) | Story::LeftBeforeTheMail(left, reason) => (Some(left), reason),
        _ => (None, ""),
    };
    let was_reset = person.was_reset || matches!(person.story, Story::Reset(_));
    let profile = &person.profile;
    UserRow {
        account_id,
        id: person.id,
        username: person.username.clone(),
        first_name: profile.first_name.clone(),
        last_name: profile.last_name.clone(),
        title: profile.title.clone(),
        department: profile.department.clone(),
        phone: profile.phone.clone(),
        search_text: profile.search_text(&person.username),
        name_key: profile.name_key(),
        active: person.is_active(),
        administrator: person.administrator,
        deactivated_at: left.map(|left| now - left),
        deactivation_reason: reason.to_string(),
        last_sign_in_at: person.last_sign_in().map(|last| now - last),
        password_reset_at: was_reset.then(|| now - RESET),
        password_mail_id: person.password_mail(),
        password_mail_state: None,
        password_mail_at: None,
        created_at: now - person.joined,
    }
}

/// Own passwords, and temporary ones of the mails that are not older than a week. Only the first
/// person's can be typed by anybody.
fn write_passwords(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    hash: &str,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let nobodys = hash_nobody_knows();
    let own: Vec<_> = cast
        .iter()
        .enumerate()
        .filter(|(_, person)| person.has_own_password())
        .map(|(place, person)| {
            (
                passwords::account_id.eq(account_id),
                passwords::user_id.eq(person.id),
                passwords::hash.eq(if place == 0 { hash } else { &nobodys }),
                passwords::chosen_at.eq(now - chosen(person)),
            )
        })
        .collect();
    diesel::insert_into(passwords::table)
        .values(own)
        .execute(tx)?;
    let mut rng = rand::rng();
    let temporary: Vec<_> = cast
        .iter()
        .filter_map(|person| {
            let sent = match person.story {
                Story::Mailed => person.joined,
                Story::Reset(_) => RESET,
                _ => return None,
            };
            let expires_at = now - sent + TEMPORARY_PASSWORD_LIFE;
            (expires_at > now).then_some((person, sent, expires_at))
        })
        .map(|(person, sent, expires_at)| {
            let of_nobody = TemporaryDigest::of(&generate(&mut rng), &mut rng);
            (
                temporary_passwords::account_id.eq(account_id),
                temporary_passwords::user_id.eq(person.id),
                temporary_passwords::mail_id.eq(person.password_mail().unwrap_or_default()),
                temporary_passwords::attempt.eq(1_i16),
                temporary_passwords::salt.eq(of_nobody.salt.to_vec()),
                temporary_passwords::digest.eq(of_nobody.digest.to_vec()),
                temporary_passwords::created_at.eq(now - sent),
                temporary_passwords::expires_at.eq(expires_at),
            )
        })
        .collect();
    diesel::insert_into(temporary_passwords::table)
        .values(temporary)
        .execute(tx)
        .map(|_| ())
}

fn write_reset(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    requested_by: Uuid,
    people: usize,
    now: OffsetDateTime,
) -> QueryResult<()> {
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::account_id.eq(account_id),
            password_resets::id.eq(id),
            password_resets::requested_by.eq(requested_by),
            password_resets::scope.eq("selected"),
            password_resets::opened_at.eq(now - RESET - Duration::seconds(14)),
            password_resets::requested_at.eq(now - RESET),
            password_resets::people.eq(i32::try_from(people).unwrap_or(i32::MAX)),
        ))
        .execute(tx)
        .map(|_| ())
}

fn write_training_request(
    tx: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    requested_by: Uuid,
    people: &[&Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    diesel::insert_into(training_requests::table)
        .values((
            training_requests::account_id.eq(account_id),
            training_requests::id.eq(id),
            training_requests::kind.eq("new_user"),
            training_requests::scope.eq("selected"),
            training_requests::note.eq("New this month. Mornings suit them best."),
            training_requests::requested_by.eq(requested_by),
            training_requests::requested_at.eq(now - TRAINING_REQUEST),
        ))
        .execute(tx)?;
    let people: Vec<_> = people
        .iter()
        .map(|person| {
            (
                training_request_people::account_id.eq(account_id),
                training_request_people::training_request_id.eq(id),
                training_request_people::user_id.eq(person.id),
                training_request_people::kind.eq("new_user"),
            )
        })
        .collect();
    diesel::insert_into(training_request_people::table)
        .values(people)
        .execute(tx)
        .map(|_| ())
}

fn write_attendances(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let attended: Vec<_> = cast
        .iter()
        .filter(|person| person.trained)
        .map(|person| {
            (
                training_attendances::account_id.eq(account_id),
                training_attendances::user_id.eq(person.id),
                training_attendances::kind.eq("new_user"),
                training_attendances::recorded_at.eq(now - person.joined + UNTIL_TRAINING),
            )
        })
        .collect();
    diesel::insert_into(training_attendances::table)
        .values(attended)
        .execute(tx)
        .map(|_| ())
}

/// Whose username changed keeps the old one to themself for a while.
fn reserve(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let reserved: Vec<_> = cast
        .iter()
        .filter_map(|person| Some((person.id, person.former?.1)))
        .map(|(user_id, username)| {
            (
                reserved_usernames::username.eq(username),
                reserved_usernames::account_id.eq(account_id),
                reserved_usernames::user_id.eq(user_id),
                reserved_usernames::reserved_until.eq(now - USERNAME_CHANGE + RESERVATION),
            )
        })
        .collect();
    diesel::insert_into(reserved_usernames::table)
        .values(reserved)
        .execute(tx)
        .map(|_| ())
}
