//! `support …`: what the vendor's support staff do.

use std::io::{BufRead as _, IsTerminal as _};

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::output::{complain, say};
use super::support_words::{case_words, email_words};
use super::{Refusal, database};
use crate::access::second_factor;
use crate::clock;
use crate::config::Config;
use crate::db::{Connection, Db};
use crate::history::{Author, Entry};
use crate::support::{self, CaseReport, EmailReport, HolderReport, Holding, holding};
use crate::training::{self, Recorded, Training};
use crate::users::{self, Username};
use crate::web::history::sentence::{details, sentence};
use crate::web::users::state_words;

/// Explain an address or a reference code, record a training, erase a person.
#[derive(Debug, Subcommand)]
pub enum SupportCommand {
    /// Tell all that is so about an address: how it is read, who has it, what adding it says today
    Email(EmailCommand),
    /// Tell what a reference code stands for, and what is so about its address today
    Case(CaseCommand),
    /// Record what became of training
    #[command(subcommand)]
    Training(TrainingCommand),
    /// Remove the second factor of an administrator who lost phone and recovery codes
    SecondFactorReset(SecondFactorResetCommand),
    /// Replace a person's data by a mark wherever it stands, the history included
    Erase(EraseCommand),
}

/// `support email`.
#[derive(Debug, Args)]
pub struct EmailCommand {
    /// The address, as the customer typed it
    address: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `support case`.
#[derive(Debug, Args)]
pub struct CaseCommand {
    /// The reference code, like K7RM-4XQT
    code: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `support training`.
#[derive(Debug, Subcommand)]
pub enum TrainingCommand {
    /// Record that somebody attended a training; Advanced Training stands for both
    Attended(AttendedCommand),
    /// Take back that somebody attended: it was recorded wrongly; New User Training stands for both
    NotAttended(AttendedCommand),
}

/// `support training attended` and `not-attended`.
#[derive(Debug, Args)]
pub struct AttendedCommand {
    /// Their username; several may be given
    #[arg(required = true)]
    address: Vec<String>,
    /// It is about Advanced Training; otherwise about New User Training
    #[arg(long)]
    advanced: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `support second-factor-reset`.
#[derive(Debug, Args)]
pub struct SecondFactorResetCommand {
    /// Their username
    address: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// `support erase`.
#[derive(Debug, Args)]
pub struct EraseCommand {
    /// Their username
    address: String,
    /// Do not ask; there is no way back
    #[arg(long)]
    yes: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Runs a command.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: &Config, command: SupportCommand) -> Result<(), Refusal> {
    match command {
        SupportCommand::Email(command) => database::with_database(config, |db| email(db, &command)),
        SupportCommand::Case(command) => database::with_database(config, |db| case(db, &command)),
        SupportCommand::Training(TrainingCommand::Attended(command)) => {
            database::with_database(config, |db| attended(db, &command))
        }
        SupportCommand::Training(TrainingCommand::NotAttended(command)) => {
            database::with_database(config, |db| not_attended(db, &command))
        }
        SupportCommand::SecondFactorReset(command) => {
            database::with_database(config, |db| reset_second_factor(db, &command))
        }
        SupportCommand::Erase(command) => database::as_owner(config, |db| erase(db, &command)),
    }
}

fn refused(error: impl std::fmt::Display) -> Refusal {
    format!("The database refused: {error}.")
}

fn parse(typed: &str) -> Result<Username, Refusal> {
    Username::parse(typed).map_err(|problem| problem.to_string())
}

fn email(db: &Db, command: &EmailCommand) -> Result<(), Refusal> {
    let report = support::explain_email(db, &command.address, clock::now()).map_err(refused)?;
    if command.json {
        say(email_json(&report).to_string());
    } else {
        email_words(&report).iter().for_each(say);
    }
    // Said above; a script that asks sees it as well.
    if report.problem.is_some() {
        return Err("Nothing was looked up: give one email address.".to_string());
    }
    Ok(())
}

fn case(db: &Db, command: &CaseCommand) -> Result<(), Refusal> {
    let report = support::explain_case(db, &command.code, clock::now())
        .map_err(refused)?
        .ok_or_else(|| {
            format!(
                "There is no case {}. A reference code looks like K7RM-4XQT; there is no 0, 1, I, L or O in it.",
                command.code.trim()
            )
        })?;
    if command.json {
        say(case_json(&report).to_string());
    } else {
        case_words(&report).iter().for_each(say);
    }
    Ok(())
}

fn attended(db: &Db, command: &AttendedCommand) -> Result<(), Refusal> {
    let training = command.training();
    let (names, _) = for_each(db, command, "recorded", |tx, author, user, now| {
        training::record_attendance(tx, author, &[user], training, None, now)
    })?;
    if command.json {
        say(json!({ "training": training.as_str(), "attended": names }).to_string());
    } else {
        say(format!(
            "Recorded: {} attended {}.",
            names.join(", "),
            training.label()
        ));
    }
    Ok(())
}

fn not_attended(db: &Db, command: &AttendedCommand) -> Result<(), Refusal> {
    let training = command.training();
    let (names, taken_back) = for_each(db, command, "taken back", |tx, author, user, now| {
        training::withdraw_attendance(tx, author, Recorded::OfPerson(user, training), now)
    })?;
    if command.json {
        say(
            json!({ "training": training.as_str(), "not_attended": names, "taken_back": taken_back })
                .to_string(),
        );
    } else if taken_back == 0 {
        say(format!(
            "Nothing to take back: {} had not been recorded for {}.",
            training.label(),
            names.join(", ")
        ));
    } else {
        say(format!(
            "Taken back: {} did not attend {}.",
            names.join(", "),
            training.label()
        ));
    }
    Ok(())
}

impl AttendedCommand {
    fn training(&self) -> Training {
        if self.advanced {
            Training::Advanced
        } else {
            Training::NewUser
        }
    }
}

/// Does it for each of the people, or for none; their usernames, and for how many it changed something.
fn for_each(
    db: &Db,
    command: &AttendedCommand,
    done: &str,
    act: impl Fn(&mut Connection, &Author, Uuid, OffsetDateTime) -> Result<usize, crate::db::Error>,
) -> Result<(Vec<String>, usize), Refusal> {
    let usernames = command
        .address
        .iter()
        .map(|typed| parse(typed))
        .collect::<Result<Vec<_>, _>>()?;
    let now = clock::now();
    let changed = db.write(|tx| {
        let mut changed = 0;
        for username in &usernames {
            let Some(Holding::By {
                account_id, holder, ..
            }) = holding(tx, username, now)?
            else {
                return Err(Missing::Nobody(username.as_str().to_string()));
            };
            changed += act(tx, &Author::staff(account_id), holder.id, now)?;
        }
        Ok(changed)
    });
    let changed = changed.map_err(|missing| match missing {
        Missing::Nobody(username) => {
            format!("Nobody has the address {username}. Nothing was {done}.")
        }
        Missing::Database(error) => refused(error),
    })?;
    let names = usernames.iter().map(|name| name.as_str().to_string());
    Ok((names.collect(), changed))
}

enum Missing {
    Nobody(String),
    Database(crate::db::Error),
}

impl From<crate::db::Error> for Missing {
    fn from(error: crate::db::Error) -> Self {
        Missing::Database(error)
    }
}

fn reset_second_factor(db: &Db, command: &SecondFactorResetCommand) -> Result<(), Refusal> {
    let username = parse(&command.address)?;
    let now = clock::now();
    let removed = db
        .write(|tx| {
            let Some(Holding::By {
                account_id, holder, ..
            }) = holding(tx, &username, now)?
            else {
                return Ok(false);
            };
            let author = Author::staff(account_id);
            users::lock(tx, account_id, holder.id)?;
            second_factor::remove(tx, &author, holder.id, now)
        })
        .map_err(|error: crate::db::Error| refused(error))?;
    if !removed {
        return Err(format!(
            "Nobody with the address {} has a second factor. Nothing was removed.",
            username.as_str()
        ));
    }
    if command.json {
        say(json!({ "removed": true, "username": username.as_str() }).to_string());
    } else {
        say(format!(
            "Removed. {} is signed out, signs in with the password alone, and is told by mail.",
            username.as_str()
        ));
    }
    Ok(())
}

fn erase(db: &Db, command: &EraseCommand) -> Result<(), Refusal> {
    let username = parse(&command.address)?;
    if !command.yes {
        confirm(&username)?;
    }
    let erased = db
        .write(|tx| support::erase(tx, &username, clock::now()))
        .map_err(|error| match error {
            support::EraseError::Database(error) => refused(error),
            refusal => refusal.to_string(),
        })?;
    if command.json {
        say(json!({
            "erased": true,
            "username": erased.username,
            "was_active": erased.was_active,
            "free_seats": erased.free_seats,
        })
        .to_string());
    } else {
        say(erased_words(&erased));
    }
    Ok(())
}

fn erased_words(erased: &support::Erased) -> String {
    let seat = match (erased.was_active, erased.free_seats > 0) {
        (false, _) => "they were inactive already and held no seat",
        (true, true) => "their seat is free",
        (true, false) => {
            "they are deactivated; no seat is free, as the account had more active users than seats"
        }
    };
    format!("Erased. {} stands in their place; {seat}.", erased.username)
}

/// There is no way back: the address is typed once more.
fn confirm(username: &Username) -> Result<(), Refusal> {
    let refusal = "Nothing was erased: type the address again to confirm, or give --yes.";
    if !std::io::stdin().is_terminal() {
        return Err(refusal.to_string());
    }
    complain("This cannot be undone. Type the address again to erase this person:");
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| format!("Nothing was erased: {error}."))?;
    match Username::parse(&line) {
        Ok(typed) if typed == *username => Ok(()),
        _ => Err(refusal.to_string()),
    }
}

fn email_json(report: &EmailReport) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let Some(holder) = &report.holder {
        add_words(&mut value["holder"], holder);
    }
    if let Some(reserved) = &report.reserved {
        add_words(&mut value["reserved"]["by"], &reserved.by);
    }
    value
}

fn case_json(report: &CaseReport) -> Value {
    let case = serde_json::to_value(&report.case).unwrap_or_default();
    json!({ "case": case, "today": email_json(&report.today) })
}

/// The state and the history in words: a program shows them to people.
fn add_words(value: &mut Value, holder: &HolderReport) {
    let (state, _) = state_words::words(&holder.state, clock::now(), &TimeZone::UTC);
    value["state"] = Value::from(state);
    value["events"] = holder.events.iter().map(event_json).collect();
}

/// As in the rest of the report.
fn rfc3339(moment: OffsetDateTime) -> Value {
    moment.format(&Rfc3339).map_or(Value::Null, Value::from)
}

fn event_json(entry: &Entry) -> Value {
    json!({
        "at": rfc3339(entry.happened_at),
        "kind": entry.kind,
        "sentence": sentence(entry),
        "details": details(entry),
    })
}
