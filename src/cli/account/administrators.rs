//! `account add-administrator`.

use clap::Args;
use secrecy::SecretString;

use super::newcomer::{first_password, first_steps, profile, username};
use super::{Failure, find};
use crate::cli::Refusal;
use crate::cli::output::say;
use crate::config::Config;
use crate::db::Db;
use crate::history::Author;
use crate::users::{self, FirstPassword};
use crate::{accounts, clock, ids};

/// `account add-administrator`.
#[derive(Debug, Args)]
pub struct AddAdministratorCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// The administrator's email address, which is their username
    #[arg(long)]
    pub(super) email: String,
    /// The administrator's first name, where they are no user yet
    #[arg(long)]
    first_name: Option<String>,
    /// The administrator's last name, where they are no user yet
    #[arg(long)]
    last_name: Option<String>,
    /// Read their own password from standard input instead of mailing one
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Adds them, or makes the user who is there one.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn add_administrator(
    config: &Config,
    db: &Db,
    command: &AddAdministratorCommand,
    typed: Option<&SecretString>,
) -> Result<(), Refusal> {
    let username = username(&command.email)?;
    let profile = match (&command.first_name, &command.last_name) {
        (None, None) => None,
        (first_name, last_name) => Some(profile(
            first_name.as_deref().unwrap_or_default(),
            last_name.as_deref().unwrap_or_default(),
        )?),
    };
    let password = match &profile {
        Some(profile) => {
            let account = db.read(|connection| find(connection, &command.account))?;
            first_password(config, typed, &username, profile, &account.name)?
        }
        // Nobody is added without a name.
        None => FirstPassword::Mailed,
    };
    let now = clock::now();
    let (account, existed) = db.write(|tx| {
        let account = find(tx, &command.account)?;
        let author = Author::staff(account.id);
        accounts::lock(tx, account.id)?;
        if let Some(id) = users::find_by_username(tx, account.id, &username)? {
            if typed.is_some() {
                return Err(Failure::Other(
                    "This user exists already and keeps their password: leave out --password-stdin.".to_string(),
                ));
            }
            users::set_administrator(tx, &author, id, true, now).map_err(Failure::Administrator)?;
            return Ok((account, true));
        }
        let profile = profile.as_ref().ok_or_else(|| Failure::Other(format!(
            "{} has no user {}. To add them, give --first-name and --last-name as well.", account.name, username.as_str()
        )))?;
        users::insert(tx, &author, ids::new(), &username, profile, true, &password, now).map_err(Failure::Add)?;
        Ok((account, false))
    })?;
    if command.json {
        say(serde_json::json!({ "account": account.id, "administrator": username.as_str(), "added": !existed }).to_string());
        return Ok(());
    }
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
