//! The program as users run it: its own process, its own PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long it may take to answer or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings of the program that differ from site to site.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program itself.
    pub program: PathBuf,
    /// DATA_DIR.
    pub data_dir: PathBuf,
    /// DATABASE_URL, where it is not to run PostgreSQL itself.
    pub database: Option<String>,
    /// SMTP_URL.
    pub smtp: String,
    /// SECRET_KEY, the same at every start: sessions and places in the list outlive it.
    pub secret: String,
}

/// A running program; it stops with this value.
pub struct Program {
    child: Child,
    /// Scheme, host and port.
    pub base: String,
    /// From its start to its first answer.
    pub start: Duration,
}

/// The program with the settings of the environment alone.
pub fn command(program: &Path, data_dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for kept in ["PATH", "HOME"] {
        if let Ok(value) = std::env::var(kept) {
            command.env(kept, value);
        }
    }
    command.env("DATA_DIR", data_dir);
    command
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Program {
    /// Starts it and waits until it answers.
    pub fn start(settings: &Settings) -> Program {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let log = settings.data_dir.with_extension("program.log");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let mut command = command(&settings.program, &settings.data_dir);
        command
            .env("LISTEN", &address)
            .env("SMTP_URL", &settings.smtp)
            .env("SECRET_KEY", &settings.secret)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if let Some(url) = &settings.database {
            command.env("DATABASE_URL", url);
        }
        let begin = Instant::now();
        let mut child = command.spawn().unwrap();
        let start = loop {
            if answers(&address) {
                break begin.elapsed();
            }
            assert!(child.try_wait().unwrap().is_none(), "the program ended");
            assert!(begin.elapsed() < PATIENCE, "the program does not answer");
            std::thread::sleep(Duration::from_millis(1));
        };
        Program {
            child,
            base: format!("http://{address}"),
            start,
        }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Program {
    /// As an operator stops it.
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        let begin = Instant::now();
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if begin.elapsed() > PATIENCE {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Whether a page is answered.
fn answers(address: &str) -> bool {
    use std::io::{Read as _, Write as _};
    let ask = || {
        let mut stream = std::net::TcpStream::connect(address)?;
        stream.write_all(
            format!("GET /sign-in HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}
