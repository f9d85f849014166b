//! Every statement that the program sends, with its plan, and how long each took on average: the figures
//! of docs/plans.md.
//!
//! `cargo bench --bench queries -- plans` goes over every page and action once with `auto_explain` on and
//! writes docs/plans.md; `-- mixed [SECONDS]` has four administrators do all of it at once for ten minutes
//! and writes docs/statements.md from `pg_stat_statements`; `-- programs [SECONDS]` has one, two and three
//! programs serve the list on one PostgreSQL. All make their own PostgreSQL with a million
//! users (`--users N` for fewer) in a folder of its own and keep it for the next time
//! (`--folder PATH`, otherwise under the temporary folder of the machine).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement stops at a fault and prints"
)]

#[allow(dead_code, reason = "a measurement uses a part of it")]
#[path = "../../tests/http/client.rs"]
mod client;
mod programs;
mod report;
#[allow(dead_code, reason = "a measurement uses a part of it")]
#[path = "../../tests/support/smtp_sink.rs"]
mod smtp_sink;
mod stage;
mod tour;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use stage::Stage;
use tour::Tour;

/// Administrators who work at the same time.
const AT_ONCE: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number_after = |word: &str| {
        let at = arguments.iter().position(|argument| argument == word)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let folder = arguments
        .iter()
        .position(|argument| argument == "--folder")
        .and_then(|at| arguments.get(at + 1))
        .map_or_else(
            || std::env::temp_dir().join("user-accounts-queries"),
            PathBuf::from,
        );
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if !has("plans") && !has("mixed") && !has("programs") {
        println!("say what: plans, mixed [SECONDS] or programs [SECONDS]");
        return;
    }
    let mut stage = Stage::set(
        folder,
        number_after("--users").unwrap_or(1_000_000),
        has("plans"),
    );
    if has("plans") {
        plans(&stage);
    } else if has("programs") {
        let seconds = number_after("programs").unwrap_or(20);
        programs::measure(&mut stage, Duration::from_secs(seconds));
    } else {
        mixed(
            &stage,
            Duration::from_secs(number_after("mixed").unwrap_or(600)),
        );
    }
}

fn plans(stage: &Stage) {
    let mut seen = report::Plans::default();
    stage.new_log_entries();
    Tour::begin(stage, 0).go(&mut |page| {
        // The worker's turn, too.
        seen.add(page, &stage.new_log_entries());
    });
    stage.until_mails_are_sent();
    std::thread::sleep(Duration::from_secs(65));
    seen.add(
        "The worker: claims, settlements, clean-up",
        &stage.new_log_entries(),
    );
    stage.support();
    seen.add(
        "`support email` and `support case`",
        &stage.new_log_entries(),
    );
    seen.write(stage);
}

fn mixed(stage: &Stage, how_long: Duration) {
    stage.sql("select pg_stat_statements_reset()");
    let until = Instant::now() + how_long;
    std::thread::scope(|scope| {
        for number in 0..AT_ONCE {
            scope.spawn(move || {
                let mut round = 0;
                while Instant::now() < until {
                    // One person at one keyboard: what limits guessing is not what is measured.
                    stage.sql("delete from throttles");
                    Tour::begin(stage, number + AT_ONCE * round).go(&mut |_| {});
                    round += 1;
                }
            });
        }
    });
    report::statements(stage, how_long);
}
