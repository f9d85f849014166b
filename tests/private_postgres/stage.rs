//! What these tests stand on: a folder, another program on it, and questions to the database.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, RunQueryDsl as _};
use nix::unistd::Pid;
use secrecy::ExposeSecret as _;
use user_accounts::private_postgres::{PrivatePostgres, PrivatePostgresError, Role};

/// Tells a test binary to be another program of the product, on the folder that it names.
pub const PROGRAM_DATA_DIR: &str = "TEST_PROGRAM_DATA_DIR";
pub const PROGRAM_ROLE: &str = "TEST_PROGRAM_ROLE";
pub const PATIENCE: u32 = 1_500;

/// A folder for one test; at the end it goes, and whatever still runs in it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        Folder::under(Path::new("/tmp"))
    }

    pub fn under(parent: &Path) -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("user-accounts-test-{}-{number}", std::process::id());
        let dir = parent.join(name);
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        Folder(dir)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn open(&self, role: Role) -> Result<PrivatePostgres, PrivatePostgresError> {
        PrivatePostgres::open(&self.data(), role, search_path())
    }

    pub fn pid_file(&self) -> PathBuf {
        self.data().join("postgres/postmaster.pid")
    }

    pub fn postmaster(&self) -> Pid {
        let written = fs::read_to_string(self.pid_file()).unwrap();
        Pid::from_raw(written.lines().next().unwrap().parse().unwrap())
    }

    /// Another program of the product on the same folder; returns when it has its database.
    pub fn program(&self, role: &str) -> Program {
        let ready = self.0.join(format!("ready-{role}"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "another_program", "--ignored"])
            .env(PROGRAM_DATA_DIR, &self.0)
            .env(PROGRAM_ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..PATIENCE {
            if ready.exists() {
                fs::remove_file(&ready).unwrap();
                return Program(child);
            }
            assert!(child.try_wait().unwrap().is_none(), "the program ended");
            sleep(Duration::from_millis(20));
        }
        child.kill().unwrap();
        unreachable!("the program did not start")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that failed may have left a postmaster; the next opener stops it.
        if self.pid_file().exists() {
            drop(self.open(Role::Join));
        }
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A process that ends, in order, when its input closes.
pub struct Program(pub Child);

impl Program {
    pub fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }

    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment"
)]
pub fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

pub fn search_path() -> Option<OsString> {
    environment("PATH")
}
pub fn connection(postgres: &PrivatePostgres) -> PgConnection {
    PgConnection::establish(postgres.url().expose_secret()).unwrap()
}

pub fn answers(postgres: &PrivatePostgres) -> bool {
    PgConnection::establish(postgres.url().expose_secret()).is_ok()
}

pub fn number(connection: &mut PgConnection, query: &str) -> i64 {
    diesel::select(diesel::dsl::sql::<BigInt>(query))
        .get_result(connection)
        .unwrap()
}

pub fn setting(connection: &mut PgConnection, name: &str) -> String {
    diesel::select(diesel::dsl::sql::<Text>(&format!(
        "current_setting('{name}')"
    )))
    .get_result(connection)
    .unwrap()
}

pub fn is_running(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

pub fn keep_a_row(postgres: &PrivatePostgres) {
    connection(postgres)
        .batch_execute("create table kept (id bigint); insert into kept values (7)")
        .unwrap();
}

pub fn kept_row(postgres: &PrivatePostgres) -> i64 {
    number(&mut connection(postgres), "(select id from kept)")
}
