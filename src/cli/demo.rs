//! `demo`: demonstration data.

use std::time::Instant;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::output::say;
use super::{Refusal, database, number};
use crate::config::Config;
use crate::db::Db;
use crate::passwords::Hasher;
use crate::web::components::{Progress, grouped};
use crate::{accounts, clock, demo};

/// Make demonstration data.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// Make so many large accounts instead of the demo account
    #[arg(long, requires = "users", value_parser = number::whole::<u32>)]
    accounts: Option<u32>,
    /// Share so many users among them
    #[arg(long, requires = "accounts", value_parser = number::whole::<u64>)]
    users: Option<u64>,
    /// The same seed makes the same people
    #[arg(long, default_value_t = 1, value_parser = number::whole::<u64>)]
    seed: u64,
}

/// Makes the demo account, or many large ones.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: &Config, command: &DemoCommand) -> Result<(), Refusal> {
    database::with_database_to_begin(config, |db| match (command.accounts, command.users) {
        (Some(accounts), Some(users)) => {
            let started = Instant::now();
            let mut told = 0;
            let mut progress = |done: u64| {
                // Every hundred thousand is news enough.
                if done / 100_000 > told {
                    told = done / 100_000;
                    say(so_far(done, users, started.elapsed().as_secs()));
                }
            };
            demo::generate(
                db,
                accounts,
                users,
                command.seed,
                clock::now(),
                &mut progress,
            )
            .map_err(|error| error.to_string())?;
            say(format!(
                "Made {} accounts with {} users.",
                grouped(accounts.into()),
                grouped(users)
            ));
            Ok(())
        }
        _ => {
            let hasher = Hasher::start(1)
                .map_err(|error| format!("No thread could be started: {error}."))?;
            make(config, db, &hasher)
        }
    })
}

/// Makes the demo account where there is no account at all, and says once how to sign in.
///
/// # Errors
/// A sentence for the terminal.
pub fn make_where_empty(config: &Config, db: &Db, hasher: &Hasher) -> Result<(), Refusal> {
    let accounts = db
        .read(accounts::list)
        .map_err(|error| format!("The database refused: {error}."))?;
    if accounts.is_empty() {
        make(config, db, hasher)
    } else {
        Ok(())
    }
}

fn make(config: &Config, db: &Db, hasher: &Hasher) -> Result<(), Refusal> {
    let sign_in =
        demo::create_demo_account(db, hasher, clock::now()).map_err(|error| error.to_string())?;
    say("");
    say("A demo account was made: Acme Instruments. Sign in (this is said once):");
    say(format!(
        "    at        {}/sign-in",
        config.public_url.origin()
    ));
    say(format!("    Username  {}", sign_in.username));
    say(format!(
        "    Password  {}",
        sign_in.password.expose_secret()
    ));
    say("");
    Ok(())
}

/// `300,000 of 1,000,000 users, about a minute left`.
fn so_far(done: u64, users: u64, seconds: u64) -> String {
    let [counted, waiting, seconds] = [done, users.saturating_sub(done), seconds]
        .map(|figure| i64::try_from(figure).unwrap_or(i64::MAX));
    let left = Progress::time_left(counted, waiting, seconds)
        .map_or(String::new(), |left| format!(", {left}"));
    format!("{} of {} users{left}", grouped(done), grouped(users))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_data_tells_how_far_it_is_and_how_long_it_will_take() {
        assert_eq!(
            so_far(300_000, 1_000_000, 20),
            "300,000 of 1,000,000 users, about a minute left"
        );
        assert_eq!(
            so_far(1_000_000, 1_000_000, 60),
            "1,000,000 of 1,000,000 users"
        );
    }
}
