//! `account …`: what the vendor's staff do for a customer.

mod administrators;
mod create;
mod domains;
mod list;
mod newcomer;
mod seats;

use clap::Subcommand;

use self::administrators::AddAdministratorCommand;
use self::create::CreateCommand;
use self::domains::{AddDomainCommand, RemoveDomainCommand};
use self::list::ListCommand;
use self::newcomer::typed_password;
use self::seats::SetSeatsCommand;
use super::{Refusal, database};
use crate::accounts::{self, Account, AccountError};
use crate::config::Config;
use crate::db;
use crate::users::{AddError, AdministratorError};

/// Create and look after accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Create an account with its first administrator, who gets a password by mail
    Create(CreateCommand),
    /// List the accounts with their seats
    List(ListCommand),
    /// Change how many seats an account has; fewer than are in use is allowed
    SetSeats(SetSeatsCommand),
    /// Add an email domain that usernames of the account may have
    AddDomain(AddDomainCommand),
    /// Remove an email domain at which nobody of the account has an address any more
    RemoveDomain(RemoveDomainCommand),
    /// Add an administrator, or make an existing user one
    AddAdministrator(AddAdministratorCommand),
}

/// Runs a command.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: &Config, command: AccountCommand) -> Result<(), Refusal> {
    match command {
        AccountCommand::Create(command) => {
            let typed = typed_password(command.administrator.password_stdin)?;
            database::with_database_to_begin(config, |db| {
                create::create(config, db, &command, typed.as_ref())
            })
        }
        AccountCommand::List(command) => {
            database::with_database(config, |db| list::list(db, &command))
        }
        AccountCommand::SetSeats(command) => {
            database::with_database(config, |db| seats::set_seats(db, &command))
        }
        AccountCommand::AddDomain(command) => {
            database::with_database(config, |db| domains::add_domain(db, &command))
        }
        AccountCommand::RemoveDomain(command) => {
            database::with_database(config, |db| domains::remove_domain(db, &command))
        }
        AccountCommand::AddAdministrator(command) => {
            let typed = typed_password(command.password_stdin)?;
            database::with_database(config, |db| {
                administrators::add_administrator(config, db, &command, typed.as_ref())
            })
        }
    }
}

/// What a change at the terminal fails with.
enum Failure {
    Account(AccountError),
    Add(AddError),
    Administrator(AdministratorError),
    Other(Refusal),
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        Failure::Account(error.into())
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Account(AccountError::Database(error)) | Failure::Add(AddError::Database(error)) => {
                format!("The database refused: {error}.")
            }
            Failure::Account(error) => error.to_string(),
            Failure::Add(AddError::AddressInUse) => "This email address is already in use.".to_string(),
            Failure::Add(AddError::ForeignDomain) => {
                "The administrator's address is at none of the account's domains. Add the domain first.".to_string()
            }
            Failure::Add(error) => error.to_string(),
            Failure::Administrator(error) => error.to_string(),
            Failure::Other(refusal) => refusal,
        }
    }
}

fn find(tx: &mut db::Connection, named: &str) -> Result<Account, Failure> {
    accounts::find_by_name_or_id(tx, named).map_err(Failure::Account)
}
