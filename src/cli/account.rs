//! `account …`: what the vendor's staff do for a customer.

use std::io::{BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use secrecy::SecretString;

use super::output::say;
use super::{Refusal, database};
use crate::accounts::{self, Account, AccountError, Domain};
use crate::config::Config;
use crate::db::{self, Db};
use crate::history::Author;
use crate::passwords::{Hasher, OwnPassword};
use crate::users::{self, AddError, AdministratorError, FirstPassword, Profile, Username};
use crate::{clock, ids};

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
    /// Add an administrator, or make an existing user one
    AddAdministrator(AddAdministratorCommand),
}

/// `account create`.
#[derive(Debug, Args)]
pub struct CreateCommand {
    /// The company's name
    #[arg(long)]
    name: String,
    /// An email domain of the company; may be given several times
    #[arg(long, required = true)]
    domain: Vec<String>,
    /// How many people may be active at once
    #[arg(long)]
    seats: i32,
    #[command(flatten)]
    administrator: FirstAdministrator,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Who administers a new account.
#[derive(Debug, Args)]
pub struct FirstAdministrator {
    /// The administrator's email address, which is their username
    #[arg(long)]
    administrator_email: String,
    /// The administrator's first name
    #[arg(long)]
    first_name: String,
    /// The administrator's last name
    #[arg(long)]
    last_name: String,
    /// Read the administrator's own password from standard input instead of mailing one
    #[arg(long)]
    password_stdin: bool,
}

/// `account list`.
#[derive(Debug, Args)]
pub struct ListCommand {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `account set-seats`.
#[derive(Debug, Args)]
pub struct SetSeatsCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// How many people may be active at once
    #[arg(long)]
    seats: i32,
}

/// `account add-domain`.
#[derive(Debug, Args)]
pub struct AddDomainCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// The domain
    #[arg(long)]
    domain: String,
}

/// `account add-administrator`.
#[derive(Debug, Args)]
pub struct AddAdministratorCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// The administrator's email address, which is their username
    #[arg(long)]
    email: String,
    /// The administrator's first name
    #[arg(long)]
    first_name: String,
    /// The administrator's last name
    #[arg(long)]
    last_name: String,
    /// Read their own password from standard input instead of mailing one
    #[arg(long)]
    password_stdin: bool,
}

/// Runs a command.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: &Config, command: AccountCommand) -> Result<(), Refusal> {
    match command {
        AccountCommand::Create(command) => {
            let password = password(
                config,
                command.administrator.password_stdin,
                &command.administrator.administrator_email,
            )?;
            database::with_database(config, |db| create(config, db, &command, password))
        }
        AccountCommand::List(command) => database::with_database(config, |db| list(db, &command)),
        AccountCommand::SetSeats(command) => {
            database::with_database(config, |db| set_seats(db, &command))
        }
        AccountCommand::AddDomain(command) => {
            database::with_database(config, |db| add_domain(db, &command))
        }
        AccountCommand::AddAdministrator(command) => {
            let password = password(config, command.password_stdin, &command.email)?;
            database::with_database(config, |db| {
                add_administrator(config, db, &command, password)
            })
        }
    }
}

/// The first password: a mailed one, or the own one that stands on standard input, hashed.
fn password(config: &Config, from_stdin: bool, email: &str) -> Result<FirstPassword, Refusal> {
    if !from_stdin {
        return Ok(FirstPassword::Mailed);
    }
    let typed: SecretString = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ")
            .map_err(|error| format!("No password was read: {error}."))?
            .into()
    } else {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| format!("No password was read: {error}."))?;
        line.trim_end_matches(['\r', '\n']).to_string().into()
    };
    let password = OwnPassword::parse(&typed, &[email, &config.product_name])
        .map_err(|problem| problem.to_string())?;
    let hasher =
        Hasher::start(1).map_err(|error| format!("No thread could be started: {error}."))?;
    hasher
        .hash(password.secret())
        .map(FirstPassword::Own)
        .map_err(|busy| busy.to_string())
}

fn username(email: &str) -> Result<Username, Refusal> {
    Username::parse(email).map_err(|problem| problem.to_string())
}

fn profile(first_name: &str, last_name: &str) -> Result<Profile, Refusal> {
    let typed = Profile {
        first_name: first_name.into(),
        last_name: last_name.into(),
        ..Profile::default()
    };
    Profile::parse(&typed).map_err(|problems| {
        let sentences: Vec<String> = problems
            .iter()
            .map(|(field, problem)| format!("{}: {problem}", field.label()))
            .collect();
        sentences.join(" ")
    })
}

fn domain(typed: &str) -> Result<Domain, Refusal> {
    Domain::parse(typed)
        .map_err(|_| format!("\"{typed}\" is no domain: a domain looks like company.example."))
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

fn create(
    config: &Config,
    db: &Db,
    command: &CreateCommand,
    password: FirstPassword,
) -> Result<(), Refusal> {
    let administrator = &command.administrator;
    let username = username(&administrator.administrator_email)?;
    let profile = profile(&administrator.first_name, &administrator.last_name)?;
    let domains = command
        .domain
        .iter()
        .map(|typed| domain(typed))
        .collect::<Result<Vec<_>, _>>()?;
    let now = clock::now();
    let id = db.write(|tx| {
        let id = accounts::insert(tx, &command.name, &domains, command.seats, "UTC", now)
            .map_err(Failure::Account)?;
        let author = Author::staff(id);
        users::insert(
            tx,
            &author,
            ids::new(),
            &username,
            &profile,
            true,
            &password,
            now,
        )
        .map_err(Failure::Add)?;
        Ok::<_, Failure>(id)
    })?;
    if command.json {
        say(serde_json::json!({ "id": id, "name": command.name.trim(), "administrator": username.as_str() }).to_string());
    } else {
        say(format!(
            "Created the account {} ({id}).",
            command.name.trim()
        ));
        say(first_steps(config, &username, &password));
    }
    Ok(())
}

fn first_steps(config: &Config, username: &Username, password: &FirstPassword) -> String {
    let (who, origin) = (username.as_str(), config.public_url.origin());
    match password {
        FirstPassword::Mailed => {
            format!("{who} gets a mail with a password and signs in at {origin}/sign-in.")
        }
        FirstPassword::Own(_) => {
            format!("{who} signs in with the password you gave, at {origin}/sign-in.")
        }
    }
}

fn list(db: &Db, command: &ListCommand) -> Result<(), Refusal> {
    let (accounts, mut domains) = db
        .read(|tx| Ok((accounts::list(tx)?, accounts::all_domains(tx)?)))
        .map_err(|error: db::Error| format!("The database refused: {error}."))?;
    let mut rows = Vec::new();
    for account in &accounts {
        let domains = domains.remove(&account.id).unwrap_or_default();
        if command.json {
            rows.push(serde_json::json!({
                "id": account.id, "name": account.name, "seats": account.seats, "active": account.active_users,
                "inactive": account.inactive_users, "time_zone": account.time_zone, "domains": domains,
            }));
        } else {
            let (id, name, seats) = (account.id, &account.name, account.seats);
            let (active, inactive) = (account.active_users, account.inactive_users);
            let domains = domains.join(", ");
            say(format!(
                "{id}  {active:>6} of {seats:>6} seats  {inactive:>6} inactive  {name} ({domains})"
            ));
        }
    }
    if command.json {
        say(serde_json::Value::Array(rows).to_string());
    } else if accounts.is_empty() {
        say("There is no account yet. \"account create\" makes one.");
    }
    Ok(())
}

fn find(tx: &mut db::Connection, named: &str) -> Result<Account, Failure> {
    accounts::find_by_name_or_id(tx, named).map_err(Failure::Account)
}

fn set_seats(db: &Db, command: &SetSeatsCommand) -> Result<(), Refusal> {
    let now = clock::now();
    let before = db.write(|tx| {
        let account = find(tx, &command.account)?;
        accounts::set_seats(tx, &Author::staff(account.id), command.seats, now)
            .map_err(Failure::Account)
    })?;
    say(format!(
        "{}: {} seats, before {}.",
        before.name, command.seats, before.seats
    ));
    if before.active_users > command.seats {
        say(format!(
            "{} people are active: nobody more can be added or reactivated until {} are deactivated.",
            before.active_users,
            before.active_users - command.seats + 1
        ));
    }
    Ok(())
}

fn add_domain(db: &Db, command: &AddDomainCommand) -> Result<(), Refusal> {
    let domain = domain(&command.domain)?;
    let now = clock::now();
    let (account, is_new) = db.write(|tx| {
        let account = find(tx, &command.account)?;
        let is_new = accounts::add_domain(tx, &Author::staff(account.id), &domain, now)
            .map_err(Failure::Account)?;
        Ok::<_, Failure>((account, is_new))
    })?;
    say(format!(
        "{}: {} {}.",
        account.name,
        domain.as_str(),
        if is_new { "added" } else { "was there already" }
    ));
    Ok(())
}

fn add_administrator(
    config: &Config,
    db: &Db,
    command: &AddAdministratorCommand,
    password: FirstPassword,
) -> Result<(), Refusal> {
    let username = username(&command.email)?;
    let profile = profile(&command.first_name, &command.last_name)?;
    let now = clock::now();
    let (account, existed) = db.write(|tx| {
        let account = find(tx, &command.account)?;
        let author = Author::staff(account.id);
        accounts::lock(tx, account.id)?;
        if let Some(id) = users::find_by_username(tx, account.id, &username)? {
            if matches!(password, FirstPassword::Own(_)) {
                return Err(Failure::Other(
                    "This user exists already and keeps their password: leave out --password-stdin.".to_string(),
                ));
            }
            users::set_administrator(tx, &author, id, true, now).map_err(Failure::Administrator)?;
            return Ok((account, true));
        }
        users::insert(tx, &author, ids::new(), &username, &profile, true, &password, now).map_err(Failure::Add)?;
        Ok((account, false))
    })?;
    say(format!(
        "{}: {} is an administrator.",
        account.name,
        username.as_str()
    ));
    if !existed {
        say(first_steps(config, &username, &password));
    }
    Ok(())
}
