//! Log lines: one per event, on standard error.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging. Called once, at the start of the program; a second call changes nothing.
pub fn start(config: &Config) {
    // The filter was checked when the configuration was read.
    let filter = EnvFilter::try_new(&config.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
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
