//! The built program, running on a database of the test's own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use secrecy::{ExposeSecret as _, SecretString};

use crate::support::postgres::as_owner;

/// A running `serve`; killed when dropped.
pub struct Program {
    child: Child,
    data_dir: PathBuf,
}

impl Program {
    /// Starts `serve` on that database, with mail to a server on that port of this machine.
    pub fn serve(database: &SecretString, smtp_port: u16) -> Program {
        let data_dir =
            std::env::temp_dir().join(format!("ua-faults-{}", user_accounts::ids::new().simple()));
        let child = Command::new(env!("CARGO_BIN_EXE_user-accounts"))
            .arg("serve")
            .env("DATABASE_URL", database.expose_secret())
            .env("MIGRATION_DATABASE_URL", as_owner(database).expose_secret())
            .env("SMTP_URL", format!("smtp://127.0.0.1:{smtp_port}"))
            .env("LISTEN", "127.0.0.1:0")
            .env("DATA_DIR", &data_dir)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Program { child, data_dir }
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
