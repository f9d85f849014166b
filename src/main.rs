//! The one program of User Accounts: `user-accounts --help` tells what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    user_accounts::cli::run()
}
