//! The command line. Exit status: 0 done, 1 refused with a sentence, 2 wrong usage.

mod account;
mod check;
mod database;
mod demo;
mod interruption;
mod listening;
mod migrate;
mod number;
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

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::Arguments;
use crate::telemetry;

/// Refused: a sentence for the terminal.
pub type Refusal = String;

/// What a command line, which every process of the machine may read, must not hold.
const BY_ENVIRONMENT_ALONE: &str = "\
Settings that hold a secret (by the environment alone):
  DATABASE_URL            PostgreSQL, like postgres://user:password@host/database [default: a private one in DATA_DIR]
  MIGRATION_DATABASE_URL  The same for the role that owns the tables [default: DATABASE_URL]
  SMTP_URL                The mail server, like smtps://user:password@host [default: files in DATA_DIR/mail]
  SECRET_KEY              The cookie key, 64 bytes in base64 [default: made once, in DATA_DIR/secret_key]

With nothing set it serves a demo account to this machine. Exit status: 0 done, 1 refused with a sentence, 2 wrong usage.";

/// Looks after the people who may use a business product: the account administrator of a company adds,
/// edits, deactivates and reactivates them, resets their passwords and asks for their training.
#[derive(Debug, Parser)]
#[command(name = "user-accounts", version, about, max_term_width = 100, after_help = BY_ENVIRONMENT_ALONE)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages, send the mails and carry imports on (the default)
    Serve,
    /// Send the mails and carry imports on, without pages: for more machines on one database
    Worker,
    /// Bring the database's schema up to date
    Migrate,
    /// Create and look after accounts: the companies
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Explain an address or a reference code, record a training, erase a person
    #[command(subcommand)]
    Support(support::SupportCommand),
    /// Make the demo account, or large accounts of made-up people
    Demo(demo::DemoCommand),
    /// Send one mail, to see whether the mail server takes it
    TestMail(test_mail::TestMailCommand),
    /// Look over settings, ports, folder, database and mail server; say what is wrong and what to do
    Check,
    /// Print the completion script for a shell
    Completions(shell::CompletionsCommand),
    /// Write the manual pages into a folder
    Man(shell::ManCommand),
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    // Prints help and usage mistakes itself, and exits with 2 after those.
    let line =
        CommandLine::from_arg_matches(&with_short_help(CommandLine::command()).get_matches());
    let line = line.unwrap_or_else(|error| error.exit());
    // Neither of the first two asks for a setting, so none can be wrong.
    match line.command {
        Some(Command::Completions(command)) => {
            shell::completions(CommandLine::command(), &command);
            ExitCode::SUCCESS
        }
        Some(Command::Man(command)) => {
            let commands = CommandLine::command().disable_help_subcommand(true);
            finish(shell::man(with_short_help(commands), &command), false)
        }
        command => run_with(line.arguments, command.unwrap_or(Command::Serve)),
    }
}

/// The commands, whose own help does not repeat the settings, which all of them share.
fn with_short_help(mut commands: clap::Command) -> clap::Command {
    // Settings reach the commands when they are built, and not before.
    commands.build();
    commands.mut_subcommands(without_settings)
}

fn without_settings(command: clap::Command) -> clap::Command {
    let command = command
        .mut_args(|argument| {
            let is_setting = argument.is_global_set() && argument.get_env().is_some();
            argument.hide(is_setting)
        })
        .mut_subcommands(without_settings);
    if command.get_after_help().is_none() && command.get_name() != "help" {
        command.after_help("Settings, by flag or environment: user-accounts --help")
    } else {
        command
    }
}

fn run_with(arguments: Arguments, command: Command) -> ExitCode {
    let is_server = matches!(command, Command::Serve | Command::Worker);
    let refused_in_log = is_server && arguments.asks_for_json();
    let config = match arguments.read() {
        Ok(config) => config,
        Err(wrong) => {
            for error in wrong {
                refuse(&error.to_string(), refused_in_log);
            }
            return ExitCode::FAILURE;
        }
    };
    let otherwise = if is_server {
        telemetry::SERVER
    } else {
        telemetry::TERMINAL
    };
    telemetry::start(config.log_format, config.log_filter.as_deref(), otherwise);
    let outcome = match command {
        Command::Serve => serve::run(config),
        Command::Worker => worker::run(config),
        Command::Migrate => migrate::run(&config),
        Command::Account(command) => account::run(&config, command),
        Command::Support(command) => support::run(&config, command),
        Command::Demo(command) => demo::run(&config, &command),
        Command::TestMail(command) => test_mail::run(&config, &command),
        Command::Check => check::run(&config),
        Command::Completions(_) | Command::Man(_) => Ok(()),
    };
    finish(outcome, refused_in_log)
}

fn finish(outcome: Result<(), Refusal>, in_log: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            refuse(&refusal, in_log);
            ExitCode::FAILURE
        }
    }
}

fn refuse(refusal: &str, in_log: bool) {
    if in_log {
        telemetry::refuse(refusal);
    } else {
        output::complain(refusal);
    }
}
