//! `account create`.

use clap::Args;
use secrecy::SecretString;

use super::Failure;
use super::domains::{self, Consent};
use super::newcomer::{first_password, first_steps, profile, username};
use crate::cli::output::say;
use crate::cli::{Refusal, number};
use crate::config::Config;
use crate::db::Db;
use crate::history::Author;
use crate::users;
use crate::{accounts, clock, ids};

/// `account create`.
#[derive(Debug, Args)]
pub struct CreateCommand {
    /// The company's name
    #[arg(long)]
    name: String,
    /// An email domain of the company; may be given several times
    #[arg(long, required = true)]
    domain: Vec<String>,
    #[command(flatten)]
    consent: Consent,
    /// How many people may be active at once
    #[arg(long, value_parser = number::whole::<i32>)]
    seats: i32,
    #[command(flatten)]
    pub(super) administrator: FirstAdministrator,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Who administers a new account.
#[derive(Debug, Args)]
pub struct FirstAdministrator {
    /// The administrator's email address, which is their username
    #[arg(long)]
    pub(super) administrator_email: String,
    /// The administrator's first name
    #[arg(long)]
    first_name: String,
    /// The administrator's last name
    #[arg(long)]
    last_name: String,
    /// Read the administrator's own password from standard input instead of mailing one
    #[arg(long)]
    pub(super) password_stdin: bool,
}

/// Makes the account with its first administrator.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn create(
    config: &Config,
    db: &Db,
    command: &CreateCommand,
    typed: Option<&SecretString>,
) -> Result<(), Refusal> {
    let administrator = &command.administrator;
    let username = username(&administrator.administrator_email)?;
    let profile = profile(&administrator.first_name, &administrator.last_name)?;
    let password = first_password(config, typed, &username, &profile, &command.name)?;
    let domains = command
        .domain
        .iter()
        .map(|typed| domains::read(typed, &command.consent))
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
