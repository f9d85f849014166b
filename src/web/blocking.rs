//! Work that waits (database, hashing) leaves the threads that serve connections.

use actix_web::web;

use super::error::WebError;

/// Runs `work` on a thread that may wait.
///
/// # Errors
/// [`WebError::Internal`] when it panicked.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WebError> {
    Ok(web::block(work).await?)
}
