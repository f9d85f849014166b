//! Stands between the program and PostgreSQL, and does to their connections what networks do.

use std::io::ErrorKind;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::{ExposeSecret as _, SecretString};

/// What becomes of connections and of what is sent over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Nothing happens to them.
    Clear,
    /// Nobody listens; what was open is cut off.
    Refused,
    /// Every connection is reset.
    Reset,
    /// Each answer is late by this.
    Slow(Duration),
    /// Connections are taken, and nothing that is sent ever arrives: what was open stays dumb for good.
    Swallowed,
}

/// A proxy on a port of this machine.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    weather: Mutex<Weather>,
    /// The process that is killed when it has sent so many more messages.
    doomed: Mutex<Option<(Pid, usize)>>,
    /// The process that is killed when the server has committed what it said these bytes in.
    doomed_at_commit: Mutex<Option<(Pid, Vec<u8>)>>,
    links: Mutex<Vec<(TcpStream, UnixStream)>>,
    server: PathBuf,
}

impl Proxy {
    /// In front of the server of `url`, which is on a Unix socket.
    pub fn before(url: &SecretString) -> Proxy {
        let folder = url.expose_secret().split("host=").nth(1).unwrap();
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Clear),
            doomed: Mutex::default(),
            doomed_at_commit: Mutex::default(),
            links: Mutex::default(),
            server: PathBuf::from(folder).join(".s.PGSQL.5432"),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Arc::clone(&shared);
        spawn(move || listen(&proxy, Some(listener), port));
        Proxy { port, shared }
    }

    /// `url` by way of the proxy.
    pub fn url(&self, url: &SecretString) -> SecretString {
        let (start, _) = url.expose_secret().split_once("?host=").unwrap();
        let (start, database) = start.rsplit_once("@/").unwrap();
        let text = format!("{start}@127.0.0.1:{}/{database}", self.port);
        SecretString::from(text)
    }

    /// Changes the weather, for what is open too.
    pub fn set(&self, weather: Weather) {
        *self.shared.weather.lock().unwrap() = weather;
        if matches!(weather, Weather::Refused | Weather::Reset) {
            for (program, server) in self.shared.links.lock().unwrap().drain(..) {
                hang_up(&program, weather);
                let _ = server.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Proxy {
    /// Kills `program` when it has sent `messages` messages more, the last of which does not arrive.
    pub fn kill_at(&self, program: Pid, messages: usize) {
        *self.shared.doomed.lock().unwrap() = Some((program, messages));
    }

    /// Kills `program` when the server has committed the transaction in which the program says
    /// `marker`, and before it hears so.
    pub fn kill_at_commit_of(&self, program: Pid, marker: &[u8]) {
        *self.shared.doomed_at_commit.lock().unwrap() = Some((program, marker.to_vec()));
    }

    /// Kills nobody any more; says whether somebody was killed.
    pub fn spare(&self) -> bool {
        let at_a_message = self.shared.doomed.lock().unwrap().take();
        let at_a_commit = self.shared.doomed_at_commit.lock().unwrap().take();
        at_a_message.is_none() && at_a_commit.is_none()
    }
}

impl Shared {
    /// Counts a message of the program; true when it was its last.
    fn is_last(&self) -> bool {
        let mut doomed = self.doomed.lock().unwrap();
        let Some((program, left)) = doomed.as_mut() else {
            return false;
        };
        *left = left.saturating_sub(1);
        let is_last = *left == 0;
        if is_last {
            let _ = kill(*program, Signal::SIGKILL);
            *doomed = None;
        }
        is_last
    }

    /// Whether `said` has the bytes at whose commit somebody is to die.
    fn has_marker(&self, said: &[u8]) -> bool {
        let doomed = self.doomed_at_commit.lock().unwrap();
        let marker = doomed.as_ref().map(|(_, marker)| marker.as_slice());
        marker.is_some_and(|marker| holds(said, marker))
    }

    /// True when the answer says that the transaction is committed for which somebody was to die.
    fn is_fatal(&self, answer: &[u8]) -> bool {
        if !holds(answer, COMMITTED) {
            return false;
        }
        let doomed = self.doomed_at_commit.lock().unwrap().take();
        doomed.is_some_and(|(program, _)| kill(program, Signal::SIGKILL).is_ok())
    }

    fn weather(&self) -> Weather {
        *self.weather.lock().unwrap()
    }
}

/// `CommandComplete` of a commit, as PostgreSQL's protocol writes it.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// With a linger of nothing, closing is a reset.
fn hang_up(program: &TcpStream, weather: Weather) {
    if weather == Weather::Reset {
        let socket = socket2::SockRef::from(program);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
    let _ = program.shutdown(Shutdown::Both);
}

fn listen(shared: &Arc<Shared>, mut listener: Option<TcpListener>, port: u16) {
    loop {
        sleep(Duration::from_millis(5));
        let weather = shared.weather();
        if weather == Weather::Refused {
            listener = None;
            continue;
        }
        let open = listener.get_or_insert_with(|| TcpListener::bind(("127.0.0.1", port)).unwrap());
        open.set_nonblocking(true).unwrap();
        let Ok((program, _)) = open.accept() else {
            continue;
        };
        program.set_nonblocking(false).unwrap();
        program.set_nodelay(true).unwrap();
        if weather == Weather::Reset {
            hang_up(&program, weather);
            continue;
        }
        let Ok(server) = UnixStream::connect(&shared.server) else {
            continue;
        };
        let kept = (program.try_clone().unwrap(), server.try_clone().unwrap());
        shared.links.lock().unwrap().push(kept);
        let (asks, answers) = (
            (program.try_clone().unwrap(), server.try_clone().unwrap()),
            (server, program),
        );
        let (there, back) = (Arc::clone(shared), Arc::clone(shared));
        let marked = Arc::new(AtomicBool::new(false));
        let said = Arc::clone(&marked);
        let ends = (asks.0.try_clone().unwrap(), asks.1.try_clone().unwrap());
        spawn(move || {
            carry(&there, asks.0, asks.1, &said, false);
            // Whoever is gone is gone for the other side too.
            let _ = ends.0.shutdown(Shutdown::Both);
            let _ = ends.1.shutdown(Shutdown::Both);
        });
        spawn(move || carry(&back, answers.0, answers.1, &marked, true));
    }
}

/// Carries bytes until either end is gone. Once something was swallowed, the rest is as well. `marked`
/// says that the program said here at whose commit it is to die.
fn carry(
    shared: &Shared,
    mut from: impl std::io::Read,
    mut to: impl std::io::Write,
    marked: &AtomicBool,
    are_answers: bool,
) {
    let mut buffer = vec![0; 64 * 1024];
    let mut dumb = false;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        match shared.weather() {
            Weather::Swallowed => dumb = true,
            Weather::Slow(late) if are_answers => sleep(late),
            _ => {}
        }
        if !are_answers && shared.is_last() {
            break;
        }
        if !are_answers && shared.has_marker(&buffer[..count]) {
            marked.store(true, Ordering::SeqCst);
        }
        if are_answers && marked.load(Ordering::SeqCst) && shared.is_fatal(&buffer[..count]) {
            break;
        }
        if !dumb && to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
}
