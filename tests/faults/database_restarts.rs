//! PostgreSQL restarted while many use the pages.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};

use crate::site::Site;
use crate::support::postgres::Server;

#[test]
fn a_restart_under_load_is_pages_of_503_and_loses_and_doubles_nothing() {
    let mut server = Server::start("restarted");
    let url = server.fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 8), |_| {});
    site.company("Acme", "acme.example", 100_000);
    let client = site.signed_in("boss@acme.example");
    let stop = AtomicBool::new(false);
    let answers: Vec<Vec<(String, u16, Instant)>> = scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                let (client, stop) = (client.again(), &stop);
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    let mut number = 0;
                    while !stop.load(Ordering::Relaxed) {
                        number += 1;
                        let username = format!("p{worker}-{number}@acme.example");
                        let id = user_accounts::ids::new().to_string();
                        // As a browser does that presses again: the same form, until it is taken.
                        loop {
                            let start = Instant::now();
                            let fields = [
                                ("id", id.as_str()),
                                ("username", &username),
                                ("first_name", "Pat"),
                                ("last_name", "Poe"),
                            ];
                            let answer = client.post("/users", &fields);
                            assert!(start.elapsed() < Duration::from_secs(5));
                            assert!([303, 503].contains(&answer.status), "{}", answer.text());
                            answers.push((username.clone(), answer.status, Instant::now()));
                            if answer.status == 303 {
                                break;
                            }
                            assert!(answer.header("retry-after").is_some());
                            sleep(Duration::from_millis(50));
                        }
                    }
                    answers
                })
            })
            .collect();
        sleep(Duration::from_secs(2));
        server.restart(2);
        sleep(Duration::from_secs(7));
        stop.store(true, Ordering::Relaxed);
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let answers: Vec<_> = answers.into_iter().flatten().collect();
    let refused: Vec<_> = answers
        .iter()
        .filter(|(_, status, _)| *status == 503)
        .collect();
    assert!(!refused.is_empty(), "the restart was not noticed");
    let last_refusal = refused.iter().map(|(.., at)| *at).max().unwrap();
    let first_refusal = refused.iter().map(|(.., at)| *at).min().unwrap();
    // Two seconds of it the server was down.
    assert!(
        last_refusal - first_refusal < Duration::from_secs(2 + 5),
        "{:?}",
        last_refusal - first_refusal
    );
    let added = answers
        .iter()
        .filter(|(_, status, _)| *status == 303)
        .count();
    for table in [
        "users where username like 'p%'",
        "mails where kind = 'welcome'",
        "events where kind = 'user_added' and details ->> 'username' like 'p%'",
    ] {
        assert_eq!(
            usize::try_from(site.count(table)).unwrap(),
            added,
            "{table}"
        );
    }
    assert_eq!(
        site.value("select active_users from accounts"),
        (added + 1).to_string(),
        "the count of seats in use is right"
    );
}
