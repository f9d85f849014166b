//! Work that waits (database, hashing) leaves the threads that serve connections.

use std::cell::Cell;
use std::future::Future;
use std::time::{Duration, Instant};

use actix_web::web;
use tokio::time::timeout;

use super::error::WebError;
use crate::db;

/// How long a request may wait in sum: every one ends within 5 s, whatever the database does.
const PATIENCE: Duration = Duration::from_millis(4_500);

tokio::task_local! {
    /// What is left of it for the request at hand.
    static LEFT: Cell<Duration>;
}

/// Runs a request, whose [`blocking`] work has [`PATIENCE`] in sum.
pub async fn with_patience<T>(request: impl Future<Output = T>) -> T {
    LEFT.scope(Cell::new(PATIENCE), request).await
}

/// Runs `work` on a thread that may wait.
///
/// # Errors
/// [`WebError::Internal`] when it panicked; [`WebError::Unanswered`] when the request's patience is at
/// its end, while the work may still go on.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WebError> {
    let started = Instant::now();
    // Outside a request there is none to be patient: a file that is being downloaded, batch by batch.
    let left = LEFT.try_with(Cell::get).unwrap_or(PATIENCE);
    let answer = timeout(left, web::block(work)).await;
    // An error: outside a request, as above.
    let _ = LEFT.try_with(|patience| patience.set(left.saturating_sub(started.elapsed())));
    match answer {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(WebError::Unanswered(
            "the work took longer than a request may wait".to_string(),
        )),
    }
}

/// Runs what follows something that is done and committed, a message for the next page say: where it fails, the log
/// alone is told, because nothing that was done is undone by it.
pub async fn afterwards(work: impl FnOnce() -> Result<(), db::Error> + Send + 'static) {
    if let Err(error) = blocking(work).await.and_then(|done| Ok(done?)) {
        tracing::warn!(%error, "what follows a change failed");
    }
}
