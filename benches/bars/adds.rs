//! P6: adding people, beside the same SQL by pgbench.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::captured::Capture;
use crate::pgbench::{self, Script};
use crate::replay::{Fresh, script};
use crate::report::{Bar, Report, Row};
use crate::rounds::{Pairs, median};
use crate::site::Site;

/// Numbers people, the same through all rounds.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Measures it: eight administrators of eight accounts add at the same time.
pub fn measure(site: &mut Site, report: &mut Report) {
    let scripts = scripts(site);
    let seconds = site.options.seconds;
    let pairs = Pairs::measure(
        site.options.rounds,
        || {
            let rate = add_for(site, Duration::from_secs_f64(seconds));
            site.until_mails_are_out();
            rate
        },
        || {
            let rate = pgbench::run(site, &scripts, 1, seconds);
            site.until_mails_are_out();
            rate
        },
    );
    report.add(Row {
        bar: "P6",
        what: format!(
            "add a user, {} connections over as many accounts; against pgbench with the same SQL",
            site.administrators.len()
        ),
        ours: median(&pairs.ours),
        unit: "/s",
        limit: Some(median(&pairs.limit)),
        ratio: Some(pairs.ratio()),
        must: Bar::RatioAtLeast(0.5),
    });
}

/// The SQL of one POST for each account.
fn scripts(site: &mut Site) -> Vec<Script> {
    let sent = Capture::during(site, |site, capture| {
        site.administrators
            .iter()
            .map(|administrator| {
                let client = site.client(administrator);
                let mut local = String::new();
                for _ in 0..30 {
                    local = format!("captured{}", NEXT.fetch_add(1, Ordering::Relaxed));
                    add(&client, &local, &administrator.domain);
                }
                // Each person has a number behind this; what is sent for one is renewed as a whole.
                let again = format!("{local}x");
                let sent = capture.of(|number| {
                    add(&client, &format!("{again}{number}"), &administrator.domain);
                });
                (again, sent)
            })
            .collect::<Vec<_>>()
    });
    let known = |who: usize| {
        let administrator = &site.administrators[who];
        vec![
            administrator.account_id.to_string(),
            administrator.user_id.to_string(),
        ]
    };
    sent.into_iter()
        .enumerate()
        .map(|(who, (local, statements))| {
            let fresh = Fresh {
                local: Some(local),
                known_ids: known(who),
            };
            Script::new(site, "add", who, &[script(&statements, &fresh)])
        })
        .collect()
}

/// People a second.
pub fn add_for(site: &Site, time: Duration) -> f64 {
    let done = AtomicUsize::new(0);
    let begin = Instant::now();
    std::thread::scope(|scope| {
        for administrator in &site.administrators {
            let done = &done;
            scope.spawn(move || {
                let client = site.client(administrator);
                while begin.elapsed() < time {
                    let local = format!("added{}", NEXT.fetch_add(1, Ordering::Relaxed));
                    add(&client, &local, &administrator.domain);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.into_inner() as f64 / begin.elapsed().as_secs_f64()
}

/// One person.
pub fn add(client: &crate::client::Client, local: &str, domain: &str) {
    let username = format!("{local}@{domain}");
    let answer = client.post(
        "/users",
        &[
            ("username", &username),
            ("first_name", "Nora"),
            ("last_name", "Newcomer"),
            ("title", "Engineer"),
            ("department", "Research"),
            ("phone", "+1 555 0100"),
        ],
    );
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.location.as_deref(), Some("/users"));
}
