//! The built program, running on a database of the test's own.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use secrecy::{ExposeSecret as _, SecretString};

use crate::support::postgres::as_owner;

/// A running `serve`; killed when dropped.
pub struct Program {
    child: Child,
    data_dir: PathBuf,
    port: u16,
}

impl Program {
    /// Starts `serve` on that database, with mail to a server on that port of this machine.
    pub fn serve(database: &SecretString, smtp_port: u16) -> Program {
        Program::serve_at(database, smtp_port, 0)
    }

    /// A port that nobody listens on at this moment.
    pub fn free_port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    }

    /// As [`Program::serve`], listening on `port`.
    pub fn serve_at(database: &SecretString, smtp_port: u16, port: u16) -> Program {
        Program::serve_with(database, smtp_port, port, |_| {})
    }

    /// As [`Program::serve_at`], with this `SECRET_KEY` instead of one of its own.
    pub fn serve_with_key(
        database: &SecretString,
        smtp_port: u16,
        port: u16,
        key: &str,
    ) -> Program {
        Program::serve_with(database, smtp_port, port, |command| {
            command.env("SECRET_KEY", key);
        })
    }

    /// As [`Program::serve_at`], with `change` made to how it is started.
    pub fn serve_with(
        database: &SecretString,
        smtp_port: u16,
        port: u16,
        change: impl FnOnce(&mut Command),
    ) -> Program {
        Program::start("serve", database, smtp_port, port, change)
    }

    /// Starts `worker` on that database.
    pub fn worker(database: &SecretString, smtp_port: u16) -> Program {
        Program::start("worker", database, smtp_port, 0, |_| {})
    }

    fn start(
        name: &str,
        database: &SecretString,
        smtp_port: u16,
        port: u16,
        change: impl FnOnce(&mut Command),
    ) -> Program {
        let data_dir =
            std::env::temp_dir().join(format!("ua-faults-{}", user_accounts::ids::new().simple()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_user-accounts"));
        command
            .arg(name)
            .env("DATABASE_URL", database.expose_secret())
            .env("MIGRATION_DATABASE_URL", as_owner(database).expose_secret())
            .env("SMTP_URL", format!("smtp://127.0.0.1:{smtp_port}"))
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("DATA_DIR", &data_dir)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        change(&mut command);
        let child = command.spawn().unwrap();
        Program {
            child,
            data_dir,
            port,
        }
    }

    /// Waits until it says that it is ready.
    pub fn until_ready(&self) {
        let start = Instant::now();
        loop {
            let asked = ureq::get(format!("http://127.0.0.1:{}/readyz", self.port)).call();
            if asked.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "it does not start"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// How a browser reaches it.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// Its exit status, once it has ended within `patience`.
    pub fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            sleep(Duration::from_millis(20));
        }
        None
    }

    /// SIGKILL: no word of farewell.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}
