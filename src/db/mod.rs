//! The database: a pool of connections, `read`, and `write`, which is one transaction.

mod address;
mod after_commit;
mod bulk;
mod failure;
mod migrations;
mod pooled;
mod privileges;
mod standing;
mod statement;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::r2d2::Pool;
use diesel::result::DatabaseErrorKind;
use secrecy::{ExposeSecret as _, SecretString};

pub use address::PLANNING;
use address::with_time_outs;
pub use after_commit::after_commit;
pub use bulk::{DELETED_AT_ONCE, delete_until, take_time_for};
pub use failure::{
    is_no_longer_allowed, is_outcome_unknown, is_unavailable, no_longer_allowed,
    violated_constraint,
};
pub use migrations::{migrate, pending_migrations, server_version};
use pooled::Manager;
pub use privileges::grant;
pub use standing::{Standing, standing};
pub use statement::Statement;

/// A connection to PostgreSQL, inside a transaction where a function changes something.
pub type Connection = PgConnection;
/// What a query failed with.
pub type Error = diesel::result::Error;

/// How long a request waits for a free connection. A person is waiting: better a page that says
/// "busy" than a page that never comes.
const POOL_WAIT: Duration = Duration::from_secs(2);
/// How long a connection is kept at most: the statements that it holds prepared, each with its plan, go
/// with it. A list has a few thousand shapes (words, filter, order, direction), of which few are asked.
const CONNECTION_LIFE: Duration = Duration::from_secs(30 * 60);
/// No statement of a page is out for as long.
const HUNG_AFTER: Duration = Duration::from_millis(4_500);

/// What connections are for, which decides their time-outs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Pages and the mail worker: somebody waits.
    Serving,
    /// Commands at a terminal, migrations and bulk loads: nothing is cut short.
    Maintenance,
}

type Connections = Pool<Manager>;

/// The pool. Cloning it shares it.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    settings: String,
    purpose: Purpose,
    size: u32,
    pool: RwLock<Connections>,
    /// When a connection last came back.
    last_return: Mutex<Instant>,
    /// Callers that wait for a connection.
    waiting: AtomicUsize,
    /// Callers that waited in vain.
    went_without: AtomicU64,
}

/// What the pool holds at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Connections that somebody works with.
    pub in_use: u32,
    /// Connections that are open and free.
    pub idle: u32,
    /// Connections that there may be at most.
    pub most: u32,
    /// Callers that wait for one.
    pub waiting: usize,
    /// Callers that got none in time, since the start.
    pub went_without: u64,
}

impl Db {
    /// Makes a pool of at most `connections`; none is opened before it is needed.
    pub fn new(url: &SecretString, purpose: Purpose, connections: u32) -> Db {
        let settings = with_time_outs(url.expose_secret(), purpose);
        let pool = connections_of(&settings, purpose, connections);
        Db {
            shared: Arc::new(Shared {
                settings,
                purpose,
                size: connections,
                pool: RwLock::new(pool),
                last_return: Mutex::new(Instant::now()),
                waiting: AtomicUsize::new(0),
                went_without: AtomicU64::new(0),
            }),
        }
    }

    /// What the pool holds at this moment.
    pub fn pool_state(&self) -> PoolState {
        let state = self.shared.pool().state();
        PoolState {
            in_use: state.connections.saturating_sub(state.idle_connections),
            idle: state.idle_connections,
            most: self.shared.size,
            waiting: self.shared.waiting.load(Ordering::Relaxed),
            went_without: self.shared.went_without.load(Ordering::Relaxed),
        }
    }

    /// Runs `query` on a connection, outside a transaction.
    pub fn read<T, E>(&self, query: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let pool = self.shared.pool();
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let pooled = pool.get();
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        let mut pooled = pooled.map_err(|error| {
            self.shared.went_without.fetch_add(1, Ordering::Relaxed);
            self.shared.leave_hung_connections(&pool);
            unavailable(error.to_string())
        })?;
        let answer = query(&mut pooled.connection);
        pooled.note(answer.is_ok());
        drop(pooled);
        self.shared.note_return();
        answer
    }

    /// Runs `change` in one transaction: all of it is kept, or after an error nothing.
    pub fn write<T, E>(&self, change: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let pending = after_commit::Pending::begin();
        let answer = self.read(|connection| connection.transaction(change));
        if answer.is_ok() {
            pending.done();
        }
        answer
    }
}

impl Shared {
    fn pool(&self) -> Connections {
        self.pool
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note_return(&self) {
        *self
            .last_return
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn since_return(&self) -> Duration {
        self.last_return
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    /// Goes on with new connections where every one of the pool is out and none came back for long:
    /// their server is there and says nothing (stopped, or behind something that swallows what is
    /// sent), which no time-out of PostgreSQL or of the network ends. The threads that wait for them
    /// are left to wait.
    fn leave_hung_connections(&self, pool: &Connections) {
        let state = pool.state();
        let all_out = state.connections == self.size && state.idle_connections == 0;
        if self.purpose != Purpose::Serving || !all_out || self.since_return() < HUNG_AFTER {
            return;
        }
        let fresh = connections_of(&self.settings, self.purpose, self.size);
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.note_return();
        tracing::error!(
            connections = self.size,
            "the database answers on none of the connections; new ones are opened"
        );
    }
}

fn connections_of(settings: &str, purpose: Purpose, size: u32) -> Connections {
    // A command at a terminal ends soon: a spare connection would only be in the way of the end.
    let spare = u32::from(purpose == Purpose::Serving);
    Pool::builder()
        .max_size(size)
        .min_idle(Some(spare))
        .connection_timeout(POOL_WAIT)
        .max_lifetime(Some(CONNECTION_LIFE))
        .build_unchecked(Manager::new(settings))
}

/// Asks the database for nothing, to see that it answers.
///
/// # Errors
/// Whatever it says instead.
pub fn ping(connection: &mut Connection) -> Result<(), Error> {
    connection.batch_execute("select 1")
}

fn unavailable(message: String) -> Error {
    Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(message))
}
