//! Large accounts, for seeing how the program does with many people.

use std::sync::mpsc;
use std::thread;

use diesel::prelude::*;
use secrecy::SecretString;
use time::OffsetDateTime;
use uuid::Uuid;

use super::DemoError;
use super::company::{self, Collector, Company};
use super::load::{self, Chunk};
use super::sizes::sizes;
use crate::db::{self, Db};
use crate::history::{self, Author, Event};
use crate::passwords::Hasher;
use crate::schema::{account_domains, passwords};
use crate::users::tally_expired;

/// From so many people on, an empty database is loaded without its indexes, which are built after.
const WORTH_BUILDING_INDEXES: u64 = 20_000;
/// Chunks that may wait to be written: enough that both sides are always busy.
const WAITING_CHUNKS: usize = 2;

/// How much to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Companies.
    pub accounts: u32,
    /// People, all together.
    pub users: u64,
    /// The same seed makes the same people; another one makes others beside them.
    pub seed: u64,
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The largest account.
    pub largest_account_id: Uuid,
    /// Its name.
    pub largest_account_name: String,
    /// How many people are in it.
    pub largest_account_users: u64,
    /// Its first administrator's username, `administrator@company-<seed>-1.example`.
    pub administrator: String,
}

/// Makes `accounts` accounts with `users` users together, by COPY, in one transaction; `progress`
/// hears how many there are so far. The largest account has a tenth of all of them (more where there
/// are few accounts); nobody in them has a password.
///
/// # Errors
/// [`DemoError::SeedUsed`] for a seed that was used before, [`DemoError::Amount`].
pub fn generate(
    db: &Db,
    accounts: u32,
    users: u64,
    seed: u64,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<Generated, DemoError> {
    let amount = Amount {
        accounts,
        users,
        seed,
    };
    load_all(db, amount, None, now, progress)
}

/// The same; the first administrator of the largest account can sign in with `password`.
///
/// # Errors
/// As [`generate`], and [`DemoError::Busy`].
pub fn generate_with_sign_in(
    db: &Db,
    hasher: &Hasher,
    amount: Amount,
    password: &SecretString,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<Generated, DemoError> {
    let hash = hasher.hash(password)?;
    load_all(db, amount, Some(&hash), now, progress)
}

fn load_all(
    db: &Db,
    amount: Amount,
    password_hash: Option<&str>,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<Generated, DemoError> {
    let sizes = sizes(amount.accounts, amount.users);
    // Seats are counted in 32 bits.
    if sizes.is_empty() || amount.users > 1_000_000_000 {
        return Err(DemoError::Amount);
    }
    let companies = company::plan(&sizes, amount.seed, now);
    let generated = db
        .write(|tx| {
            load::without_time_outs(tx)?;
            refuse_used_seed(tx, amount.seed)?;
            let put_back = if amount.users >= WORTH_BUILDING_INDEXES {
                load::set_aside(tx)?
            } else {
                load::PutBack::default()
            };
            copy(tx, &companies, now, progress)?;
            load::put_back(tx, &put_back)?;
            finish(tx, &companies, password_hash, now)
        })
        .map_err(DemoError::of_seed)?;
    // As after the clean-ups of a past.
    while db.write(tally_expired)? > 0 {}
    db.read(load::tidy)?;
    Ok(generated)
}

fn refuse_used_seed(tx: &mut db::Connection, seed: u64) -> Result<(), DemoError> {
    let used = account_domains::table.filter(account_domains::domain.eq(company::domain(seed, 1)));
    if diesel::select(diesel::dsl::exists(used)).get_result(tx)? {
        return Err(DemoError::SeedUsed);
    }
    Ok(())
}

/// Makes up people on one thread and writes them on another: PostgreSQL never waits for names.
fn copy(
    tx: &mut db::Connection,
    companies: &[Company],
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DemoError> {
    let (sender, receiver) = mpsc::sync_channel::<Chunk>(WAITING_CHUNKS);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut hand_on = |chunk| sender.send(chunk).is_ok();
            let mut collector = Collector {
                chunk: Chunk::default(),
                hand_on: &mut hand_on,
            };
            if companies
                .iter()
                .all(|company| company.make_up(&mut collector, now))
            {
                collector.flush();
            }
        });
        let mut done = 0;
        // Ending early drops the receiver, which ends the other thread.
        for chunk in receiver {
            done += chunk.users.len() as u64;
            load::write(tx, chunk)?;
            progress(done);
        }
        Ok(())
    })
}

/// What history says of the accounts, and the password of the first administrator.
fn finish(
    tx: &mut db::Connection,
    companies: &[Company],
    password_hash: Option<&str>,
    now: OffsetDateTime,
) -> Result<Generated, DemoError> {
    let largest = companies.first().ok_or(DemoError::Amount)?;
    if let Some(hash) = password_hash {
        diesel::insert_into(passwords::table)
            .values((
                passwords::account_id.eq(largest.id),
                passwords::user_id.eq(largest.first_administrator),
                passwords::hash.eq(hash),
                passwords::chosen_at.eq(now),
            ))
            .execute(tx)?;
    }
    for company in companies {
        let event = Event::AccountCreated {
            name: company.name.clone(),
            seats: company.seats,
            domains: vec![company.domain.clone()],
        };
        let author = Author::staff(company.id);
        history::insert(tx, &author, &[None], &event, company.founded)?;
    }
    Ok(Generated {
        largest_account_id: largest.id,
        largest_account_name: largest.name.clone(),
        largest_account_users: largest.people,
        administrator: largest.administrator(),
    })
}
