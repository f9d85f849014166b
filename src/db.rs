//! The database: a pool of connections, `read`, and `write`, which is one transaction.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::result::DatabaseErrorKind;
use diesel::{Connection as _, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use secrecy::{ExposeSecret as _, SecretString};

/// A connection to PostgreSQL, inside a transaction where a function changes something.
pub type Connection = PgConnection;
/// What a query failed with.
pub type Error = diesel::result::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// PostgreSQL 14, as `server_version_num` counts.
const OLDEST_SERVER: i32 = 140_000;

/// How long a request waits for a free connection. A person is waiting: better a page that says
/// "busy" than a page that never comes.
const POOL_WAIT: Duration = Duration::from_secs(2);
/// The slowest statement that a page may send; every request ends within 5 s.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a statement waits for somebody else's lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// libpq counts in seconds and takes anything under 2 as 2.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// What connections are for, which decides their time-outs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Pages and the mail worker: somebody waits.
    Serving,
    /// Commands at a terminal, migrations and bulk loads: nothing is cut short.
    Maintenance,
}

/// The pool. Cloning it shares it.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
}

impl Db {
    /// Makes a pool of at most `connections`; none is opened before it is needed.
    pub fn new(url: &SecretString, purpose: Purpose, connections: u32) -> Db {
        let manager = ConnectionManager::new(with_time_outs(url.expose_secret(), purpose));
        // A command at a terminal ends soon: a spare connection would only be in the way of the end.
        let spare = u32::from(purpose == Purpose::Serving);
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(spare))
            .connection_timeout(POOL_WAIT)
            .build_unchecked(manager);
        Db { pool }
    }

    /// Runs `query` on a connection, outside a transaction.
    pub fn read<T, E>(&self, query: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let mut connection = self
            .pool
            .get()
            .map_err(|error| unavailable(error.to_string()))?;
        query(&mut connection)
    }

    /// Runs `change` in one transaction: all of it is kept, or after an error nothing.
    pub fn write<T, E>(&self, change: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.read(|connection| connection.transaction(change))
    }
}

/// Brings the schema up to date; says which migrations ran. Two programs that start at once migrate
/// once: the second waits for the first.
///
/// # Errors
/// A sentence for the terminal.
pub fn migrate(url: &SecretString) -> Result<Vec<String>, String> {
    server_version(url)?;
    let mut connection = maintenance_connection(url)?;
    // Held until this connection closes.
    connection
        .batch_execute("select pg_advisory_lock(hashtext('user_accounts migrations'))")
        .map_err(|error| format!("The migrations could not be locked: {error}."))?;
    let ran = connection
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| format!("A migration failed and was rolled back: {error}."))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

/// The major version of the server.
///
/// # Errors
/// A sentence for the terminal: out of reach, or older than 14.
pub fn server_version(url: &SecretString) -> Result<i32, String> {
    let version: i32 = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>(
        "current_setting('server_version_num')::integer",
    ))
    .get_result(&mut maintenance_connection(url)?)
    .map_err(|error| format!("The database does not answer: {error}."))?;
    let major = version / 10_000;
    if version < OLDEST_SERVER {
        return Err(format!(
            "The database is PostgreSQL {major}; User Accounts needs PostgreSQL 14 or newer."
        ));
    }
    Ok(major)
}

/// The migrations that [`migrate`] would run, by name.
///
/// # Errors
/// A sentence for the terminal.
pub fn pending_migrations(url: &SecretString) -> Result<Vec<String>, String> {
    let pending = maintenance_connection(url)?
        .pending_migrations(MIGRATIONS)
        .map_err(|error| format!("The migrations could not be compared: {error}."))?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

fn maintenance_connection(url: &SecretString) -> Result<PgConnection, String> {
    PgConnection::establish(&with_time_outs(url.expose_secret(), Purpose::Maintenance)).map_err(
        |error| {
            let reason = reason_without_secret(&error.to_string());
            format!("The database cannot be reached: {reason}.")
        },
    )
}

/// What libpq says of a connection that failed, as one line. Of an address that it does not
/// understand it repeats parts, which may hold the password: only what is known to hold none is kept.
fn reason_without_secret(said: &str) -> String {
    const WITHOUT_SECRET: [&str; 3] = [
        "connection to server",
        "could not translate host name",
        "invalid sslmode value",
    ];
    // One line for each host that was tried; what begins with a tab only asks whether it runs.
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('\t'))
        .collect();
    let is_told = |line: &&str| WITHOUT_SECRET.iter().any(|start| line.starts_with(start));
    if !lines.is_empty() && lines.iter().all(is_told) {
        lines.join("; ")
    } else {
        "its address is not understood: it should be like \
         postgres://user:password@host/database?sslmode=verify-full"
            .to_string()
    }
}

/// Whether the database was out of reach, too busy, or gave up waiting: the request may be tried
/// again, nothing was half done.
pub fn is_unavailable(error: &Error) -> bool {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager => true,
        // What PostgreSQL says of its time-outs and of its own end has no kind of its own in diesel.
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let message = information.message();
            [
                "canceling statement due to",
                "terminating connection",
                "server closed the connection",
                "deadlock detected",
                "the database system is",
                "no space left on device",
            ]
            .iter()
            .any(|known| message.to_ascii_lowercase().contains(known))
        }
        _ => false,
    }
}

/// The name of the constraint that refused a change, if one did.
pub fn violated_constraint(error: &Error) -> Option<&str> {
    match error {
        Error::DatabaseError(_, information) => information.constraint_name(),
        _ => None,
    }
}

fn unavailable(message: String) -> Error {
    Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(message))
}

/// Adds libpq's settings to the connection string, except those that it sets itself. As text: libpq
/// takes addresses without a host, which are no URLs.
fn with_time_outs(url: &str, purpose: Purpose) -> String {
    let mut options = "-c client_min_messages=warning -c timezone=UTC".to_string();
    if purpose == Purpose::Serving {
        options.push_str(&format!(
            " -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
            STATEMENT_TIMEOUT.as_millis(),
            LOCK_TIMEOUT.as_millis(),
            // Longer than any transaction of ours: it frees the locks of a program that hangs.
            (STATEMENT_TIMEOUT * 15).as_millis(),
        ));
    }
    let settings = [
        ("connect_timeout", CONNECT_TIMEOUT.as_secs().to_string()),
        ("keepalives_idle", "10".to_string()),
        ("keepalives_interval", "5".to_string()),
        ("keepalives_count", "3".to_string()),
        (
            "tcp_user_timeout",
            STATEMENT_TIMEOUT.as_millis().to_string(),
        ),
        ("application_name", "user-accounts".to_string()),
        ("options", options),
    ];
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let is_set = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let mut text = url.to_string();
    for (name, value) in settings.iter().filter(|(name, _)| !is_set(name)) {
        text.push(if text.contains('?') { '&' } else { '?' });
        // libpq decodes %20 and knows no "+": form encoding alone will not do.
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        text.push_str(&format!("{name}={}", value.replace('+', "%20")));
    }
    text
}

/// Asks the database for nothing, to see that it answers.
///
/// # Errors
/// Whatever it says instead.
pub fn ping(connection: &mut Connection) -> Result<(), Error> {
    connection.batch_execute("select 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_says_itself_stays() {
        let text = with_time_outs(
            "postgres://u@/db?host=%2Frun&connect_timeout=9",
            Purpose::Maintenance,
        );
        assert!(
            text.starts_with("postgres://u@/db?host=%2Frun&connect_timeout=9&keepalives_idle=10&")
        );
        assert!(
            text.ends_with("&options=-c%20client_min_messages%3Dwarning%20-c%20timezone%3DUTC"),
            "{text}"
        );
        let text = with_time_outs("postgres://h/db", Purpose::Serving);
        assert!(
            text.starts_with("postgres://h/db?connect_timeout=2&")
                && text.contains("statement_timeout%3D4000")
        );
    }

    #[test]
    fn an_address_that_is_not_understood_is_not_repeated() {
        for address in [
            "postgres://u:secret%zzword@127.0.0.1:1/x",
            "postgres://u:secret word@127.0.0.1:1/x",
            "postgres://u:secretword@[::1/x",
            "postgres://127.0.0.1:1/x?password=secretword%zz",
        ] {
            let sentence = server_version(&address.to_string().into()).unwrap_err();
            assert!(
                sentence.contains("is not understood"),
                "{address}: {sentence}"
            );
            assert!(!sentence.contains("secret"), "{sentence}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named_in_one_line() {
        for (address, place) in [
            ("postgres://u:secretword@127.0.0.1:1/x", "127.0.0.1"),
            (
                "postgres://u:secretword@/x?host=/nonexistent",
                "/nonexistent",
            ),
        ] {
            let sentence = server_version(&address.to_string().into()).unwrap_err();
            assert!(
                sentence.contains(place) && sentence.lines().count() == 1,
                "{sentence}"
            );
            assert!(!sentence.contains("secretword"), "{sentence}");
        }
    }
}
