//! What can go wrong with the private PostgreSQL, each as a sentence for the terminal.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no private PostgreSQL. Every variant reads as one sentence or two that say what to do.
#[derive(Debug, thiserror::Error)]
pub enum PrivatePostgresError {
    /// A server holds the lock of this data folder.
    #[error(
        "Another User Accounts server is using {}. Stop it first, or set DATA_DIR to another folder.",
        .0.display()
    )]
    AnotherServer(PathBuf),
    /// Something in the data folder cannot be made or written.
    #[error(
        "DATA_DIR cannot be used: {} could not be written ({reason}). Set DATA_DIR to a folder that this user may write.",
        path.display()
    )]
    DataDir {
        /// What was to be written.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// The database is another user's.
    #[error(
        "DATA_DIR holds a database, {}, that belongs to {owner}. Run this as {run_as}, or set DATA_DIR to another folder.",
        cluster.display()
    )]
    NotOurs {
        /// The folder of the database.
        cluster: PathBuf,
        /// Whose it is, by name where there is one.
        owner: String,
        /// Who could start it.
        run_as: String,
    },
    /// Started as root, with a database whose owner cannot get at it any more.
    #[error(
        "DATA_DIR holds a database, {}, but {user}, who runs it, may not enter the folders above it. Give them the permission to be passed through (chmod o+x).",
        cluster.display()
    )]
    OutOfReach {
        /// The folder of the database.
        cluster: PathBuf,
        /// Who runs PostgreSQL.
        user: String,
    },
    /// Nobody to run PostgreSQL as: it refuses to be run by root.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody. Run this as another user, or set DATABASE_URL."
    )]
    NobodyToRunAs,
    /// The folder for the socket is there and is somebody else's, or open to others.
    #[error(
        "The folder for the database's socket, {}, is not safe to use: {problem}. Remove it, or set DATA_DIR to another folder.",
        dir.display()
    )]
    SocketDir {
        /// The folder under /tmp.
        dir: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// No `initdb` and `postgres` of a version that will do.
    #[error(
        "PostgreSQL 14 or newer is needed and is not installed. Install it with `{install}`, or set DATABASE_URL to a database elsewhere."
    )]
    NoPrograms {
        /// The command of this operating system.
        install: &'static str,
    },
    /// The database was made by a major version that is not installed.
    #[error(
        "The database in {} was made by PostgreSQL {made_by}, whose programs are not installed. Install PostgreSQL {made_by}, or set DATA_DIR to another folder.",
        cluster.display()
    )]
    OtherVersion {
        /// The folder of the database.
        cluster: PathBuf,
        /// What its `PG_VERSION` says.
        made_by: String,
    },
    /// PostgreSQL is there without the extensions that the tables need.
    #[error(
        "PostgreSQL lacks its extensions pg_trgm and btree_gin. Install them with `{install}`."
    )]
    NoContrib {
        /// The command of this operating system.
        install: &'static str,
    },
    /// A program could not be run at all.
    #[error("{} could not be run: {reason}. Repair the installation of PostgreSQL, or set DATABASE_URL.", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// `initdb` failed.
    #[error("The database could not be made in {}. PostgreSQL said: {said}", cluster.display())]
    NotMade {
        /// Where it was to be.
        cluster: PathBuf,
        /// The last lines of the log.
        said: String,
    },
    /// PostgreSQL ended instead of starting.
    #[error("PostgreSQL did not start. The end of {} says: {said}", log.display())]
    NotStarted {
        /// The log.
        log: PathBuf,
        /// Its last lines.
        said: String,
    },
    /// PostgreSQL runs and takes no connection.
    #[error(
        "PostgreSQL (process {pid}) runs on {} and does not answer at {}: {said} Stop it with `kill -INT {pid}`, then try again.",
        cluster.display(), socket_dir.display()
    )]
    NotAnswering {
        /// The postmaster.
        pid: i32,
        /// The folder of the database.
        cluster: PathBuf,
        /// Where it was asked.
        socket_dir: PathBuf,
        /// What came of it.
        said: String,
    },
    /// Processes that this program cannot see work on the database.
    #[error(
        "Processes that cannot be seen from here still work on the database in {}, perhaps in another container. Stop them first, or set DATA_DIR to another folder.",
        .0.display()
    )]
    Busy(PathBuf),
    /// Somebody has been starting or stopping for too long.
    #[error(
        "Another User Accounts program has been starting or stopping the database in {} for {seconds} seconds. Try again when it is done, or stop it.",
        data_dir.display()
    )]
    Waited {
        /// The data folder.
        data_dir: PathBuf,
        /// How long this program waited.
        seconds: u64,
    },
    /// The database inside could not be prepared.
    #[error("The private PostgreSQL runs, but its database could not be made: {0}.")]
    Database(String),
    /// It does not stop.
    #[error("PostgreSQL (process {pid}) does not stop. Its log, {}, may say why; `kill -INT {pid}` stops it at once.", log.display())]
    NotStopped {
        /// The postmaster.
        pid: i32,
        /// The log.
        log: PathBuf,
    },
}

/// For `map_err`: `path` is what was being written.
pub(super) fn data_dir(path: &Path) -> impl FnOnce(io::Error) -> PrivatePostgresError {
    let path = path.to_path_buf();
    move |reason| PrivatePostgresError::DataDir { path, reason }
}
