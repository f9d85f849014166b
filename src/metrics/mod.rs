//! What an operator asks of a running program, in Prometheus' text format: counted as it happens, or
//! looked up when it is asked for. No label names a person, an address or an account.

mod figures;

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder};

use crate::db::Db;
use crate::passwords::Hasher;

/// The content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How every name begins.
const PREFIX: &str = "user_accounts";
/// Seconds. From a page out of memory to the end of the patience with a request.
const DURATIONS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInRefusal {
    /// The username or the password was not right, or the user not active.
    Credentials,
    /// The code of the second factor was not right.
    SecondFactor,
    /// Tried too often.
    TooOften,
    /// Too many passwords were being checked.
    Busy,
}

impl SignInRefusal {
    const ALL: [SignInRefusal; 4] = [
        SignInRefusal::Credentials,
        SignInRefusal::SecondFactor,
        SignInRefusal::TooOften,
        SignInRefusal::Busy,
    ];

    fn as_str(self) -> &'static str {
        match self {
            SignInRefusal::Credentials => "credentials",
            SignInRefusal::SecondFactor => "second_factor",
            SignInRefusal::TooOften => "too_often",
            SignInRefusal::Busy => "busy",
        }
    }
}

/// What is looked up when it is asked for.
#[derive(Clone)]
pub struct Sources {
    /// The pool, and what waits in the database.
    pub db: Db,
    /// The hashing threads, where there are any.
    pub hasher: Option<Hasher>,
}

/// What is counted as it happens.
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    sign_ins_refused: IntCounterVec,
}

impl Metrics {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// None in practice: a name that Prometheus does not take.
    pub fn new() -> prometheus::Result<Metrics> {
        let registry = Registry::new_custom(Some(PREFIX.to_string()), None)?;
        let requests = HistogramVec::new(
            HistogramOpts::new(
                "http_request_duration_seconds",
                "Requests, from their head to the head of the answer.",
            )
            .buckets(DURATIONS.to_vec()),
            &["method", "route", "status"],
        )?;
        let sign_ins_refused = IntCounterVec::new(
            Opts::new(
                "sign_ins_refused_total",
                "Ways in that ended at a wrong password or code, at a limit, or at a full queue.",
            ),
            &["reason"],
        )?;
        for refusal in SignInRefusal::ALL {
            // There from the start with 0: an alarm on its growth sees the first one too.
            sign_ins_refused.with_label_values(&[refusal.as_str()]);
        }
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(sign_ins_refused.clone()))?;
        Ok(Metrics {
            registry,
            requests,
            sign_ins_refused,
        })
    }

    /// Counts a request: its route as the table of routes writes it, never its path.
    pub fn request(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        // What a client makes up must not make up series.
        let method = match method {
            "GET" | "HEAD" | "POST" => method,
            _ => "other",
        };
        let status = match status / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "1xx",
        };
        self.requests
            .with_label_values(&[method, route.unwrap_or("none"), status])
            .observe(took.as_secs_f64());
    }

    /// Counts somebody who was not let in.
    pub fn sign_in_refused(&self, refusal: SignInRefusal) {
        self.sign_ins_refused
            .with_label_values(&[refusal.as_str()])
            .inc();
    }

    /// Everything, for Prometheus to read. Asks the database, so it blocks: 2 s at most where that
    /// gives no connection, whose figures are then left out.
    ///
    /// # Errors
    /// None in practice: names that Prometheus does not take.
    pub fn text(&self, sources: &Sources) -> prometheus::Result<String> {
        let mut families = self.registry.gather();
        families.extend(figures::of_this_moment(sources)?.gather());
        TextEncoder::new().encode_to_string(&families)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_makes_up_makes_up_no_series() {
        let metrics = Metrics::new().unwrap();
        for method in ["BREW", "PROPFIND", "get"] {
            metrics.request(method, None, 405, Duration::from_millis(3));
        }
        let text = TextEncoder::new()
            .encode_to_string(&metrics.registry.gather())
            .unwrap();
        let series = "user_accounts_http_request_duration_seconds_count{method=\"other\",route=\"none\",status=\"4xx\"} 3";
        assert!(text.contains(series), "{text}");
        assert_eq!(
            text.matches("http_request_duration_seconds_count{").count(),
            1,
            "{text}"
        );
        let refused = "user_accounts_sign_ins_refused_total{reason=\"busy\"} 0";
        assert!(text.contains(refused), "{text}");
    }
}
