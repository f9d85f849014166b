//! `check`: what is wrong, and what to do about it.

use super::output::say;
use super::{Refusal, database, sender};
use crate::config::{Config, SecretKey};
use crate::db;
use crate::private_postgres::Role;

/// Looks everything over; says a line each.
///
/// # Errors
/// How many things are wrong.
pub fn run(config: &Config) -> Result<(), Refusal> {
    let mut findings: Vec<(&str, Result<String, String>)> =
        vec![("Configuration", configuration(config))];
    findings.push(("Secret key", secret_key(config)));
    match database::open(config, Role::Join) {
        Ok(database) => {
            findings.push((
                "Database",
                db::server_version(&database.program)
                    .map(|version| format!("PostgreSQL {version} answers.")),
            ));
            findings.push(("Migrations", pending(&database)));
            database.close();
        }
        Err(refusal) => findings.push(("Database", Err(refusal))),
    }
    findings.push(("Mail", mail(config)));
    let mut wrong = 0;
    for (what, finding) in &findings {
        match finding {
            Ok(words) => say(format!("ok     {what}: {words}")),
            Err(words) => {
                wrong += 1;
                say(format!("WRONG  {what}: {words}"));
            }
        }
    }
    for warning in config.warnings() {
        say(format!("note   {warning}"));
    }
    match wrong {
        0 => Ok(()),
        1 => Err("One thing is wrong.".to_string()),
        many => Err(format!("{many} things are wrong.")),
    }
}

fn configuration(config: &Config) -> Result<String, String> {
    config.require_mail().map_err(|error| error.to_string())?;
    if config.public_url.is_https() || config.public_url.is_loopback() {
        Ok(format!(
            "browsers reach the program at {}.",
            config.public_url.origin()
        ))
    } else {
        Err(format!(
            "PUBLIC_URL is {}: passwords would cross the network in clear text. Serve https (TLS_CERT and TLS_KEY, or a proxy in front) \
             and set PUBLIC_URL to the https address.",
            config.public_url.origin()
        ))
    }
}

fn secret_key(config: &Config) -> Result<String, String> {
    match &config.secret_key {
        Some(_) => Ok("set by SECRET_KEY.".to_string()),
        None => SecretKey::kept_in(&config.data_dir)
            .map(|_| format!("kept in {}.", config.data_dir.display()))
            .map_err(|error| error.to_string()),
    }
}

fn pending(database: &database::OpenDatabase) -> Result<String, String> {
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

fn mail(config: &Config) -> Result<String, String> {
    let transport = sender::transport(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the program could not start: {error}."))?;
    let answer = runtime.block_on(async {
        let answer = transport.check().await;
        transport.close().await;
        answer
    });
    match (answer, &config.smtp) {
        (Ok(()), Some(server)) => Ok(format!("{} answers.", server.host)),
        (Ok(()), None) => Ok(format!(
            "no SMTP_URL: mails go to files under {}/mail.",
            config.data_dir.display()
        )),
        (Err(failure), _) => Err(failure.explanation().to_string()),
    }
}
