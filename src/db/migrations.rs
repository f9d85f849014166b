//! The schema, and what may hold it.

use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::Bool;
use diesel::{Connection as _, QueryDsl as _, QueryResult, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use secrecy::{ExposeSecret as _, SecretString};

use super::Purpose;
use super::address::{reason_without_secret, what_to_do, with_time_outs};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// PostgreSQL 14, as `server_version_num` counts.
const OLDEST_SERVER: i32 = 140_000;

/// Brings the schema up to date; says which migrations ran. Two programs that start at once migrate
/// once: the second waits for the first. A schema that a newer version made is refused: an older
/// program does not know what holds in it.
///
/// # Errors
/// A sentence for the terminal.
pub fn migrate(url: &SecretString) -> Result<Vec<String>, String> {
    server_version(url)?;
    let mut connection = maintenance_connection(url)?;
    // Looked at before anything else: a role that may not change the schema can start on one that
    // is up to date.
    if pending(&mut connection)?.is_empty() {
        return Ok(Vec::new());
    }
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
    pending(&mut maintenance_connection(url)?)
}

/// Reads what was run, and changes nothing.
fn pending(connection: &mut PgConnection) -> Result<Vec<String>, String> {
    let run = versions_run(connection)
        .map_err(|error| format!("The migrations could not be compared: {error}."))?;
    let embedded: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS
        .migrations()
        .map_err(|error| format!("The migrations could not be read: {error}."))?;
    let known: Vec<String> = embedded
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    if let Some(newer) = run.iter().find(|version| !known.contains(version)) {
        return Err(format!(
            "The database was brought up to date by a newer version of this program (migration {newer}). \
             Start that version, or restore the backup made before the upgrade."
        ));
    }
    Ok(embedded
        .iter()
        .map(|migration| migration.name())
        .filter(|name| !run.contains(&name.version().to_string()))
        .map(ToString::to_string)
        .collect())
}

fn versions_run(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    let is_new: bool = diesel::select(diesel::dsl::sql::<Bool>(
        "to_regclass('__diesel_schema_migrations') is null",
    ))
    .get_result(connection)?;
    if is_new {
        return Ok(Vec::new());
    }
    __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .load(connection)
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

pub(super) fn maintenance_connection(url: &SecretString) -> Result<PgConnection, String> {
    PgConnection::establish(&with_time_outs(url.expose_secret(), Purpose::Maintenance)).map_err(
        |error| {
            let reason = reason_without_secret(&error.to_string());
            let help = what_to_do(&reason);
            format!("The database cannot be reached: {reason}.{help}")
        },
    )
}
