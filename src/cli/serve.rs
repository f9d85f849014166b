//! `serve`: the pages, and the mail worker beside them.

use std::net::TcpListener;
use std::sync::Arc;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::watch;

use super::database::OpenDatabase;
use super::interruption::StopSignals;
use super::output::{complain, say, warn};
use super::{Refusal, database, demo, listening, sender, tls, worker};
use crate::config::{Config, SecretKey};
use crate::metrics::{Metrics, Sources};
use crate::passwords::{Hasher, hashing_threads};
use crate::private_postgres::Role;
use crate::users::PlaceSeal;
use crate::web::app::{App, Settings};
use crate::web::metrics::MetricsServer;
use crate::web::server;

/// Serves until told to stop.
///
/// # Errors
/// A sentence for the terminal.
pub fn run(config: Config) -> Result<(), Refusal> {
    config.require_mail().map_err(|error| error.to_string())?;
    for warning in config.warnings() {
        warn(&config, &warning);
    }
    let tls = config.tls.as_ref().map(tls::settings).transpose()?;
    let secret_key = match &config.secret_key {
        Some(key) => key.clone(),
        None => SecretKey::kept_in(&config.data_dir).map_err(|error| error.to_string())?,
    };
    let database = database::open(&config, Role::Serve)?;
    // After the database: who starts a second server by mistake is told of the first one, not of a port.
    let outcome = listening::bind("LISTEN", config.listen)
        .and_then(|listener| serve(&config, &secret_key, listener, tls, &database));
    database.close();
    outcome
}

fn serve(
    config: &Config,
    secret_key: &SecretKey,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
    database: &OpenDatabase,
) -> Result<(), Refusal> {
    let metrics_listener = listening::for_metrics(config)?;
    database.migrate()?;
    let hasher = Hasher::start(hashing_threads())
        .map_err(|error| format!("No thread could be started: {error}."))?;
    if let Some(notice) = &database.notice {
        complain(notice);
    }
    // Never where somebody set a database: there it is made by "demo" only.
    if database.is_private() {
        demo::make_where_empty(config, &database.command_pool(), &hasher)?;
    }
    let app = App {
        db: database.serving_pool(),
        hasher,
        settings: settings(config),
        seal: PlaceSeal::new(secret_key.derive("places in the list")),
        cookie_key: secret_key.bytes(),
        metrics: Arc::new(Metrics::new().map_err(listening::no_metrics)?),
    };
    let metrics_server = metrics_listener
        .map(|listener| {
            let sources = Sources {
                db: app.db.clone(),
                hasher: Some(app.hasher.clone()),
            };
            MetricsServer::start(listener, app.metrics.clone(), sources)
        })
        .transpose()
        .map_err(listening::no_metrics)?;
    let outcome =
        actix_web::rt::System::new().block_on(until_stopped(config, app, database, listener, tls));
    // Last, so that the end can be watched.
    if let Some(server) = metrics_server {
        server.stop();
    }
    outcome
}

async fn until_stopped(
    config: &Config,
    app: App,
    database: &OpenDatabase,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
) -> Result<(), Refusal> {
    let failed = |error: std::io::Error| format!("The server could not start: {error}.");
    let mut signals = StopSignals::listen().map_err(failed)?;
    allow_open_files();
    database.leave_signals_to_caller();
    database.keep_running()?;
    let transport = Arc::new(sender::transport(config)?);
    let db = app.db.clone();
    let server = server::start(app, listener, tls).map_err(failed)?;
    let handle = server.handle();
    let (stop, stopping) = watch::channel(false);
    let worker = actix_web::rt::spawn(worker::relay(config, db, transport, stopping));
    let server = actix_web::rt::spawn(server);
    say_where(config);
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        listen = %config.listen,
        metrics = config.metrics_listen.map(tracing::field::display),
        "serving"
    );
    signals.told().await;
    tracing::info!("stopping: running requests finish first");
    // Both end by themselves: requests that run, mails that are being handed over.
    let _ = stop.send(true);
    handle.stop(true).await;
    let _ = worker.await;
    match server.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("The server failed: {error}.")),
        Err(error) => Err(format!("The server failed: {error}.")),
    }
}

/// A connection is an open file, and many shells allow 1,024 of them unless a program asks for what
/// it may have.
fn allow_open_files() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

fn say_where(config: &Config) {
    say(format!(
        "{} is at {}",
        config.product_name,
        config.public_url.origin()
    ));
    if config.smtp.is_none() {
        say(format!(
            "No mail server is set: mails are shown at {}/dev/mailbox",
            config.public_url.origin()
        ));
    }
}

fn settings(config: &Config) -> Settings {
    Settings {
        product_name: config.product_name.clone(),
        support_email: config.support_email.clone(),
        support_phone: config.support_phone.clone(),
        public_origin: config.public_url.origin(),
        https: config.public_url.is_https(),
        trusted_proxies: config.trusted_proxies.clone(),
        mailbox: config
            .smtp
            .is_none()
            .then(|| config.data_dir.join(sender::MAIL_FOLDER)),
    }
}
