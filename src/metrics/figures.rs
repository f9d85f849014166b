//! Figures of the moment at which they are asked for.

use prometheus::{Gauge, GaugeVec, IntCounter, IntGauge, Opts, Registry};
use time::OffsetDateTime;

use super::{PREFIX, Sources};
use crate::passwords::HashingLoad;
use crate::{clock, db, imports, mail};

/// Asks everything there is to ask.
pub(super) fn of_this_moment(sources: &Sources) -> prometheus::Result<Registry> {
    let figures = Figures(Registry::new_custom(Some(PREFIX.to_string()), None)?);
    figures.labelled(
        "build_info",
        "The version that runs.",
        "version",
        &[(env!("CARGO_PKG_VERSION"), 1.0)],
    )?;
    figures.of_database(sources)?;
    if let Some(hasher) = &sources.hasher {
        figures.of_hashing(hasher.load())?;
    }
    Ok(figures.0)
}

/// A registry for one answer, so that a figure that cannot be had is missing and not old.
struct Figures(Registry);

impl Figures {
    fn of_database(&self, sources: &Sources) -> prometheus::Result<()> {
        // Before the questions below take a connection themselves.
        let pool = sources.db.pool_state();
        self.labelled(
            "database_connections",
            "Connections to the database.",
            "state",
            &[
                ("used", f64::from(pool.in_use)),
                ("idle", f64::from(pool.idle)),
            ],
        )?;
        self.gauge(
            "database_connections_max",
            "Connections to the database that there may be.",
            i64::from(pool.most),
        )?;
        self.gauge(
            "database_connections_pending",
            "Callers that wait for a connection to the database.",
            count(pool.waiting),
        )?;
        self.counter(
            "database_connection_timeouts_total",
            "Callers that got no connection to the database in time.",
            pool.went_without,
        )?;
        let answers = sources.db.read(|connection| {
            Ok::<_, db::Error>((mail::backlog(connection)?, imports::backlog(connection)?))
        });
        if let Err(error) = &answers {
            tracing::warn!(%error, "the database gives no figures");
        }
        self.gauge(
            "database_up",
            "1 where the database answers, otherwise 0.",
            i64::from(answers.is_ok()),
        )?;
        match answers {
            Ok((mails, imports)) => self.of_backlogs(mails, imports),
            Err(_) => Ok(()),
        }
    }

    fn of_backlogs(
        &self,
        mails: mail::Backlog,
        imports: imports::Backlog,
    ) -> prometheus::Result<()> {
        self.gauge(
            "mails_waiting",
            "Mails that wait to be sent, in the whole database.",
            mails.waiting,
        )?;
        self.gauge(
            "mails_retrying",
            "Mails that wait to be sent again after a failure, in the whole database.",
            mails.tried_before,
        )?;
        self.age(
            "mails_oldest_age_seconds",
            "Age of the oldest mail that waits; 0 with none.",
            mails.oldest,
        )?;
        self.gauge(
            "imports_waiting",
            "Imports that were started and are not done, in the whole database.",
            imports.running,
        )?;
        self.age(
            "imports_oldest_age_seconds",
            "How long ago the first of these imports was started; 0 with none.",
            imports.oldest,
        )
    }

    fn of_hashing(&self, load: HashingLoad) -> prometheus::Result<()> {
        self.gauge(
            "hashing_waiting",
            "Passwords that wait for a thread that hashes.",
            count(load.waiting),
        )?;
        self.gauge(
            "hashing_running",
            "Passwords that are being hashed.",
            count(load.running),
        )?;
        self.counter(
            "hashing_refused_total",
            "Passwords that were not hashed because too many waited.",
            load.refused,
        )
    }

    fn gauge(&self, name: &str, help: &str, value: i64) -> prometheus::Result<()> {
        let gauge = IntGauge::new(name, help)?;
        gauge.set(value);
        self.0.register(Box::new(gauge))
    }

    fn age(&self, name: &str, help: &str, since: Option<OffsetDateTime>) -> prometheus::Result<()> {
        let gauge = Gauge::new(name, help)?;
        let age = since.map_or(0.0, |since| (clock::now() - since).as_seconds_f64());
        gauge.set(age.max(0.0));
        self.0.register(Box::new(gauge))
    }

    fn counter(&self, name: &str, help: &str, value: u64) -> prometheus::Result<()> {
        let counter = IntCounter::new(name, help)?;
        counter.inc_by(value);
        self.0.register(Box::new(counter))
    }

    fn labelled(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, f64)],
    ) -> prometheus::Result<()> {
        let gauges = GaugeVec::new(Opts::new(name, help), &[label])?;
        for (of, value) in values {
            gauges.with_label_values(&[*of]).set(*value);
        }
        self.0.register(Box::new(gauges))
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
