//! Log lines: one per event, on standard error.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::thread;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// What a server says: what the program itself does, and no more of its libraries than warnings.
pub const SERVER: &str = "info,actix_server=warn,actix_web=warn,rustls=warn,tracing=warn";
/// What a command at a terminal says beside its answer.
pub const TERMINAL: &str = "warn";

/// Starts logging, by `filter` (what RUST_LOG says) or `otherwise`. Called once, at the start of the program; a second
/// call changes nothing.
pub fn start(format: LogFormat, filter: Option<&str>, otherwise: &str) {
    let filter = filter.unwrap_or(otherwise);
    // The filter was checked when the configuration was read.
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(otherwise));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    let started = match format {
        // JSON escapes by itself.
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_writer(io::stderr)
            .try_init(),
        LogFormat::Text => lines
            .with_ansi(false)
            .with_target(false)
            .with_writer(OneLineEach(io::stderr))
            .try_init(),
    };
    drop(started);
    panic::set_hook(Box::new(log_panic));
}

/// Says why the program does not start as a log line of JSON, also where RUST_LOG lets no line through: whoever
/// starts it would be told nothing otherwise.
pub fn refuse(refusal: &str) {
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(io::stderr)
        .finish();
    tracing::subscriber::with_default(lines, || tracing::error!("{refusal}"));
}

/// A panic as one line like all others: whatever it says, it forges and splits none.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let thread = thread::current();
    let payload = panic.payload();
    let words = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    // Taken only where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let taken = backtrace.status() == BacktraceStatus::Captured;
    tracing::error!(
        thread = thread.name(),
        place,
        words,
        backtrace = taken.then(|| tracing::field::display(&backtrace)),
        "a thread panicked"
    );
}

/// Keeps every event on one line, so that nothing in a value forges or splits a line: the
/// formatter escapes terminal sequences but lets newlines through.
#[derive(Debug, Clone, Copy)]
struct OneLineEach<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLineEach<M> {
    type Writer = OneLine<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }
}

struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    /// Takes one whole event, as the formatter hands it over, with the newline at its end.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let mut line = String::with_capacity(text.len() + 1);
        for character in text.strip_suffix('\n').unwrap_or(&text).chars() {
            if is_harmless(character) {
                line.push(character);
            } else {
                line.extend(character.escape_default());
            }
        }
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Neither a control character, nor a separator of lines, nor a mark that reorders what is shown.
fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged while `work` runs, as text.
    fn logged(work: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(OneLineEach(move || writer.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, work);
        let bytes = kept
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn nothing_in_a_value_forges_or_splits_a_line() {
        let text = logged(|| {
            let forged = "x\r\n2026-01-01T00:00:00Z  INFO signed in\u{1b}[2K\u{202e}\u{85}";
            tracing::info!(username = %forged, note = ?forged, "sign-in refused for {forged}");
            tracing::info!("Müller 東京");
        });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].chars().all(is_harmless) && lines[0].contains("\\r\\n2026"),
            "{text}"
        );
        assert!(lines[1].ends_with("Müller 東京"), "{text}");
    }

    #[test]
    fn a_panic_is_one_line_too() {
        let before = panic::take_hook();
        panic::set_hook(Box::new(log_panic));
        let text = logged(|| {
            let ended = panic::catch_unwind(|| unreachable!("a name with\na line break"));
            assert!(ended.is_err());
        });
        panic::set_hook(before);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("src/telemetry.rs:"), "{text}");
        assert!(text.contains("a name with\\na line break"), "{text}");
    }
}
