//! The command line. Exit status: 0 done, 1 refused with a sentence, 2 wrong usage.

mod account;
mod check;
mod database;
mod demo;
mod interruption;
mod listening;
mod migrate;
mod output;
mod sender;
mod serve;
mod shell;
mod support;
mod support_words;
mod test_mail;
mod tls;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::{Arguments, LogFormat};
use crate::telemetry;

/// Refused: a sentence for the terminal.
pub type Refusal = String;

/// Looks after the people who may use a business product: the account administrator of a company adds,
/// edits, deactivates and reactivates them, resets their passwords and asks for their training.
#[derive(Debug, Parser)]
#[command(name = "user-accounts", version, about, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages and send the mails (the default)
    Serve,
    /// Send the mails only: for more machines on one database
    Worker,
    /// Bring the database's schema up to date
    Migrate,
    /// Create and look after accounts: the companies
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Explain an address or a reference code, record a training, erase a person
    #[command(subcommand)]
    Support(support::SupportCommand),
    /// Make demonstration data
    Demo(demo::DemoCommand),
    /// Send one mail, to see whether the mail server takes it
    TestMail(test_mail::TestMailCommand),
    /// Look over configuration, database, migrations and mail server, and say what is wrong
    Check,
    /// Say the script by which a shell completes these commands
    Completions(shell::CompletionsCommand),
    /// Write the manual pages into a folder
    Man(shell::ManCommand),
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    // Prints help and usage mistakes itself, and exits with 2 after those.
    let line = CommandLine::parse();
    match &line.command {
        // Neither asks for any setting, so none can be wrong.
        Some(Command::Completions(command)) => {
            shell::completions(CommandLine::command(), command);
            return ExitCode::SUCCESS;
        }
        Some(Command::Man(command)) => {
            return finish(shell::man(CommandLine::command(), command), false);
        }
        _ => {}
    }
    let mut refused_in_log = false;
    let outcome = line
        .arguments
        .read()
        .map_err(|error| error.to_string())
        .and_then(|config| {
            let command = line.command.unwrap_or(Command::Serve);
            let is_server = matches!(command, Command::Serve | Command::Worker);
            refused_in_log = is_server && config.log_format == LogFormat::Json;
            telemetry::start(
                &config,
                if is_server {
                    telemetry::SERVER
                } else {
                    telemetry::TERMINAL
                },
            );
            match command {
                Command::Serve => serve::run(config),
                Command::Worker => worker::run(config),
                Command::Migrate => migrate::run(&config),
                Command::Account(command) => account::run(&config, command),
                Command::Support(command) => support::run(&config, command),
                Command::Demo(command) => demo::run(&config, &command),
                Command::TestMail(command) => test_mail::run(&config, &command),
                Command::Check => check::run(&config),
                Command::Completions(_) | Command::Man(_) => Ok(()),
            }
        });
    finish(outcome, refused_in_log)
}

fn finish(outcome: Result<(), Refusal>, in_log: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            if in_log {
                tracing::error!("{refusal}");
            } else {
                output::complain(&refusal);
            }
            ExitCode::FAILURE
        }
    }
}
