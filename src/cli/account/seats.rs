//! `account set-seats`.

use clap::Args;

use super::{Failure, find};
use crate::cli::output::say;
use crate::cli::{Refusal, number};
use crate::db::Db;
use crate::history::Author;
use crate::{accounts, clock};

/// `account set-seats`.
#[derive(Debug, Args)]
pub struct SetSeatsCommand {
    /// The account's name or id
    #[arg(long)]
    account: String,
    /// How many people may be active at once
    #[arg(long, value_parser = number::whole::<i32>)]
    seats: i32,
}

/// Sets them, and says what follows.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn set_seats(db: &Db, command: &SetSeatsCommand) -> Result<(), Refusal> {
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
