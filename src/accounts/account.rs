//! Reading accounts, and what the vendor's staff (and, for the time zone, an administrator) change.

use std::collections::HashMap;

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;
use crate::history::{self, Author, Event};
use crate::schema::{account_domains, accounts, second_factors, users};

/// An account's own row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// The company's name.
    pub name: String,
    /// An IANA time zone.
    pub time_zone: String,
    /// Licences.
    pub seats: i32,
    /// People who are in.
    pub active_users: i32,
    /// People who were taken out.
    pub inactive_users: i32,
    /// Of the active ones, how many administer.
    pub active_administrators: i32,
    /// Whether its administrators must have a second factor.
    pub second_factor_required: bool,
}

impl Account {
    /// Licences that nobody holds; negative when the account is over its seats.
    pub fn free_seats(&self) -> i32 {
        self.seats - self.active_users
    }
}

/// What `/account` shows.
#[derive(Debug, Clone)]
pub struct AccountDetails {
    /// The account.
    pub account: Account,
    /// Its domains, sorted.
    pub domains: Vec<String>,
    /// Its active administrators, sorted by username.
    pub administrators: Vec<AccountAdministrator>,
}

/// One of an account's administrators.
#[derive(Debug, Clone, Queryable)]
pub struct AccountAdministrator {
    /// Their id.
    pub id: Uuid,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their address.
    pub username: String,
    /// Whether a code is asked of them after the password.
    pub has_second_factor: bool,
}

/// Why the vendor's change of an account is refused: a sentence.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The name is taken.
    #[error("An account of that name exists already. Choose another name.")]
    NameTaken,
    /// Empty or too long.
    #[error("The account's name has 1 to 200 characters. Give another one.")]
    Name,
    /// No such account.
    #[error("There is no account of that name or id. \"account list\" shows all.")]
    NotFound,
    /// Under one.
    #[error("An account has at least one seat. Give a number of 1 or more.")]
    Seats,
    /// Unknown to the time zone database.
    #[error("Choose a time zone from the list.")]
    TimeZone,
    /// The account does not have this domain.
    #[error(
        "{domain} is no domain of this account, so nothing was removed. \"account list\" shows them."
    )]
    NoSuchDomain {
        /// The domain.
        domain: String,
    },
    /// Somebody has an address at this domain.
    #[error("{}", domain_in_use(.domain, *.people))]
    DomainInUse {
        /// The domain.
        domain: String,
        /// How many people have one, active or not; 0 where the database alone found them, a moment later.
        people: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

fn domain_in_use(domain: &str, people: i64) -> String {
    let who = match people {
        0 => "Somebody has".to_string(),
        1 => "1 person has".to_string(),
        people => format!("{people} people have"),
    };
    format!(
        "{who} an address at {domain}, counting inactive people, so it was not removed. Give them usernames at another domain of the account first."
    )
}

/// Takes the account's row lock for this transaction and reads it. Whoever changes who is in takes it
/// first, so that all of them wait in one line and none in a circle.
///
/// # Errors
/// Whatever the database says.
pub fn lock(tx: &mut db::Connection, account_id: Uuid) -> QueryResult<Account> {
    accounts::table
        .find(account_id)
        .select(Account::as_select())
        .for_no_key_update()
        .first(tx)
}

/// As [`lock`], for a change that `author` asks for: a person must administer the account still, now
/// that the change has its turn. Whoever deactivated or demoted them meanwhile held this lock.
///
/// # Errors
/// [`db::no_longer_allowed`] where they do not; else whatever the database says.
pub fn lock_for(tx: &mut db::Connection, author: &Author) -> QueryResult<Account> {
    let account = lock(tx, author.account_id)?;
    if let Some(id) = author.user_id() {
        let administers = users::table
            .find((author.account_id, id))
            .filter(users::active)
            .filter(users::administrator);
        if !diesel::select(diesel::dsl::exists(administers)).get_result::<bool>(tx)? {
            return Err(db::no_longer_allowed());
        }
    }
    Ok(account)
}

/// The account with its domains and administrators.
///
/// # Errors
/// Whatever the database says.
pub fn details(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<AccountDetails> {
    let account = accounts::table
        .find(account_id)
        .select(Account::as_select())
        .first(connection)?;
    let domains = domains(connection, account_id)?;
    let administrators = users::table
        .left_join(
            second_factors::table.on(second_factors::account_id
                .eq(users::account_id)
                .and(second_factors::user_id.eq(users::id))),
        )
        .filter(users::account_id.eq(account_id))
        .filter(users::active)
        .filter(users::administrator)
        .order(users::username)
        .select((
            users::id,
            users::first_name,
            users::last_name,
            users::username,
            second_factors::confirmed_at.nullable().is_not_null(),
        ))
        .load(connection)?;
    Ok(AccountDetails {
        account,
        domains,
        administrators,
    })
}

/// The account's domains, sorted.
///
/// # Errors
/// Whatever the database says.
pub fn domains(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<Vec<String>> {
    account_domains::table
        .filter(account_domains::account_id.eq(account_id))
        .order(account_domains::domain)
        .select(account_domains::domain)
        .load(connection)
}

/// The domains of every account, in the order of their names.
///
/// # Errors
/// Whatever the database says.
pub fn all_domains(connection: &mut db::Connection) -> QueryResult<HashMap<Uuid, Vec<String>>> {
    let mut domains: HashMap<Uuid, Vec<String>> = HashMap::new();
    let rows: Vec<(Uuid, String)> = account_domains::table
        .order(account_domains::domain)
        .select((account_domains::account_id, account_domains::domain))
        .load(connection)?;
    for (account_id, domain) in rows {
        domains.entry(account_id).or_default().push(domain);
    }
    Ok(domains)
}

/// All accounts by name, for staff.
///
/// # Errors
/// Whatever the database says.
pub fn list(connection: &mut db::Connection) -> QueryResult<Vec<Account>> {
    accounts::table
        .order(accounts::name)
        .select(Account::as_select())
        .load(connection)
}

/// The account that staff named, by its name (case aside) or its id.
///
/// # Errors
/// [`AccountError::NotFound`].
pub fn find_by_name_or_id(
    connection: &mut db::Connection,
    typed: &str,
) -> Result<Account, AccountError> {
    diesel::define_sql_function! { fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text; }
    let query = accounts::table.select(Account::as_select()).into_boxed();
    let query = match Uuid::parse_str(typed) {
        Ok(id) => query.filter(accounts::id.eq(id)),
        Err(_) => query.filter(lower(accounts::name).eq(lower(typed))),
    };
    query
        .first(connection)
        .optional()?
        .ok_or(AccountError::NotFound)
}

/// Sets the number of licences; returns the account as it was. Fewer than the people who are in is
/// allowed: nobody is taken out by it, only growth is refused from then on.
///
/// # Errors
/// [`AccountError::Seats`].
pub fn set_seats(
    tx: &mut db::Connection,
    author: &Author,
    seats: i32,
    now: OffsetDateTime,
) -> Result<Account, AccountError> {
    if seats < 1 {
        return Err(AccountError::Seats);
    }
    let before = lock(tx, author.account_id)?;
    if before.seats != seats {
        diesel::update(accounts::table.find(author.account_id))
            .set(accounts::seats.eq(seats))
            .execute(tx)?;
        let event = Event::SeatsSet {
            before: before.seats,
            after: seats,
        };
        history::record(tx, author, None, &event, now)?;
    }
    Ok(before)
}

/// Demands a second factor of the account's administrators, or no more.
///
/// # Errors
/// Whatever the database says.
pub fn set_second_factor_required(
    tx: &mut db::Connection,
    author: &Author,
    required: bool,
    now: OffsetDateTime,
) -> QueryResult<()> {
    let before = lock_for(tx, author)?.second_factor_required;
    if before != required {
        diesel::update(accounts::table.find(author.account_id))
            .set(accounts::second_factor_required.eq(required))
            .execute(tx)?;
        let event = Event::SecondFactorDemanded { required };
        history::record(tx, author, None, &event, now)?;
    }
    Ok(())
}

/// Sets the time zone in which the account's dates are shown.
///
/// # Errors
/// [`AccountError::TimeZone`] for a name that the time zone database does not know.
pub fn set_time_zone(
    tx: &mut db::Connection,
    author: &Author,
    zone: &str,
    now: OffsetDateTime,
) -> Result<(), AccountError> {
    if jiff::tz::TimeZone::get(zone).is_err() || zone.len() > 64 {
        return Err(AccountError::TimeZone);
    }
    let before = lock_for(tx, author)?;
    if before.time_zone != zone {
        diesel::update(accounts::table.find(author.account_id))
            .set(accounts::time_zone.eq(zone))
            .execute(tx)?;
        let event = Event::TimeZoneChanged {
            before: before.time_zone,
            after: zone.to_string(),
        };
        history::record(tx, author, None, &event, now)?;
    }
    Ok(())
}
