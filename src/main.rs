//! The one program of User Accounts: `user-accounts --help` tells what it does.

use std::process::ExitCode;

/// A page is made of a thousand small texts, and a fifth of its time went into the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    user_accounts::cli::run()
}
