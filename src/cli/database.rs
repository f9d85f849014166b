//! The database that a command works on: the one that is set, or the private one.

use secrecy::SecretString;

use super::Refusal;
use super::output::complain;
use crate::config::{Config, Database};
use crate::db::{self, Db, Purpose};
use crate::private_postgres::{PrivatePostgres, Role};

/// Connections that pages share: more would only queue in PostgreSQL instead of here.
pub const SERVING_CONNECTIONS: u32 = 24;
/// Connections of a command at the terminal.
const COMMAND_CONNECTIONS: u32 = 4;

/// A database that is up, and the private server behind it, if it is ours; dropping it stops that one.
pub struct OpenDatabase {
    /// What the program connects with.
    pub program: SecretString,
    /// What migrations connect with.
    pub migration: SecretString,
    /// The private server.
    pub private: Option<PrivatePostgres>,
}

/// Opens the database, starting the private one where none is set.
///
/// # Errors
/// A sentence for the terminal.
pub fn open(config: &Config, role: Role) -> Result<OpenDatabase, Refusal> {
    match &config.database {
        Database::Url { program, migration } => Ok(OpenDatabase {
            program: program.clone(),
            migration: migration.clone(),
            private: None,
        }),
        Database::Private => {
            let private = PrivatePostgres::open(&config.data_dir, role, config.search_path.clone())
                .map_err(|error| error.to_string())?;
            let url = private.url().clone();
            Ok(OpenDatabase {
                program: url.clone(),
                migration: url,
                private: Some(private),
            })
        }
    }
}

impl OpenDatabase {
    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn migrate(&self) -> Result<Vec<String>, Refusal> {
        db::migrate(&self.migration)
    }

    /// A pool for pages and the mail worker.
    pub fn serving_pool(&self) -> Db {
        Db::new(&self.program, Purpose::Serving, SERVING_CONNECTIONS)
    }

    /// A pool for a command at the terminal.
    pub fn command_pool(&self) -> Db {
        Db::new(&self.program, Purpose::Maintenance, COMMAND_CONNECTIONS)
    }

    /// Stops the private server, if it is ours.
    pub fn close(self) {
        if let Some(private) = self.private
            && let Err(error) = private.stop()
        {
            complain(error.to_string());
        }
    }
}

/// Runs a command of the terminal on an up-to-date database and closes it afterwards.
///
/// # Errors
/// What `work` refuses, or a sentence about the database.
pub fn with_database<T>(
    config: &Config,
    work: impl FnOnce(&Db) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let database = open(config, Role::Join)?;
    let outcome = database
        .migrate()
        .and_then(|_| work(&database.command_pool()));
    database.close();
    outcome
}
