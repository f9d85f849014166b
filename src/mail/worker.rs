//! What a worker works with.

use std::sync::Arc;

use lettre::message::Mailbox;
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::claim::Composer;
use super::transport::Transport;
use crate::clock;
use crate::db::Db;

/// Where the worker takes the time from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
/// What is to be swept away once a minute; handed in, since mail knows no feature.
pub type Housekeeping = Arc<dyn Fn(&Db, OffsetDateTime) + Send + Sync>;

/// All that a worker needs.
#[derive(Clone)]
pub struct Worker {
    /// The database. Two connections are enough.
    pub db: Db,
    /// The way mails leave.
    pub transport: Arc<Transport>,
    /// Who the mails are from.
    pub from: Mailbox,
    /// Who writes them.
    pub composer: Arc<dyn Composer>,
    /// What is swept away once a minute.
    pub housekeeping: Housekeeping,
    /// The time.
    pub clock: Clock,
    /// Wakes the worker at once, for instance after a mail was written into the outbox.
    pub wake: Arc<Notify>,
}

impl Worker {
    /// A worker by the real clock.
    pub fn new(
        db: Db,
        transport: Arc<Transport>,
        from: Mailbox,
        composer: impl Composer,
        housekeeping: impl Fn(&Db, OffsetDateTime) + Send + Sync + 'static,
    ) -> Worker {
        Worker {
            db,
            transport,
            from,
            composer: Arc::new(composer),
            housekeeping: Arc::new(housekeeping),
            clock: Arc::new(clock::now),
            wake: Arc::new(Notify::new()),
        }
    }
}
