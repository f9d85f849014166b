//! What the log says of bad days, and what it does not say.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use crate::record::Recorded;
use crate::site::PASSWORD;
use crate::support::smtp_sink::Reply;

#[test]
fn what_was_rolled_back_is_no_line_in_the_log() {
    let mut recorded = Recorded::start_with("text", "info", |_, _| Reply::Accept);
    let site = &recorded.site;
    let globex = site.company("Globex", "globex.example", 9);
    let acme = site.value("select id from accounts where name = 'Acme'");
    site.sql("insert into account_domains select id, 'labs.example', now() from accounts");
    site.person(globex, "taken@labs.example", false);
    let acme = crate::site::Company {
        id: acme.parse().unwrap(),
    };
    let leaving = site.person(acme, "leaving@acme.example", false);
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    let coming = |username| {
        [
            ("username", username),
            ("first_name", "Nora"),
            ("last_name", "New"),
        ]
    };
    let path = format!("/users/{leaving}/replacement");
    let refused = recorded.client.post(&path, &coming("taken@labs.example"));
    assert_eq!(refused.status, 422, "{}", refused.text());
    let outs = "events where kind = 'user_deactivated'";
    assert_eq!(recorded.site.count(outs), 0, "nobody was taken out");
    let done = recorded.client.post(&path, &coming("new@labs.example"));
    assert_eq!(done.status, 303, "{}", done.text());
    let log = recorded.ended();
    let told = |kind: &str| log.lines().filter(|line| line.contains(kind)).count();
    assert_eq!(told("user_deactivated"), 1, "{log}");
    // Both histories have theirs; the line tells how many.
    assert_eq!((told("user_added"), told("user_replaced")), (1, 1), "{log}");
}

#[test]
fn too_much_at_once_is_a_warning_and_no_fault_of_the_programs() {
    let mut recorded = Recorded::start_with("text", "info", |_, _| Reply::Accept);
    let busy: usize = scope(|scope| {
        let tries: Vec<_> = (0..100)
            .map(|number| {
                let window = recorded.client.again();
                scope.spawn(move || {
                    let username = format!("p{number}@acme.example");
                    let fields = [("username", username.as_str()), ("password", "a wrong one")];
                    window.post("/sign-in", &fields).status
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|attempt| usize::from(attempt.join().unwrap() == 503))
            .sum()
    });
    assert!(busy > 0, "it was never too much");
    let log = recorded.ended();
    let causes: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("hashing queue full"))
        .collect();
    assert_eq!(causes.len(), busy, "{log}");
    assert!(
        causes.iter().all(|line| line.contains("WARN")),
        "{causes:?}"
    );
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn the_mail_servers_words_are_logged_without_the_address_that_they_name() {
    let said = "550 5.1.1 <nora.new@acme.example>: nora.new is nobody here";
    let mut recorded =
        Recorded::start_with("text", "user_accounts=trace", move |_, nth| match nth {
            1 => Reply::Content("451 4.7.1 nora.new@acme.example later"),
            _ => Reply::Recipient(said),
        });
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    let fields = [
        ("username", "nora.new@acme.example"),
        ("first_name", "Nora"),
        ("last_name", "New"),
    ];
    assert_eq!(recorded.client.post("/users", &fields).status, 303);
    let start = Instant::now();
    while recorded.site.count("mails where state = 'failed'") == 0 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it is not refused"
        );
        recorded
            .site
            .sql("update mails set next_attempt_at = now() where state = 'waiting' and explanation <> ''");
        sleep(Duration::from_millis(100));
    }
    assert_eq!(
        recorded.site.value("select explanation from mails"),
        said,
        "the page tells all of it"
    );
    let log = recorded.ended();
    assert!(log.contains("5.1.1 <…>: … is nobody here"), "{log}");
    assert!(!log.contains("nora.new"), "{log}");
}
