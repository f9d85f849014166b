//! The demo account: a company as real as a made-up one can be, with every state that the list shows
//! and an address for each case of "already in use". No mail leaves: what was mailed lies in the past.

use std::collections::HashSet;

use diesel::prelude::*;
use secrecy::SecretString;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::people::People;
use crate::accounts::{self, AccountError, Domain};
use crate::db::{self, Db};
use crate::history::{self, Actor, Author, Event, SignInWith};
use crate::ids;
use crate::passwords::{Busy, Hasher, generate};
use crate::schema::{
    account_domains, mails, passwords, reserved_usernames, training_attendances,
    training_request_people, training_requests, users,
};
use crate::users::{Profile, RESERVATION};

/// Case (a): an active user of Acme Instruments has it.
pub const ACTIVE_HERE: &str = "marcus.reed@acme.example";
/// Case (b): an inactive user of Acme Instruments has it.
pub const INACTIVE_HERE: &str = "hans.gruber@acme.example";
/// Case (c): a user of Globex has it; the two companies share the domain.
pub const ELSEWHERE: &str = "grace.kim@acme-labs.example";
/// Case (d): until recently the username of somebody whose name changed.
pub const RESERVED: &str = "emma.brown@acme.example";

const PEOPLE: usize = 118;
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

/// What a made-up person went through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Signed in so many hours ago.
    Came(i64),
    /// Never signed in; has a password of their own.
    NeverCame,
    /// A password was mailed so many days ago and not used.
    Mailed(i64),
    /// The mail server refused the mail.
    MailFailed,
    /// Left so many days ago.
    Left(i64, &'static str),
}

struct Person {
    id: Uuid,
    username: String,
    profile: Profile,
    administrator: bool,
    story: Story,
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
    let cast = acme();
    db.write(|tx| {
        let acme = company(
            tx,
            "Acme Instruments",
            &["acme.example", "acme-labs.example"],
            SEATS,
            now,
        )?;
        write(tx, acme, &cast, &hash, now)?;
        training(tx, acme, &cast, now)?;
        reserve(tx, acme, &cast, now)?;
        let globex = company(
            tx,
            "Globex",
            &["globex.example", "acme-labs.example"],
            12,
            now,
        )?;
        write(tx, globex, &self::globex(), &hash_nobody_knows(), now)?;
        Ok::<_, DemoError>(())
    })?;
    let username = cast
        .first()
        .map(|person| person.username.clone())
        .unwrap_or_default();
    Ok(DemoSignIn { username, password })
}

/// Well-formed, and of no password.
fn hash_nobody_knows() -> String {
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIGl0$bm9ib2R5IGtub3dzIHRoZSBwYXNzd29yZCBvZiB0aGlz".to_string()
}

fn named(
    first: &str,
    last: &str,
    title: &str,
    department: &str,
    username: &str,
    story: Story,
) -> Person {
    Person {
        id: ids::new(),
        username: username.to_string(),
        profile: Profile {
            first_name: first.into(),
            last_name: last.into(),
            title: title.into(),
            department: department.into(),
            phone: "781.555.0100".into(),
        },
        administrator: false,
        story,
    }
}

fn acme() -> Vec<Person> {
    let administrator = |mut person: Person| {
        person.administrator = true;
        person
    };
    let mut cast = vec![
        administrator(named(
            "Olivia",
            "Bennett",
            "Head of IT",
            "IT",
            "olivia.bennett@acme.example",
            Story::Came(30),
        )),
        administrator(named(
            "Marcus",
            "Reed",
            "Administrator",
            "IT",
            ACTIVE_HERE,
            Story::Came(75),
        )),
        administrator(named(
            "Ingrid",
            "Åberg",
            "HR Manager",
            "Human Resources",
            "ingrid.aberg@acme.example",
            Story::Came(200),
        )),
        named(
            "Emma",
            "O’Connor",
            "Controller",
            "Finance",
            "emma.oconnor@acme.example",
            Story::Came(20),
        ),
        named(
            "Hans",
            "Gruber",
            "Shift Leader",
            "Production",
            INACTIVE_HERE,
            Story::Left(40, "Left the company"),
        ),
        named(
            "Noémie",
            "Lambert",
            "Engineer",
            "Research",
            "noemie.lambert@acme-labs.example",
            Story::MailFailed,
        ),
        named(
            "Kofi",
            "Mbeki",
            "Buyer",
            "Purchasing",
            "kofi.mbeki@acme.example",
            Story::Mailed(2),
        ),
        named(
            "Hana",
            "Sato",
            "Physicist",
            "Research",
            "hana.sato@acme-labs.example",
            Story::Mailed(4),
        ),
        named(
            "Liam",
            "Walsh",
            "Dispatcher",
            "Service",
            "liam.walsh@acme.example",
            Story::Mailed(12),
        ),
        named(
            "Tomás",
            "Diaz",
            "Planner",
            "Production",
            "tomas.diaz@acme.example",
            Story::Mailed(30),
        ),
        named(
            "Agnieszka",
            "Nowak",
            "Recruiter",
            "Human Resources",
            "agnieszka.nowak@acme.example",
            Story::NeverCame,
        ),
        named(
            "Arjun",
            "Patel",
            "Market Analyst",
            "Marketing",
            "arjun.patel@acme.example",
            Story::NeverCame,
        ),
    ];
    let reasons = [
        "Left the company",
        "Parental leave",
        "Moved to another site",
        "Contract ended",
        "",
    ];
    let mut people = People::new(1857);
    let mut taken: HashSet<String> = cast.iter().map(|person| person.username.clone()).collect();
    taken.insert(RESERVED.to_string());
    let mut active = 0;
    let mut left = 0_usize;
    while active < PEOPLE - 11 || left < 13 {
        let (profile, local) = people.next(None);
        let domain = if profile.department == "Research" {
            "acme-labs.example"
        } else {
            "acme.example"
        };
        let username = format!("{local}@{domain}");
        if !taken.insert(username.clone()) {
            continue;
        }
        let story = if active < PEOPLE - 11 {
            active += 1;
            if people.chance(0.05) {
                Story::NeverCame
            } else {
                Story::Came(people.number(2, 24 * 160))
            }
        } else {
            left += 1;
            let reason = reasons
                .get(left % reasons.len())
                .copied()
                .unwrap_or_default();
            Story::Left(people.number(10, 300), reason)
        };
        cast.push(Person {
            id: ids::new(),
            username,
            profile,
            administrator: false,
            story,
        });
    }
    cast
}

fn globex() -> Vec<Person> {
    let mut boss = named(
        "Grace",
        "Kim",
        "Director",
        "Management",
        ELSEWHERE,
        Story::Came(12),
    );
    boss.administrator = true;
    let mut cast = vec![boss];
    let mut people = People::new(1989);
    let mut taken = HashSet::new();
    while cast.len() < 9 {
        let (profile, local) = people.next(None);
        let username = format!("{local}@globex.example");
        if taken.insert(username.clone()) {
            let story = Story::Came(people.number(2, 24 * 90));
            cast.push(Person {
                id: ids::new(),
                username,
                profile,
                administrator: false,
                story,
            });
        }
    }
    cast
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

/// The mails with passwords, as the mail server answered them.
fn mailed(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    mail_ids: &[(Uuid, Uuid)],
    now: OffsetDateTime,
) -> QueryResult<()> {
    for (user_id, mail_id) in mail_ids {
        let Some(person) = cast.iter().find(|person| person.id == *user_id) else {
            continue;
        };
        let (state, days, words) = match person.story {
            Story::MailFailed => (
                "failed",
                1,
                "550 5.1.1 The email account that you tried to reach does not exist",
            ),
            Story::Mailed(days) => ("sent", days, "250 2.0.0 Ok: queued"),
            _ => continue,
        };
        let at = now - Duration::days(days);
        diesel::insert_into(mails::table)
            .values((
                mails::account_id.eq(account_id),
                mails::id.eq(mail_id),
                mails::kind.eq("welcome"),
                mails::user_id.eq(user_id),
                mails::recipient.eq(&person.username),
                mails::created_at.eq(at),
                mails::next_attempt_at.eq(at),
                (
                    mails::attempts.eq(1_i16),
                    mails::state.eq(state),
                    mails::settled_at.eq(at + Duration::seconds(2)),
                    mails::explanation.eq(words),
                ),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// What history says of each.
fn told(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let staff = Author::staff(account_id);
    let Some(administrator) = cast.first().map(|person| person.id) else {
        return Ok(());
    };
    let by_administrator = Author {
        actor: Actor::User(administrator),
        ..staff.clone()
    };
    for person in cast {
        let joined = match person.story {
            Story::Mailed(days) => now - Duration::days(days),
            Story::MailFailed => now - Duration::days(1),
            _ => now - Duration::days(380),
        };
        let added = Event::UserAdded {
            username: person.username.clone(),
            name: person.profile.full_name(),
        };
        let author = if person.administrator {
            &staff
        } else {
            &by_administrator
        };
        history::insert(tx, author, &[Some(person.id)], &added, joined)?;
        match person.story {
            Story::Came(hours) => {
                let author = Author {
                    actor: Actor::User(person.id),
                    ..staff.clone()
                };
                let event = Event::SignedIn {
                    with: SignInWith::OwnPassword,
                };
                history::insert(
                    tx,
                    &author,
                    &[Some(person.id)],
                    &event,
                    now - Duration::hours(hours),
                )?;
            }
            Story::Left(days, reason) => {
                let event = Event::UserDeactivated {
                    reason: reason.to_string(),
                    sessions_ended: 0,
                    mails_cancelled: 0,
                };
                history::insert(
                    tx,
                    &by_administrator,
                    &[Some(person.id)],
                    &event,
                    now - Duration::days(days),
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Most attended New User Training; one request is on its way.
fn training(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let Some(administrator) = cast.first().map(|person| person.id) else {
        return Ok(());
    };
    let came: Vec<&Person> = cast
        .iter()
        .filter(|person| matches!(person.story, Story::Came(_)))
        .collect();
    let attended: Vec<_> = came
        .iter()
        .skip(12)
        .map(|person| {
            (
                training_attendances::account_id.eq(account_id),
                training_attendances::user_id.eq(person.id),
                training_attendances::kind.eq("new_user"),
                training_attendances::recorded_at.eq(now - Duration::days(200)),
            )
        })
        .collect();
    diesel::insert_into(training_attendances::table)
        .values(attended)
        .execute(tx)?;
    let request = ids::new();
    let at = now - Duration::days(3);
    diesel::insert_into(training_requests::table)
        .values((
            training_requests::account_id.eq(account_id),
            training_requests::id.eq(request),
            training_requests::kind.eq("new_user"),
            training_requests::scope.eq("selected"),
            training_requests::note.eq("Mornings suit us best."),
            training_requests::requested_by.eq(administrator),
            training_requests::requested_at.eq(at),
        ))
        .execute(tx)?;
    let people: Vec<_> = came
        .iter()
        .skip(3)
        .take(4)
        .map(|person| {
            (
                training_request_people::account_id.eq(account_id),
                training_request_people::training_request_id.eq(request),
                training_request_people::user_id.eq(person.id),
                training_request_people::kind.eq("new_user"),
            )
        })
        .collect();
    diesel::insert_into(training_request_people::table)
        .values(people)
        .execute(tx)?;
    diesel::insert_into(mails::table)
        .values((
            mails::account_id.eq(account_id),
            mails::id.eq(ids::new()),
            mails::kind.eq("training_request"),
            mails::recipient.eq("training@vendor.example"),
            mails::training_request_id.eq(request),
            mails::created_at.eq(at),
            mails::next_attempt_at.eq(at),
            (
                mails::attempts.eq(1_i16),
                mails::state.eq("sent"),
                mails::settled_at.eq(at + Duration::seconds(11)),
            ),
        ))
        .execute(tx)
        .map(|_| ())
}

/// Emma Brown became Emma O’Connor; her old address is kept for her.
fn reserve(
    tx: &mut db::Connection,
    account_id: Uuid,
    cast: &[Person],
    now: OffsetDateTime,
) -> QueryResult<()> {
    let Some(emma) = cast
        .iter()
        .find(|person| person.profile.first_name == "Emma")
    else {
        return Ok(());
    };
    diesel::insert_into(reserved_usernames::table)
        .values((
            reserved_usernames::username.eq(RESERVED),
            reserved_usernames::account_id.eq(account_id),
            reserved_usernames::user_id.eq(emma.id),
            reserved_usernames::reserved_until.eq(now + RESERVATION - Duration::days(5)),
        ))
        .execute(tx)
        .map(|_| ())
}
