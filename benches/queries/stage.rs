//! A PostgreSQL of the measurement's own with many users, and the program on it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use secrecy::SecretString;
use user_accounts::config::SecretKey;
use user_accounts::db::{Db, Purpose};
use user_accounts::passwords::Hasher;
use user_accounts::users::PlaceSeal;

use crate::smtp_sink::{Reply, Sink};

pub const PASSWORD: &str = "copper lantern ninety walrus";
const ACCOUNTS: u64 = 1_000;
/// What Linux counts a second of a processor in.
const TICKS_PER_SECOND: f64 = 100.0;

/// The server, the program, a mail server.
pub struct Stage {
    folder: PathBuf,
    server: Child,
    programs: Vec<Child>,
    url: String,
    data: PathBuf,
    smtp_port: u16,
    pub base: String,
    /// Makes places in the list as the program does.
    pub seal: PlaceSeal,
    pub administrator: String,
    /// The largest account.
    pub account: String,
    pub domain: String,
    read: Mutex<usize>,
    _runtime: tokio::runtime::Runtime,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let ask = |child: &Child, signal| {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
            let _ = nix::sys::signal::kill(pid, signal);
        };
        for program in &mut self.programs {
            ask(program, nix::sys::signal::Signal::SIGTERM);
            let _ = program.wait();
        }
        ask(&self.server, nix::sys::signal::Signal::SIGINT);
        let _ = self.server.wait();
    }
}

impl Stage {
    /// Starts everything; makes the people where there are none.
    pub fn set(folder: PathBuf, users: u64, with_plans: bool) -> Stage {
        let server = start_postgres(&folder);
        let url = format!("postgres://postgres@/queries?host={}", folder.display());
        let data =
            std::env::temp_dir().join(format!("user-accounts-queries-{}", std::process::id()));
        let command = |arguments: &[&str]| program(&url, &data, arguments);
        assert!(command(&["migrate"]).status().unwrap().success());
        let owner = Db::new(&SecretString::from(url.clone()), Purpose::Maintenance, 2);
        if value(&owner, "select count(*) from users") == "0" {
            let (accounts, users) = (ACCOUNTS.to_string(), users.to_string());
            let made = command(&["demo", "--accounts", &accounts, "--users", &users]).status();
            assert!(made.unwrap().success());
        }
        let account = value(
            &owner,
            "select id from accounts order by active_users desc limit 1",
        );
        let administrator = value(
            &owner,
            &format!(
                "select username from users where account_id = '{account}' and administrator and active order by username limit 1"
            ),
        );
        let hash = Hasher::start(1).unwrap().hash(&PASSWORD.into()).unwrap();
        run(
            &owner,
            &format!(
                "insert into passwords (account_id, user_id, hash, chosen_at)
             select account_id, id, '{hash}', now() from users where username = '{administrator}'
             on conflict (account_id, user_id) do update set hash = excluded.hash"
            ),
        );
        // Seats for whoever is added.
        run(
            &owner,
            &format!("update accounts set seats = active_users + 100000 where id = '{account}'"),
        );
        run(&owner, "create extension if not exists pg_stat_statements");
        for (setting, on) in [
            ("log_min_duration", "0"),
            ("log_analyze", "on"),
            ("log_buffers", "on"),
            ("log_triggers", "on"),
        ] {
            let to = if with_plans { on } else { "default" };
            run(
                &owner,
                &format!("alter database queries set auto_explain.{setting} = {to}"),
            );
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
        let key = SecretKey::parse(&secret_key()).unwrap();
        let domain = administrator.split_once('@').unwrap().1.to_string();
        let mut stage = Stage {
            folder,
            server,
            programs: Vec::new(),
            url,
            data,
            smtp_port: sink.port,
            base: String::new(),
            seal: PlaceSeal::new(key.derive("places in the list")),
            administrator,
            account,
            domain,
            read: Mutex::new(0),
            _runtime: runtime,
        };
        stage.base = stage.start_program();
        stage
    }

    /// Starts a program, or one more, and says where it is.
    pub fn start_program(&mut self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let program = program(&self.url, &self.data, &["serve"])
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("SMTP_URL", format!("smtp://127.0.0.1:{}", self.smtp_port))
            .spawn()
            .unwrap();
        self.programs.push(program);
        let base = format!("http://127.0.0.1:{port}");
        while ureq::get(format!("{base}/readyz")).call().is_err() {
            sleep(Duration::from_millis(50));
        }
        base
    }

    /// Seconds of a processor that the programs and that PostgreSQL have used so far.
    pub fn processor_seconds(&self) -> (f64, f64) {
        let programs = self.programs.iter().map(|child| ticks(child.id()).1);
        let server = u64::from(self.server.id());
        let of_postgres = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let (parent, ticks) = ticks(pid);
            (parent == server || u64::from(pid) == server).then_some(ticks)
        });
        (
            programs.sum::<u64>() as f64 / TICKS_PER_SECOND,
            of_postgres.sum::<u64>() as f64 / TICKS_PER_SECOND,
        )
    }

    fn owner(&self) -> Db {
        Db::new(
            &SecretString::from(self.url.clone()),
            Purpose::Maintenance,
            1,
        )
    }

    /// Runs a statement.
    pub fn sql(&self, statement: &str) {
        run(&self.owner(), statement);
    }

    /// One value as text.
    pub fn value(&self, query: &str) -> String {
        value(&self.owner(), query)
    }

    /// What the server logged since the last time.
    pub fn new_log_entries(&self) -> String {
        // Written by another process, soon after the answer.
        sleep(Duration::from_millis(100));
        let log = std::fs::read(self.folder.join("log")).unwrap();
        let mut read = self.read.lock().unwrap();
        let entries = String::from_utf8_lossy(&log[*read..]).into_owned();
        *read = log.len();
        entries
    }

    /// Waits until nothing is on its way.
    pub fn until_mails_are_sent(&self) {
        for _ in 0..600 {
            if self.value("select count(*) from mails where state = 'waiting' and next_attempt_at < now() + interval '15 seconds'") == "0" {
                return;
            }
            sleep(Duration::from_millis(200));
        }
    }

    /// What support staff do at a terminal.
    pub fn support(&self) {
        let code =
            self.value("select code from address_conflicts order by happened_at desc limit 1");
        for arguments in [
            ["email", self.administrator.as_str()],
            ["case", code.as_str()],
        ] {
            // Nobody met an address of another account as yet.
            if arguments[1].is_empty() {
                continue;
            }
            let done = Command::new(env!("CARGO_BIN_EXE_user-accounts"))
                .arg("support")
                .args(arguments)
                .env("DATABASE_URL", &self.url)
                .env("RUST_LOG", "warn")
                .stdout(Stdio::null())
                .status();
            assert!(done.unwrap().success());
        }
    }
}

fn secret_key() -> String {
    "A".repeat(86) + "=="
}

fn program(url: &str, data: &std::path::Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_user-accounts"));
    command
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("DATA_DIR", data)
        .env("SECRET_KEY", secret_key())
        .env("RUST_LOG", "warn");
    command
}

/// The parent of a process, and the ticks of a processor that it used.
fn ticks(pid: u32) -> (u64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<u64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or_default())
        .collect();
    let field = |number: usize| fields.get(number).copied().unwrap_or_default();
    (field(1), field(11) + field(12))
}

fn run(db: &Db, statement: &str) {
    db.read(|connection| diesel::sql_query(statement).execute(connection))
        .unwrap();
}

fn value(db: &Db, query: &str) -> String {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        value: Option<String>,
    }
    let row: Row = db
        .read(|connection| {
            diesel::sql_query(format!("select ({query})::text as value")).get_result(connection)
        })
        .unwrap();
    row.value.unwrap_or_default()
}

/// With fsync on, as an operator runs it; the files are kept.
fn start_postgres(folder: &std::path::Path) -> Child {
    let folder = folder.display();
    let script = format!(
        "bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
         bin=${{bin:-$(pg_config --bindir)}}
         [ -e {folder}/data/PG_VERSION ] || $bin/initdb -D {folder}/data -U postgres -A trust -E UTF8 --locale=C >/dev/null
         : >{folder}/log
         exec $bin/postgres -D {folder}/data -c listen_addresses= -c unix_socket_directories={folder} \
             -c shared_preload_libraries=pg_stat_statements,auto_explain -c pg_stat_statements.track=top \
             -c auto_explain.log_min_duration=-1 -c log_line_prefix= -c max_connections=200 -c fsync=on \
             -c logging_collector=off 2>{folder}/log"
    );
    let made = Command::new("mkdir")
        .arg("-p")
        .arg(folder.to_string())
        .status();
    assert!(made.unwrap().success());
    // PostgreSQL refuses to run as root.
    let mut command = if nix::unistd::geteuid().is_root() {
        let owned = Command::new("chown")
            .args(["postgres", &folder.to_string()])
            .status();
        assert!(owned.unwrap().success());
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "sh",
            "-ec",
            &script,
        ]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-ec", &script]);
        command
    };
    let server = command.current_dir("/").spawn().unwrap();
    let url = format!("postgres://postgres@/postgres?host={folder}");
    for _ in 0..400 {
        if let Ok(mut connection) = PgConnection::establish(&url) {
            let _ = diesel::sql_query("create database queries").execute(&mut connection);
            break;
        }
        sleep(Duration::from_millis(50));
    }
    server
}
