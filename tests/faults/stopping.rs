//! SIGTERM while many use the pages.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

#[test]
fn told_to_stop_under_load_it_finishes_what_runs_gives_mails_back_and_ends_well() {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    site.company("Acme", "acme.example", 5_000);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let slowly = |_: &str, _| Reply::Slow(Duration::from_millis(400));
    let sink = runtime.block_on(Sink::start(slowly));
    let port = Program::free_port();
    let base = format!("http://127.0.0.1:{port}");
    let mut program = Program::serve_at(&url, sink.port, port);
    program.until_ready();
    let stop = AtomicBool::new(false);
    let added: Vec<String> = scope(|scope| {
        let workers: Vec<_> = (0..6)
            .map(|worker| {
                let client = Client::new(&base);
                let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
                assert_eq!(client.post("/sign-in", &fields).status, 303);
                let stop = &stop;
                scope.spawn(move || {
                    let mut added = Vec::new();
                    let mut number = 0;
                    while !stop.load(Ordering::Relaxed) {
                        number += 1;
                        let username = format!("p{worker}-{number}@acme.example");
                        let fields = [
                            ("username", username.as_str()),
                            ("first_name", "Pat"),
                            ("last_name", "Poe"),
                        ];
                        match client.attempt("/users", &fields) {
                            Some(answer) => {
                                assert_eq!(answer.status, 303, "{}", answer.text());
                                added.push(username);
                            }
                            // It takes no connection any more.
                            None => break,
                        }
                    }
                    added
                })
            })
            .collect();
        sleep(Duration::from_secs(2));
        kill(program.pid(), Signal::SIGTERM).unwrap();
        let status = program.ended_within(Duration::from_secs(30));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(status.unwrap().code(), Some(0));
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(added.len() > 20, "{}", added.len());
    // Whoever was told that somebody is in is right; somebody else may be in whose answer was lost.
    for username in &added {
        assert_eq!(
            site.count(&format!("users where username = '{username}'")),
            1,
            "{username}"
        );
    }
    let waiting = site.count("mails where state = 'waiting'");
    assert!(waiting > 0, "the mail server was too fast to show anything");
    assert_eq!(
        site.count(
            "mails where state = 'waiting' and next_attempt_at > now() + interval '1 second'"
        ),
        0,
        "what was claimed and not begun is due at once"
    );
    assert_eq!(
        usize::try_from(site.count("mails where state = 'sent'")).unwrap(),
        sink.count(),
        "what the server took is written down"
    );
}
