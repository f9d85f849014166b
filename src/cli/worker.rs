//! `worker`: sends the mails; runs beside the pages too.

use std::sync::Arc;

use tokio::sync::watch;

use super::interruption::StopSignals;
use super::output::{say, warn};
use super::{Refusal, database, listening, sender};
use crate::config::Config;
use crate::db::Db;
use crate::housekeeping::keep_house;
use crate::imports;
use crate::mail::{Transport, Worker};
use crate::mailings::Mailings;
use crate::metrics::{Metrics, Sources};
use crate::private_postgres::Role;
use crate::web::metrics::MetricsServer;

/// Sends mails until told to stop.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: Config) -> Result<(), Refusal> {
    config.require_mail().map_err(|error| error.to_string())?;
    for warning in config.warnings().into_iter().chain(config.notes()) {
        warn(&config, &warning);
    }
    let transport = Arc::new(sender::transport(&config)?);
    let database = database::open(&config, Role::Join)?;
    let failed = |error: std::io::Error| format!("The program could not start: {error}.");
    let outcome = database.require_current().and_then(|()| {
        let db = database.serving_pool();
        let metrics_server = listening::for_metrics(&config)?
            .map(|listener| {
                let metrics = Arc::new(Metrics::new().map_err(listening::no_metrics)?);
                let sources = Sources {
                    db: db.clone(),
                    hasher: None,
                };
                MetricsServer::start(listener, metrics, sources).map_err(listening::no_metrics)
            })
            .transpose()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        runtime.block_on(async {
            let mut signals = StopSignals::listen().map_err(failed)?;
            database.leave_signals_to_caller();
            database.keep_running()?;
            let (stop, stopping) = watch::channel(false);
            let worker = tokio::spawn(relay(&config, db, transport, stopping));
            say("Sending mails.");
            tracing::info!(
                version = env!("CARGO_PKG_VERSION"),
                metrics = config.metrics_listen.map(tracing::field::display),
                "sending mails"
            );
            signals.told().await;
            tracing::info!("stopping: mails on their way finish first");
            let _ = stop.send(true);
            let _ = worker.await;
            Ok::<_, Refusal>(())
        })?;
        if let Some(server) = metrics_server {
            server.stop();
        }
        Ok(())
    });
    database.close();
    outcome
}

/// The relay loop, and beside it imports that run; ends some time after `stopping` says so, with nothing half done.
pub fn relay(
    config: &Config,
    db: Db,
    transport: Arc<Transport>,
    stopping: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + use<> {
    let mailings = Mailings::new(sender::mail_settings(config));
    let importing = imports::carry_on(db.clone(), stopping.clone());
    let worker = Worker::new(
        db,
        transport,
        config.mail_from.clone(),
        mailings,
        keep_house,
    );
    async move {
        tokio::join!(worker.run(stopping), importing);
    }
}
