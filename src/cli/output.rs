//! What is said at the terminal. A closed pipe is no error: whoever read has read enough.

use std::io::Write as _;

use crate::config::{Config, LogFormat};

/// Says a line on standard output.
pub fn say(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", line.as_ref());
}

/// Says a line on standard error.
pub fn complain(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr(), "{}", line.as_ref());
}

/// Says what is hardly meant so, as a sentence; where programs read what is said, as a log line.
pub fn warn(config: &Config, sentence: &str) {
    match config.log_format {
        LogFormat::Text => complain(format!("Note: {sentence}")),
        LogFormat::Json => tracing::warn!("{sentence}"),
    }
}
