//! The database that a command works on: the one that is set, or the private one.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Refusal;
use super::interruption::{Guarded, INTERRUPTED, STOPPED};
use crate::config::{Config, Database};
use crate::db::{self, Db, Purpose};
use crate::private_postgres::{PrivatePostgres, Role};

/// Connections that pages share: more would only queue in PostgreSQL instead of here.
pub const SERVING_CONNECTIONS: u32 = 24;
/// Connections of a command at the terminal.
const COMMAND_CONNECTIONS: u32 = 4;
/// What of [`db::Standing::rewrites`] only the owner of the tables has.
const REWRITES_HISTORY: &str = "update on events";

/// A database that is up, and the private server behind it, if it is ours.
pub struct OpenDatabase {
    /// What the program connects with.
    pub program: SecretString,
    /// What migrations connect with.
    pub migration: SecretString,
    /// A sentence for the terminal, where the private server keeps its files in an unexpected place.
    pub notice: Option<String>,
    /// The folder of the private server's database, where that was made just now.
    pub made: Option<PathBuf>,
    private: Option<Guarded>,
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
            notice: None,
            made: None,
            private: None,
        }),
        Database::Private => {
            let mut url = SecretString::default();
            let mut notice = None;
            let mut made = None;
            let status = match role {
                Role::Serve => STOPPED,
                Role::Join => INTERRUPTED,
            };
            let private = Guarded::open(status, || {
                let private =
                    PrivatePostgres::open(&config.data_dir, role, config.search_path.clone())
                        .map_err(|error| error.to_string())?;
                url = private.url().clone();
                notice = private.notice().map(ToString::to_string);
                made = private.made().map(Path::to_path_buf);
                Ok(private)
            })?;
            Ok(OpenDatabase {
                program: url.clone(),
                migration: url,
                notice,
                made,
                private: Some(private),
            })
        }
    }
}

impl OpenDatabase {
    /// Brings the schema up to date, and gives the program's role its rights in it.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn migrate(&self) -> Result<Vec<String>, Refusal> {
        let ran = db::migrate(&self.migration)?;
        db::grant(&self.migration, &self.program)?;
        Ok(ran)
    }

    /// Sees that the schema is the one that this program knows. A database that somebody set is brought up to
    /// date only when told to, by `migrate` and `serve`: its other programs may be older. The private one is
    /// looked after by nobody else.
    ///
    /// # Errors
    /// A sentence that says how to bring it up to date.
    pub fn require_current(&self) -> Result<(), Refusal> {
        if self.is_private() {
            return self.migrate().map(drop);
        }
        let pending = db::pending_migrations(&self.program)?;
        if pending.is_empty() {
            return Ok(());
        }
        Err(format!(
            "The database lacks what this version of the program needs ({} of its migrations did not run yet). \
             Run \"user-accounts migrate\" first; \"serve\" does so when it starts.",
            pending.len()
        ))
    }

    /// The same for whoever begins something: a database with nothing in it is filled, since nothing in it can
    /// be changed by that.
    ///
    /// # Errors
    /// As [`OpenDatabase::require_current`].
    pub fn fill_or_require_current(&self) -> Result<(), Refusal> {
        if db::standing(&self.migration)?.is_empty {
            return self.migrate().map(drop);
        }
        self.require_current()
    }

    /// A pool for pages and the mail worker.
    pub fn serving_pool(&self) -> Db {
        Db::new(&self.program, Purpose::Serving, SERVING_CONNECTIONS)
    }

    /// A pool for a command at the terminal.
    pub fn command_pool(&self) -> Db {
        Db::new(&self.program, Purpose::Maintenance, COMMAND_CONNECTIONS)
    }

    /// A pool for the one command that rewrites history, as the owner of the tables.
    pub fn owner_pool(&self) -> Db {
        Db::new(&self.migration, Purpose::Maintenance, COMMAND_CONNECTIONS)
    }

    /// Whether it is the private one, which nobody but this program looks after.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// From now on whoever calls this listens to the signals and closes in its own order; until
    /// then, being told to stop closes the database and ends the program.
    pub fn leave_signals_to_caller(&self) {
        if let Some(private) = &self.private {
            private.leave_signals_to_caller();
        }
    }

    /// From now on the private server, if it is ours, is started again where it ends by itself. For
    /// programs that go on for long.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn keep_running(&self) -> Result<(), Refusal> {
        self.private.as_ref().map_or(Ok(()), Guarded::keep_running)
    }

    /// Stops the private server, if it is ours.
    pub fn close(self) {
        if let Some(private) = self.private {
            private.close();
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
    while_open(config, |database| {
        database.require_current()?;
        work(&database.command_pool())
    })
}

/// As [`with_database`], for what may be the first thing ever done with the database.
///
/// # Errors
/// As [`with_database`].
pub fn with_database_to_begin<T>(
    config: &Config,
    work: impl FnOnce(&Db) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    while_open(config, |database| {
        database.fill_or_require_current()?;
        work(&database.command_pool())
    })
}

/// As [`with_database`], with the rights of the owner of the tables, who alone may rewrite history.
///
/// # Errors
/// As [`with_database`]; a sentence where the role is another one.
pub fn as_owner<T>(
    config: &Config,
    work: impl FnOnce(&Db) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    while_open(config, |database| {
        database.require_current()?;
        let standing = db::standing(&database.migration)?;
        if standing
            .rewrites
            .iter()
            .any(|right| right == REWRITES_HISTORY)
        {
            return work(&database.owner_pool());
        }
        Err(format!(
            "Nothing was changed: this rewrites history, which the role {} may not. Set MIGRATION_DATABASE_URL to the \
             address of the database with the role that owns the tables, for this command alone, and give it again.",
            standing.role
        ))
    })
}

fn while_open<T>(
    config: &Config,
    work: impl FnOnce(&OpenDatabase) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let database = open(config, Role::Join)?;
    let outcome = work(&database);
    database.close();
    outcome
}
