//! `account list`.

use clap::Args;

use crate::accounts;
use crate::cli::Refusal;
use crate::cli::output::say;
use crate::db::{self, Db};

/// `account list`.
#[derive(Debug, Args)]
pub struct ListCommand {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Says a line for each account.
///
/// # Errors
/// A sentence for the terminal.
pub(super) fn list(db: &Db, command: &ListCommand) -> Result<(), Refusal> {
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
