//! The database: out of reach, behind, without what it needs, too mighty a role, another time.

use secrecy::ExposeSecret as _;
use time::Duration;

use super::Finding;
use crate::cli::database::{self, OpenDatabase};
use crate::config::Config;
use crate::private_postgres::Role;
use crate::{clock, db};

/// How far the clocks may be apart: sessions, links and codes are counted by both.
const CLOCKS_APART: Duration = Duration::seconds(5);
/// Missing rights told by name.
const TOLD: usize = 3;

/// What there is to say about it.
pub fn findings(config: &Config) -> Vec<Finding> {
    let database = match database::open(config, Role::Join) {
        Ok(database) => database,
        Err(refusal) => return vec![("Database", Err(refusal))],
    };
    let findings = of_open(&database);
    database.close();
    findings
}

fn of_open(database: &OpenDatabase) -> Vec<Finding> {
    let version = db::server_version(&database.program);
    let answers = version.is_ok();
    let mut findings = vec![(
        "Database",
        version.map(|version| match &database.made {
            Some(folder) => format!(
                "PostgreSQL {version} answers; there was no database yet, and an empty one was made in {}.",
                folder.display()
            ),
            None => format!("PostgreSQL {version} answers."),
        }),
    )];
    if !answers {
        return findings;
    }
    let standing = db::standing(&database.program);
    let is_empty = standing.as_ref().is_ok_and(|standing| standing.is_empty);
    let schema = if is_empty {
        still_to_be_made(database)
    } else {
        migrations(database)
    };
    findings.push(("Migrations", schema));
    match standing {
        Ok(standing) => {
            findings.push(("Extensions", extensions(&standing)));
            if !database.is_private() {
                findings.push(("Database role", role(database, &standing)));
            }
            findings.push(("Clocks", clocks(standing.clock - clock::now())));
            findings.push(("Messages", messages(&standing.messages)));
        }
        Err(refusal) => findings.push(("Database role", Err(refusal))),
    }
    findings
}

/// Nothing is wrong with an empty database, where whoever serves it may fill it.
fn still_to_be_made(database: &OpenDatabase) -> Result<String, String> {
    if database.is_private() {
        return Ok(
            "none ran yet, the database is empty. \"serve\" makes the tables and a demo account when it starts."
                .to_string(),
        );
    }
    let owner = db::standing(&database.migration)?;
    if owner.may_make_tables {
        return Ok(format!(
            "none ran yet, the database is empty. \"serve\" makes the tables when it starts, as {}; \"user-accounts migrate\" does so now.",
            owner.role
        ));
    }
    Err(format!(
        "none ran yet, the database is empty, and {} may not make tables in it. Set MIGRATION_DATABASE_URL to the role that owns \
         the database, as docs/operations.md tells under \"Two roles in PostgreSQL\".",
        owner.role
    ))
}

fn migrations(database: &OpenDatabase) -> Result<String, String> {
    let pending = db::pending_migrations(&database.migration)?;
    match pending.as_slice() {
        [] => Ok("up to date.".to_string()),
        pending => Err(format!(
            "{} pending ({}). Run \"user-accounts migrate\"; \"serve\" does so when it starts.",
            pending.len(),
            pending.join(", ")
        )),
    }
}

fn extensions(standing: &db::Standing) -> Result<String, String> {
    match standing.missing_extensions.as_slice() {
        [] => Ok("pg_trgm and btree_gin are there.".to_string()),
        missing => Err(format!(
            "PostgreSQL does not have {}. Install its contrib package on the database's machine (postgresql-contrib).",
            missing.join(" and ")
        )),
    }
}

fn role(database: &OpenDatabase, standing: &db::Standing) -> Result<String, String> {
    let role = &standing.role;
    let separate = database.program.expose_secret() != database.migration.expose_secret();
    if standing.superuser {
        return Err(format!(
            "DATABASE_URL signs in as {role}, a superuser, to whom nothing is forbidden. Make a role of its own for the program, \
             as docs/operations.md tells under \"Two roles in PostgreSQL\"."
        ));
    }
    if standing.is_empty {
        return Ok(if separate {
            format!("{role} gets its rights when the tables are made.")
        } else {
            format!("{role} will own the tables.")
        });
    }
    if !standing.lacks.is_empty() {
        let told: Vec<&str> = standing
            .lacks
            .iter()
            .take(TOLD)
            .map(String::as_str)
            .collect();
        let more = match standing.lacks.len().saturating_sub(TOLD) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Err(format!(
            "{role} lacks rights ({}{more}). Run \"user-accounts migrate\" with MIGRATION_DATABASE_URL set to the role that owns the tables; it gives them.",
            told.join(", ")
        ));
    }
    if standing.owns_tables && separate {
        return Err(format!(
            "DATABASE_URL signs in as {role}, who owns the tables and may do anything to them. Name the program's role there, and the owner in MIGRATION_DATABASE_URL alone."
        ));
    }
    if !standing.owns_tables && !standing.rewrites.is_empty() {
        return Err(format!(
            "{role} may rewrite history ({}). Run \"user-accounts migrate\" with MIGRATION_DATABASE_URL set to the role that owns the tables; it takes that back.",
            standing.rewrites.join(", ")
        ));
    }
    Ok(if standing.owns_tables {
        format!(
            "{role} owns its tables. With a second role, as docs/operations.md tells, nobody could rewrite history."
        )
    } else {
        format!("{role} may do what the program does, and no more.")
    })
}

/// What PostgreSQL says of a time-out, of a deadlock or of its own end is told from a fault by its words
/// (`src/db/failure.rs`): diesel hands on no code.
fn messages(language: &str) -> Result<String, String> {
    let is_english = ["", "C", "POSIX"].contains(&language)
        || ["C.", "en_", "en.", "en-", "English"]
            .iter()
            .any(|start| language.starts_with(start))
        || language == "en";
    if is_english {
        return Ok("the database speaks English, as the program expects.".to_string());
    }
    Err(format!(
        "the database says what is wrong in another language (lc_messages is {language}): the program would take a moment of \
         too much at once for a fault. As a superuser type: alter system set lc_messages = 'C'; select pg_reload_conf();"
    ))
}

fn clocks(ahead: Duration) -> Result<String, String> {
    if ahead.abs() <= CLOCKS_APART {
        return Ok("this machine and the database agree on the time.".to_string());
    }
    let way = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    Err(format!(
        "the database's clock is {} seconds {way} this machine's, so that sessions and links run out at the wrong time. \
         Set both by a time server (NTP).",
        ahead.abs().whole_seconds()
    ))
}

#[cfg(test)]
mod tests {
    use super::messages;

    #[test]
    fn a_database_that_speaks_another_language_is_told_what_to_do() {
        for english in [
            "C",
            "POSIX",
            "",
            "C.UTF-8",
            "en_US.UTF-8",
            "en_GB",
            "English_United States.1252",
        ] {
            assert!(messages(english).is_ok(), "{english}");
        }
        for other in [
            "de_DE.UTF-8",
            "fr_CH",
            "es",
            "German_Germany.1252",
            "eno_XX",
        ] {
            assert!(messages(other).unwrap_err().contains(other), "{other}");
        }
    }
}
