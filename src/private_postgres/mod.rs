//! A PostgreSQL of this program's own, out of the programs on the machine, for when no database is
//! named: under DATA_DIR, on a Unix socket only, gone when the last program that uses it ends.
//!
//! Four locks, each given up by the kernel when its holder dies:
//! - `lock`: the server that uses this DATA_DIR; a second one is refused.
//! - `users.lock`: shared by every program that uses the database; whoever has it alone is the last.
//! - `start.lock`: held for a moment, by whoever is deciding to start or to stop.
//! - `postgres.lock`: held by PostgreSQL's own processes, so that no second one works on the files.

mod cluster;
mod error;
mod files;
mod install;
mod keeper;
mod lock;
mod place;
mod postmaster;
mod programs;
mod runner;

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

pub use error::PrivatePostgresError;
pub use keeper::look_after;
use lock::Lock;
use place::Place;
use postmaster::Postmaster;

/// The name of the role and of the database.
const NAME: &str = "user_accounts";
/// Part of the name of the socket; as its folder is ours alone, any number does.
const PORT: u16 = 5432;
/// How often anything is looked at again.
const POLL: Duration = Duration::from_millis(20);
/// A killed server's lock lives on for a moment in a process that it was just starting, between fork
/// and exec: half a second is plenty.
const POLLS_OF_A_FORK: u32 = 25;
/// The same holds for whoever leaves; every command waits so long where others go on, hence shorter.
const POLLS_OF_A_LAST_ONE: u32 = 5;
/// How long another program may be starting (60 s) or stopping (25 s) before we give up.
const DECISION_SECONDS: u32 = 100;

/// What the program wants the database for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The server: the only one on its DATA_DIR.
    Serve,
    /// Any other command: joins whoever runs PostgreSQL, or runs it for its own time.
    Join,
}

/// A running PostgreSQL. When the last program that uses it lets go of it, it stops.
pub struct PrivatePostgres {
    place: Place,
    url: SecretString,
    notice: Option<String>,
    is_new: bool,
    search_path: Option<OsString>,
    postmaster: Option<Postmaster>,
    /// Empty once it is stopped.
    users: Option<Lock>,
    /// Held for the life of a server.
    _server: Option<Lock>,
}

impl PrivatePostgres {
    /// Starts PostgreSQL under `data_dir`, or joins the one that runs there; returns when it takes
    /// connections. `search_path` is the PATH. Blocks, about a second where there is no database
    /// yet, and a minute at the most.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn open(
        data_dir: &Path,
        role: Role,
        search_path: Option<OsString>,
    ) -> Result<PrivatePostgres, PrivatePostgresError> {
        let place = Place::settle(data_dir)?;
        let server = match role {
            Role::Serve => {
                let lock = Lock::open(&place.data_dir.join("lock"))?;
                if !lock.wait_alone(POLLS_OF_A_FORK)? {
                    return Err(PrivatePostgresError::AnotherServer(place.data_dir));
                }
                Some(lock)
            }
            Role::Join => None,
        };
        let mut this = PrivatePostgres {
            url: url(&place),
            notice: place.notice(),
            is_new: false,
            search_path,
            postmaster: None,
            users: None,
            _server: server,
            place,
        };
        // Declared after `this`, so that an error lets go of it before `this` stops what it started.
        let _deciding = decide(&this.place)?;
        let users = Lock::open(&this.place.data_dir.join("users.lock"))?;
        users.together()?;
        this.users = Some(users);
        this.is_new = !cluster::is_made(&this.place);
        this.postmaster = Some(cluster::ensure_running(
            &this.place,
            this.search_path.as_deref(),
        )?);
        cluster::prepare(&this.place)?;
        Ok(this)
    }

    /// Where to connect, for [`crate::db`].
    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// A sentence for the terminal where the database is not kept in DATA_DIR.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The folder of the database, where it was made just now.
    pub fn made(&self) -> Option<&Path> {
        self.is_new.then_some(self.place.cluster.as_path())
    }

    /// Whether PostgreSQL ended, though nobody here stopped it.
    fn has_ended(&mut self) -> bool {
        let place = &self.place;
        self.postmaster
            .as_mut()
            .is_some_and(|postmaster| postmaster.has_ended(place))
    }

    /// Starts it again, or takes over what another program started meanwhile.
    fn start_again(&mut self) -> Result<(), PrivatePostgresError> {
        let _deciding = decide(&self.place)?;
        let started = cluster::ensure_running(&self.place, self.search_path.as_deref())?;
        self.postmaster = Some(started);
        Ok(())
    }

    /// Lets go of PostgreSQL, and stops it where no other program uses it. Dropping does the same
    /// and can only log what goes wrong.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn stop(mut self) -> Result<(), PrivatePostgresError> {
        self.let_go()
    }

    fn let_go(&mut self) -> Result<(), PrivatePostgresError> {
        let Some(users) = self.users.take() else {
            return Ok(());
        };
        let _deciding = decide(&self.place)?;
        users.release()?;
        let last = users.wait_alone(POLLS_OF_A_LAST_ONE)?;
        if !last {
            return Ok(());
        }
        let Some(mut ours) = self.postmaster.take() else {
            return Ok(());
        };
        ours.stop(&self.place)?;
        // Ours may have crashed, and a program that joined may have started another since.
        if let Some(other) = postmaster::find(&self.place) {
            Postmaster::adopted(other.pid).stop(&self.place)?;
        }
        self.place.remove_socket_dir();
        Ok(())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Err(error) = self.let_go() {
            tracing::error!(%error, "the private PostgreSQL was not stopped");
        }
    }
}

/// Takes `start.lock`: until it is dropped, nobody else starts or stops.
fn decide(place: &Place) -> Result<Lock, PrivatePostgresError> {
    let lock = Lock::open(&place.data_dir.join("start.lock"))?;
    if lock.wait_alone(polls_in(DECISION_SECONDS))? {
        Ok(lock)
    } else {
        Err(PrivatePostgresError::Waited {
            data_dir: place.data_dir.clone(),
            seconds: DECISION_SECONDS.into(),
        })
    }
}

/// The folder of the socket is a parameter, since the host of a URL cannot hold its slashes; so is the user, whose
/// place would be before the host.
fn url(place: &Place) -> SecretString {
    let socket_dir = place.socket_dir.display().to_string();
    let host: String = url::form_urlencoded::byte_serialize(socket_dir.as_bytes()).collect();
    format!("postgres:///{NAME}?user={NAME}&host={host}&port={PORT}").into()
}

/// How many times [`POLL`] are `seconds`.
fn polls_in(seconds: u32) -> u32 {
    let poll = u32::try_from(POLL.as_millis()).unwrap_or(u32::MAX);
    seconds * 1_000 / poll
}
