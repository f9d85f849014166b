//! `/metrics`, on an address and on threads of its own: it is not for those who use the pages, and it
//! answers while these are busy. `worker` serves it too.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};

use super::headers;
use crate::metrics::{CONTENT_TYPE, Metrics, Sources};

/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The listener; it goes on until it is stopped.
pub struct MetricsServer {
    handle: ServerHandle,
    thread: JoinHandle<io::Result<()>>,
}

impl MetricsServer {
    /// Starts it on `listener`.
    ///
    /// # Errors
    /// When the operating system gives no thread, or the listener cannot be used.
    pub fn start(
        listener: TcpListener,
        metrics: Arc<Metrics>,
        sources: Sources,
    ) -> io::Result<MetricsServer> {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("metrics".to_string())
            .spawn(move || {
                actix_web::rt::System::new().block_on(async move {
                    let server = server(listener, metrics, sources)?;
                    let _ = sender.send(server.handle());
                    server.await
                })
            })?;
        match receiver.recv() {
            Ok(handle) => Ok(MetricsServer { handle, thread }),
            // It ended before it began.
            Err(_) => match thread.join() {
                Ok(Err(error)) => Err(error),
                _ => Err(io::Error::other("the thread for /metrics ended")),
            },
        }
    }

    /// Stops it; whoever is being answered is cut off.
    pub fn stop(self) {
        // The answer to this is the end of the thread.
        drop(self.handle.stop(false));
        if let Ok(Err(error)) = self.thread.join() {
            tracing::warn!(%error, "/metrics failed");
        }
    }
}

fn server(listener: TcpListener, metrics: Arc<Metrics>, sources: Sources) -> io::Result<Server> {
    let (metrics, sources) = (web::Data::from(metrics), web::Data::new(sources));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(metrics.clone())
            .app_data(sources.clone())
            .wrap(from_fn(headers::add))
            .route("/metrics", web::get().to(show))
            .route("/metrics", web::head().to(show))
    })
    .workers(1)
    .worker_max_blocking_threads(1)
    .client_request_timeout(HEAD_TIMEOUT)
    // That time is counted for the first request of a connection alone; whoever asks once a minute needs no second.
    .keep_alive(KeepAlive::Disabled)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

async fn show(metrics: web::Data<Metrics>, sources: web::Data<Sources>) -> HttpResponse {
    let text = web::block(move || metrics.text(&sources)).await;
    match text {
        Ok(Ok(text)) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Ok(Err(error)) => {
            tracing::error!(%error, "/metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
        Err(error) => {
            tracing::error!(%error, "/metrics cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
