//! Looks after the PostgreSQL that a server stands on: where it ended without being told to, it is
//! started again, as a service manager would.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::PrivatePostgres;

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// The pause after the first start that failed, or that did not last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause; also how long a start must last to be forgotten.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Looks after what is in `kept`, on a thread of its own, until that is empty or gone.
///
/// # Errors
/// When the operating system gives no thread.
pub fn look_after(kept: &Arc<Mutex<Option<PrivatePostgres>>>) -> io::Result<()> {
    let kept = Arc::downgrade(kept);
    thread::Builder::new()
        .name("private-postgres".to_string())
        .spawn(move || watch(&kept))?;
    Ok(())
}

fn watch(kept: &Weak<Mutex<Option<PrivatePostgres>>>) {
    let mut back_off = BackOff::default();
    loop {
        sleep(LOOK);
        let Some(kept) = kept.upgrade() else { return };
        let mut slot = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(postgres) = slot.as_mut() else {
            return;
        };
        if !postgres.has_ended() || !back_off.is_over(Instant::now()) {
            continue;
        }
        tracing::warn!("the private PostgreSQL ended by itself; it is started again");
        let outcome = postgres.start_again();
        drop(slot);
        let pause = back_off.tried(Instant::now());
        match outcome {
            Ok(()) => tracing::info!("the private PostgreSQL runs again"),
            Err(error) => tracing::error!(
                %error,
                next_try_seconds = pause.as_secs(),
                "the private PostgreSQL could not be started again"
            ),
        }
    }
}

/// When the next start may be tried: soon the first time, then ever later.
#[derive(Debug, Default)]
struct BackOff {
    last: Option<(Instant, Duration)>,
}

impl BackOff {
    fn is_over(&self, now: Instant) -> bool {
        self.last
            .is_none_or(|(tried, pause)| now.duration_since(tried) >= pause)
    }

    /// Notes a try; returns how long the next one must wait.
    fn tried(&mut self, now: Instant) -> Duration {
        let pause = match self.last {
            Some((tried, pause)) if now.duration_since(tried) < pause + LONGEST_PAUSE => {
                (pause * 2).min(LONGEST_PAUSE)
            }
            _ => FIRST_PAUSE,
        };
        self.last = Some((now, pause));
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_that_fail_follow_each_other_ever_later_and_one_that_lasted_is_forgotten() {
        let mut back_off = BackOff::default();
        let mut now = Instant::now();
        assert!(back_off.is_over(now));
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let pause = back_off.tried(now);
            assert!(!back_off.is_over(now + pause - LOOK));
            now += pause;
            assert!(back_off.is_over(now));
            pauses.push(pause.as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        now += LONGEST_PAUSE * 2;
        assert_eq!(back_off.tried(now), FIRST_PAUSE);
    }
}
