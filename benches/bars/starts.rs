//! P10: from the start of the program to its first answer.

use crate::program::{Program, Settings};
use crate::report::{Bar, Report, Row};
use crate::rounds::median;
use crate::site::Site;

/// Measures it on a migrated database that runs, and with the private PostgreSQL to be started, too.
pub fn measure(site: &mut Site, report: &mut Report) {
    let rounds = site.options.rounds;
    let on_database: Vec<f64> = site.without_program(|site| {
        let settings = Settings {
            database: Some(site.url.clone()),
            ..site.settings.clone()
        };
        milliseconds(rounds, &settings)
    });
    let with_own: Vec<f64> =
        site.without_postgres(|site| milliseconds(rounds, &site.settings.clone()));
    for (what, times, must) in [
        (
            "start to first answer, migrated database",
            on_database,
            Bar::AtMost(150.0),
        ),
        (
            "the same, its own PostgreSQL started and stopped with it",
            with_own,
            Bar::None,
        ),
    ] {
        report.add(Row {
            bar: "P10",
            what: what.to_string(),
            ours: median(&times),
            unit: "ms",
            limit: None,
            ratio: None,
            must,
        });
    }
}

fn milliseconds(rounds: usize, settings: &Settings) -> Vec<f64> {
    (0..rounds.max(5))
        .map(|_| Program::start(settings).start.as_secs_f64() * 1e3)
        .collect()
}
