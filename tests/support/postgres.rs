//! A PostgreSQL of the test's own: started once per test program, with a migrated template that each
//! test clones, and gone with the program, however that ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use secrecy::{ExposeSecret as _, SecretString};
use user_accounts::db::{self, Db, Purpose};

const SUPERUSER: &str = "postgres";
/// Who owns the tables, as docs/operations.md tells to set it up.
const OWNER: &str = "user_accounts_owner";
/// Who the program is.
const PROGRAM: &str = "user_accounts_program";

/// A server that lives as long as the standard input of its keeper is open.
pub struct Server {
    folder: PathBuf,
    /// Where it listens on this machine, with a certificate of its own for `localhost`.
    tls_port: Option<u16>,
    keeper: Child,
    databases: Mutex<u32>,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// A migrated database that nobody else uses.
pub fn fresh_database() -> Db {
    Db::new(&fresh_database_url(), Purpose::Serving, 8)
}

/// The same, for a program to connect to; with the rights of the program's role and no more.
pub fn fresh_database_url() -> SecretString {
    SERVER
        .get_or_init(|| Server::start("shared"))
        .fresh_database_url()
}

/// A database with nothing in it; for the program's role.
pub fn empty_database_url(name: &str) -> SecretString {
    SERVER
        .get_or_init(|| Server::start("shared"))
        .empty_database_url(name)
}

/// The same database, for whoever owns its tables.
pub fn as_owner(url: &SecretString) -> SecretString {
    let owner = url.expose_secret().replace(PROGRAM, OWNER);
    SecretString::from(owner)
}

/// An empty database beside it, for a backup to be restored into.
pub fn empty_database_beside(url: &SecretString) -> SecretString {
    let text = url.expose_secret();
    let (before, host) = text.split_once('?').unwrap();
    let (server, name) = before.rsplit_once('/').unwrap();
    PgConnection::establish(as_superuser(url).expose_secret())
        .unwrap()
        .batch_execute(&format!("create database {name}_restored owner {OWNER}"))
        .unwrap();
    SecretString::from(format!("{server}/{name}_restored?{host}"))
}

/// One of PostgreSQL's programs.
pub fn program(name: &str) -> Command {
    Command::new(programs().join(name))
}

/// The same database, for what only a superuser may do.
pub fn as_superuser(url: &SecretString) -> SecretString {
    SecretString::from(url.expose_secret().replace(PROGRAM, SUPERUSER))
}

/// Has every statement that is sent to this database from now on written into the server's log, where
/// [`logged_statements`] finds it. Connections that are open do not take part.
pub fn log_statements(url: &SecretString) {
    let database = database_of(url);
    PgConnection::establish(as_superuser(url).expose_secret())
        .unwrap()
        .batch_execute(&format!(
            "alter database {database} set log_statement = 'all'"
        ))
        .unwrap();
}

/// The statements that were sent to this database, oldest first, as the log tells them:
/// `execute __diesel_stmt_3: select …`, then their parameters.
pub fn logged_statements(url: &SecretString) -> Vec<String> {
    let server = SERVER.get().unwrap();
    let log = std::fs::read_to_string(server.folder.join("log")).unwrap();
    let start = format!("{}:", database_of(url));
    let mut statements: Vec<String> = Vec::new();
    let mut is_ours = false;
    for line in log.lines() {
        if let Some(continued) = line.strip_prefix('\t') {
            if is_ours {
                let last = statements.last_mut().unwrap();
                last.push('\n');
                last.push_str(continued);
            }
            continue;
        }
        let said = line.strip_prefix(&start);
        is_ours = true;
        if let Some(statement) = said.and_then(|said| said.strip_prefix("LOG:  ")) {
            statements.push(statement.to_string());
        } else if let Some(detail) = said.and_then(|said| said.strip_prefix("DETAIL:  ")) {
            let last = statements.last_mut().unwrap();
            last.push('\n');
            last.push_str(detail);
        } else {
            is_ours = false;
        }
    }
    statements.retain(|said| said.starts_with("execute ") || said.starts_with("statement: "));
    statements
}

fn database_of(url: &SecretString) -> String {
    let path = url.expose_secret().split('?').next().unwrap();
    path.rsplit('/').next().unwrap().to_string()
}

impl Server {
    /// As [`fresh_database_url`], on this server.
    pub fn fresh_database_url(&self) -> SecretString {
        // A template cannot be cloned twice at a time.
        let mut number = self
            .databases
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        let name = format!("test_{number}");
        let mut connection = PgConnection::establish(&self.url(SUPERUSER, "postgres")).unwrap();
        connection
            .batch_execute(&format!(
                "create database {name} template migrated owner {OWNER}"
            ))
            .unwrap();
        SecretString::from(self.url(PROGRAM, &name))
    }

    /// Stops it, as an operator does, and starts it again after so many seconds. Does not wait.
    pub fn restart(&mut self, after_seconds: u32) {
        let keeper = self.keeper.stdin.as_mut().unwrap();
        writeln!(keeper, "{after_seconds}").unwrap();
    }

    /// A database with nothing in it, as an operator makes it; for the program's role.
    pub fn empty_database_url(&self, name: &str) -> SecretString {
        let mut connection = PgConnection::establish(&self.url(SUPERUSER, "postgres")).unwrap();
        connection
            .batch_execute(&format!("create database {name} owner {OWNER}"))
            .unwrap();
        SecretString::from(self.url(PROGRAM, name))
    }

    /// The same server by way of the network: `localhost`, where its certificate is right, or another name.
    pub fn url_over_network(&self, host: &str, options: &str) -> SecretString {
        let port = self.tls_port.unwrap();
        SecretString::from(format!(
            "postgres://{PROGRAM}@{host}:{port}/migrated?{options}"
        ))
    }

    /// A file in its folder: `server.crt` vouches for itself, `other.crt` for nobody.
    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn url(&self, role: &str, database: &str) -> String {
        let port = self
            .tls_port
            .map_or(String::new(), |port| format!("&port={port}"));
        format!(
            "postgres://{role}@/{database}?host={}{port}",
            self.folder.display()
        )
    }

    /// A server of one's own, for a test that stops it.
    pub fn start(name: &str) -> Server {
        start(name, None)
    }

    /// A server that also listens on this port, with TLS.
    pub fn start_with_tls(name: &str, port: u16) -> Server {
        start(name, Some(port))
    }
}

fn start(name: &str, tls_port: Option<u16>) -> Server {
    let programs = programs();
    let folder = std::env::temp_dir().join(format!("ua-tests-{}-{name}", std::process::id()));
    let run = |script: &str| {
        // PostgreSQL refuses to run as root.
        let mut command = if nix::unistd::geteuid().is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh", "-ec", script]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-ec", script]);
            command
        };
        command.current_dir(std::env::temp_dir());
        command
    };
    let (folder_text, programs) = (folder.display(), programs.display());
    let (certificates, network) = match tls_port {
        None => (String::new(), "-c listen_addresses=".to_string()),
        Some(port) => (
            ["server", "other"]
                .map(|name| {
                    format!(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
                             -addext subjectAltName=DNS:localhost -keyout {folder_text}/{name}.key -out {folder_text}/{name}.crt 2>/dev/null
                         chmod 600 {folder_text}/{name}.key
                         "
                    )
                })
                .concat(),
            format!(
                "-c listen_addresses=localhost -c port={port} -c ssl=on -c ssl_cert_file={folder_text}/server.crt -c ssl_key_file={folder_text}/server.key"
            ),
        ),
    };
    let made = run(&format!(
        "mkdir -m 755 {folder_text}
         {programs}/initdb -D {folder_text}/data -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
         {certificates}"
    ));
    assert!(wait(made), "initdb failed");
    let keeper = run(&format!(
        "trap : INT TERM
         start() {{
         {programs}/postgres -D {folder_text}/data -c fsync=off {network} \
             -c unix_socket_directories={folder_text} -c max_connections=400 -c logging_collector=off -c log_line_prefix=%d: \
             >>{folder_text}/log 2>&1 &
         server=$!
         }}
         stop() {{ kill -INT $server || :; wait $server || :; }}
         start
         while read -r seconds; do stop; sleep $seconds; start; done
         stop
         rm -rf {folder_text}"
    ))
    .stdin(Stdio::piped())
    .spawn()
    .unwrap();
    let server = Server {
        folder,
        tls_port,
        keeper,
        databases: Mutex::new(0),
    };
    let mut connection = connect_when_ready(&server);
    connection
        .batch_execute(&format!(
            "create role {OWNER} login; create role {PROGRAM} login"
        ))
        .unwrap();
    connection
        .batch_execute(&format!("create database migrated owner {OWNER}"))
        .unwrap();
    let program = SecretString::from(server.url(PROGRAM, "migrated"));
    db::migrate(&as_owner(&program)).unwrap();
    db::grant(&as_owner(&program), &program).unwrap();
    server
}

fn wait(mut command: Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn connect_when_ready(server: &Server) -> PgConnection {
    let url = server.url(SUPERUSER, "postgres");
    for _ in 0..200 {
        if let Ok(connection) = PgConnection::establish(&url) {
            return connection;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    PgConnection::establish(&url).unwrap()
}

/// The newest PostgreSQL in Debian's place, or whatever `pg_config` knows.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| {
        let told = Command::new("pg_config").arg("--bindir").output().unwrap();
        Path::new(String::from_utf8(told.stdout).unwrap().trim()).to_path_buf()
    })
}
