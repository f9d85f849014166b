//! A folder for one test, and the program in it.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use user_accounts::private_postgres::{PrivatePostgres, Role};

pub const POLL: Duration = Duration::from_millis(20);
/// Polls until a test gives up: a minute, for machines that do much else.
pub const PATIENCE: u32 = 3_000;

/// Makes the account `Initech`, whose administrator is Ada Berg.
pub const CREATE_ACCOUNT: &[&str] = &[
    "account",
    "create",
    "--name",
    "Initech",
    "--domain",
    "initech.example",
    "--seats",
    "5",
    "--administrator-email",
    "ada@initech.example",
    "--first-name",
    "Ada",
    "--last-name",
    "Berg",
];

/// A folder for one test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let dir = PathBuf::from(format!(
            "/tmp/user-accounts-cli-{}-{name}",
            std::process::id()
        ));
        fs::create_dir(&dir).unwrap();
        Folder(dir)
    }

    /// The program with nothing set but its folder and any free port.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_user-accounts"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", search_path().unwrap_or_default())
            .env("DATA_DIR", self.0.join("data"))
            .env("LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null());
        command
    }

    pub fn pid_file(&self) -> PathBuf {
        self.0.join("data/postgres/postmaster.pid")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.pid_file().exists() {
            // A test that failed may have left a server; the last user stops it.
            drop(PrivatePostgres::open(
                &self.0.join("data"),
                Role::Join,
                search_path(),
            ));
        }
        drop(fs::remove_dir_all(&self.0));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test finds the programs of this machine"
)]
pub fn search_path() -> Option<OsString> {
    std::env::var_os("PATH")
}

/// What was said on standard error, which must be one line.
pub fn sentence(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    assert!(said.trim_end().ends_with('.'), "{said}");
    said
}

pub fn until(mut happened: impl FnMut() -> bool, what: &str) {
    for _ in 0..PATIENCE {
        if happened() {
            return;
        }
        sleep(POLL);
    }
    unreachable!("{what} did not happen");
}

pub fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}
