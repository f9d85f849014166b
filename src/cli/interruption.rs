//! Ctrl-C and SIGTERM, from the first moment on: whatever a command is doing, the private PostgreSQL
//! that it runs is stopped with it.

use std::io;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Refusal;
use super::output::complain;
use crate::private_postgres::{PrivatePostgres, look_after};

/// The exit status of a command that was interrupted: 128 and the number of SIGINT, as shells say it.
pub const INTERRUPTED: i32 = 130;
/// The exit status of a server that was told to stop: it did what it was told.
pub const STOPPED: i32 = 0;

/// Listens for SIGTERM and SIGINT, which end the program no more.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Begins to listen. Called inside a runtime.
    ///
    /// # Errors
    /// The operating system refuses; the signals then end the program by themselves.
    pub fn listen() -> io::Result<StopSignals> {
        Ok(StopSignals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for either.
    pub async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// A private PostgreSQL that stops with the program, also when the program is told to stop.
pub struct Guarded {
    private: Arc<Mutex<Option<PrivatePostgres>>>,
    left: Arc<AtomicBool>,
}

impl Guarded {
    /// Opens one. Being told to stop from now on ends the program with `status`, as soon as there is
    /// something that can be stopped in order.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn open(
        status: i32,
        open: impl FnOnce() -> Result<PrivatePostgres, Refusal>,
    ) -> Result<Guarded, Refusal> {
        let failed = |error: io::Error| format!("The program could not start: {error}.");
        let guarded = Guarded {
            private: Arc::new(Mutex::new(None)),
            left: Arc::new(AtomicBool::new(false)),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let mut signals = runtime
            .block_on(async { StopSignals::listen() })
            .map_err(failed)?;
        // Held while it opens: the thread below waits for it before it stops it.
        let mut slot = lock(&guarded.private);
        let (private, left) = (Arc::clone(&guarded.private), Arc::clone(&guarded.left));
        thread::Builder::new()
            .name("interruption".to_string())
            .spawn(move || {
                runtime.block_on(signals.told());
                if !left.load(Ordering::SeqCst) {
                    // Ends the program's sessions too: what was not committed is rolled back. Still
                    // locked at the exit, so that nobody gets to complain of that in `close`.
                    let mut slot = lock(&private);
                    stop(slot.take());
                    exit(status);
                }
            })
            .map_err(failed)?;
        *slot = Some(open()?);
        drop(slot);
        Ok(guarded)
    }

    /// From now on whoever calls this listens to [`StopSignals`] and closes in its own order.
    pub fn leave_signals_to_caller(&self) {
        self.left.store(true, Ordering::SeqCst);
    }

    /// From now on it is started again where it ends by itself.
    ///
    /// # Errors
    /// A sentence for the terminal.
    pub fn keep_running(&self) -> Result<(), Refusal> {
        look_after(&self.private).map_err(|error| format!("The program could not start: {error}."))
    }

    /// Stops it, where no other program uses it.
    pub fn close(self) {
        stop(lock(&self.private).take());
    }
}

fn lock(private: &Mutex<Option<PrivatePostgres>>) -> MutexGuard<'_, Option<PrivatePostgres>> {
    private.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stop(private: Option<PrivatePostgres>) {
    if let Some(private) = private
        && let Err(error) = private.stop()
    {
        complain(error.to_string());
    }
}
