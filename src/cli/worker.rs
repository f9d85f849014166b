//! `worker`: sends the mails; runs beside the pages too.

use std::sync::Arc;

use tokio::sync::watch;

use super::interruption::StopSignals;
use super::output::{complain, say};
use super::{Refusal, database, sender};
use crate::access;
use crate::config::Config;
use crate::db::Db;
use crate::imports;
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
    let failed = |error: std::io::Error| format!("The program could not start: {error}.");
    let outcome = database.migrate().and_then(|_| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        runtime.block_on(async {
            let mut signals = StopSignals::listen().map_err(failed)?;
            database.leave_signals_to_caller();
            let (stop, stopping) = watch::channel(false);
            let worker = tokio::spawn(relay(&config, database.serving_pool(), transport, stopping));
            say("Sending mails.");
            signals.told().await;
            let _ = stop.send(true);
            let _ = worker.await;
            Ok(())
        })
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
        access::delete_expired,
    );
    async move {
        tokio::join!(worker.run(stopping), importing);
    }
}
