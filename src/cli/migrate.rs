//! `migrate`.

use super::output::say;
use super::{Refusal, database};
use crate::config::Config;
use crate::private_postgres::Role;

/// Runs what is pending.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: &Config) -> Result<(), Refusal> {
    let database = database::open(config, Role::Join)?;
    let ran = database.migrate();
    database.close();
    match ran?.as_slice() {
        [] => say("The database is up to date."),
        ran => ran.iter().for_each(|name| say(format!("Migrated: {name}"))),
    }
    Ok(())
}
