//! P5: signing in beside raw Argon2id, and the list while many sign in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use user_accounts::passwords::{Hasher, hashing_threads};

use crate::client::Client;
use crate::report::{Bar, Report, Row};
use crate::rounds::{Pairs, median};
use crate::site::{PASSWORD, Site};
use crate::wrk::{BROWSER, Load};

/// Browsers that sign in at the same time; the hashing queue takes more.
const BROWSERS: usize = 16;

/// Measures both.
pub fn measure(site: &mut Site, report: &mut Report) {
    let seconds = Duration::from_secs_f64(site.options.seconds);
    let next = AtomicUsize::new(0);
    let parameters = parameters();
    let pairs = Pairs::measure(
        site.options.rounds,
        || {
            let end = Instant::now() + seconds;
            let begin = Instant::now();
            let done = flood(site, &next, &|| Instant::now() >= end);
            done as f64 / begin.elapsed().as_secs_f64()
        },
        || raw_argon2(&parameters, seconds),
    );
    report.add(Row {
        bar: "P5",
        what: format!(
            "sign-in, {BROWSERS} browsers; against raw Argon2id on as many threads ({})",
            hashing_threads()
        ),
        ours: median(&pairs.ours),
        unit: "/s",
        limit: Some(median(&pairs.limit)),
        ratio: Some(pairs.ratio()),
        must: Bar::RatioAtLeast(0.9),
    });
    for (connections, must) in [(8, Bar::RatioAtMost(5.0)), (1, Bar::None)] {
        let list = || {
            Load {
                base: &site.program().base,
                cookie: &site.largest().cookie,
                encoding: BROWSER,
                connections,
                seconds: site.options.seconds,
            }
            .run(&["/users".to_string()])
            .p99
        };
        let pairs = Pairs::measure(
            site.options.rounds,
            || {
                let stop = AtomicBool::new(false);
                std::thread::scope(|scope| {
                    scope.spawn(|| flood(site, &next, &|| stop.load(Ordering::Relaxed)));
                    std::thread::sleep(Duration::from_millis(300));
                    let p99 = list();
                    stop.store(true, Ordering::Relaxed);
                    p99
                })
            },
            list,
        );
        report.add(Row {
            bar: "P5",
            what: format!("p99 of the list, {connections} connection(s), while {BROWSERS} browsers sign in; against the same when nobody does"),
            ours: median(&pairs.ours),
            unit: "ms",
            limit: Some(median(&pairs.limit)),
            ratio: Some(pairs.ratio()),
            must,
        });
    }
}

/// Everybody in turns signs in, until `over` says so; how many did.
fn flood(site: &Site, next: &AtomicUsize, over: &(dyn Fn() -> bool + Sync)) -> usize {
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..BROWSERS {
            scope.spawn(|| {
                let client = Client::new(&site.program().base);
                while !over() {
                    let person = next.fetch_add(1, Ordering::Relaxed) % site.people.len();
                    // Another browser each time, over a connection that is kept.
                    client.cookie.replace(None);
                    let answer = client.post(
                        "/sign-in",
                        &[("username", &site.people[person]), ("password", PASSWORD)],
                    );
                    assert_eq!(answer.status, 303, "{}", answer.text());
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.into_inner()
}

/// As the program stores passwords.
fn parameters() -> Params {
    let stored = Hasher::start(1).unwrap().hash(&PASSWORD.into()).unwrap();
    Params::try_from(&PasswordHash::new(&stored).unwrap()).unwrap()
}

/// Hashes a second, each thread with memory of its own that it uses again.
fn raw_argon2(parameters: &Params, time: Duration) -> f64 {
    let threads = hashing_threads();
    let done = AtomicUsize::new(0);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters.clone());
                let mut memory = vec![Block::default(); parameters.block_count()];
                while begin.elapsed() < time {
                    argon2
                        .hash_password_into_with_memory(
                            PASSWORD.as_bytes(),
                            &[7; 16],
                            &mut [0; 32],
                            &mut memory,
                        )
                        .unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.into_inner() as f64 / begin.elapsed().as_secs_f64()
}
