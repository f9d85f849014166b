//! `worker`: sends the mails; runs beside the pages too.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::output::{complain, say};
use super::{Refusal, database, sender};
use crate::access;
use crate::config::Config;
use crate::db::Db;
use crate::mail::{Transport, Worker};
use crate::mailings::Mailings;
use crate::private_postgres::Role;

/// Sends mails until told to stop.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: Config) -> Result<(), Refusal> {
    config.require_mail().map_err(|error| error.to_string())?;
    for warning in config.warnings() {
        complain(format!("Note: {warning}"));
    }
    let transport = Arc::new(sender::transport(&config)?);
    let database = database::open(&config, Role::Join)?;
    let outcome = database.migrate().and_then(|_| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("The program could not start: {error}."))?;
        say("Sending mails.");
        runtime.block_on(async {
            let (stop, stopping) = watch::channel(false);
            let worker = tokio::spawn(relay(&config, database.serving_pool(), transport, stopping));
            told_to_stop().await;
            let _ = stop.send(true);
            let _ = worker.await;
        });
        Ok(())
    });
    database.close();
    outcome
}

/// The relay loop; ends some time after `stopping` says so, with nothing half done.
pub fn relay(
    config: &Config,
    db: Db,
    transport: Arc<Transport>,
    stopping: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + use<> {
    let mailings = Mailings::new(sender::mail_settings(config));
    let worker = Worker::new(
        db,
        transport,
        config.mail_from.clone(),
        mailings,
        access::delete_expired,
    );
    async move { worker.run(stopping).await }
}

/// Waits for SIGTERM or SIGINT.
pub async fn told_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        // Without handlers the signals end the program by themselves.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
