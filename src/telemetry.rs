//! Log lines: one per event, on standard error.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// What a server says: what the program itself does, and no more of its libraries than warnings.
pub const SERVER: &str = "info,actix_server=warn,actix_web=warn,rustls=warn,tracing=warn";
/// What a command at a terminal says beside its answer.
pub const TERMINAL: &str = "warn";

/// Starts logging, by `RUST_LOG` or `otherwise`. Called once, at the start of the program; a second
/// call changes nothing.
pub fn start(config: &Config, otherwise: &str) {
    let filter = config.log_filter.as_deref().unwrap_or(otherwise);
    // The filter was checked when the configuration was read.
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(otherwise));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        // Control characters in values are escaped by the formatter: nobody forges a line.
        LogFormat::Text => lines.with_ansi(false).with_target(false).try_init(),
    };
    drop(started);
}
