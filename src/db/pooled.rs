//! Connections of the pool. Whether one still lives is asked where there is reason to doubt it, not
//! each time that it is taken: a page takes two, and asking costs as much as reading its rows.

use std::time::{Duration, Instant};

use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, Error, ManageConnection};

/// So long after its last answer a connection is taken without being asked. A server that ended since
/// is noticed by the next statement, as one that ends in the middle of it: with a page that says so.
const TRUSTED: Duration = Duration::from_secs(1);

/// Opens connections and looks after them.
#[derive(Debug)]
pub(super) struct Manager(ConnectionManager<PgConnection>);

/// A connection, and when it was last of use.
pub(super) struct Pooled {
    pub(super) connection: PgConnection,
    answered_at: Option<Instant>,
}

impl Manager {
    pub(super) fn new(settings: &str) -> Manager {
        Manager(ConnectionManager::new(settings))
    }
}

impl Pooled {
    /// Notes how the work on the connection ended. After any error there is reason to doubt it: what
    /// failed may have been the connection.
    pub(super) fn note(&mut self, all_well: bool) {
        self.answered_at = all_well.then(Instant::now);
    }

    fn is_trusted(&self) -> bool {
        self.answered_at
            .is_some_and(|answered_at| answered_at.elapsed() < TRUSTED)
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        Ok(Pooled {
            connection: self.0.connect()?,
            answered_at: Some(Instant::now()),
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        if pooled.is_trusted() {
            Ok(())
        } else {
            self.0.is_valid(&mut pooled.connection)
        }
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        self.0.has_broken(&mut pooled.connection)
    }
}
