//! What the program's role may do where another role owns the tables: read and write, delete where
//! the program deletes, and never rewrite history.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl as _};
use secrecy::SecretString;

use super::Connection;
use super::migrations::maintenance_connection;

/// Tables whose rows run out or are used up. All others keep theirs.
pub(super) const DELETED_FROM: [&str; 15] = [
    "account_domains",
    "attention_tallies",
    "import_lines",
    "imports",
    "open_password_mails",
    "passwords",
    "recovery_codes",
    "recovery_links",
    "reserved_usernames",
    "second_factors",
    "sessions",
    "sign_in_sources",
    "temporary_passwords",
    "throttles",
    "training_attendances",
];

/// Programs that start at once do it one after the other: PostgreSQL fails two that change the rights
/// of a table together.
const GRANTING: i64 = 0x7561_6772_616e_7473;

/// Gives the role of `program` what it needs in the tables that the role of `owner` owns, and takes
/// back whatever it had beyond that. Nothing where both are one role.
///
/// # Errors
/// A sentence for the terminal.
pub fn grant(owner: &SecretString, program: &SecretString) -> Result<(), String> {
    let role = role(&mut maintenance_connection(program)?).map_err(not_granted)?;
    let mut connection = maintenance_connection(owner)?;
    if role == self::role(&mut connection).map_err(not_granted)? {
        return Ok(());
    }
    let role = quoted(&role);
    let deleted_from = DELETED_FROM.join(", ");
    connection
        .batch_execute(&format!(
            "begin;
             select pg_advisory_xact_lock({GRANTING});
             revoke all on all tables in schema public from {role};
             grant usage on schema public to {role};
             grant select, insert, update on all tables in schema public to {role};
             grant delete on {deleted_from} to {role};
             grant usage on all sequences in schema public to {role};
             revoke update on events from {role};
             revoke insert, update on __diesel_schema_migrations from {role};
             commit"
        ))
        .map_err(not_granted)
}

fn role(connection: &mut Connection) -> QueryResult<String> {
    diesel::select(diesel::dsl::sql::<Text>("current_user::text")).get_result(connection)
}

/// As an identifier: a role may be called anything.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn not_granted(error: diesel::result::Error) -> String {
    format!("The program's role could not be given its rights: {error}.")
}
