//! The session cookie: new where it must be, dead where it must be, also in a copy and under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

use crate::client::{Answer, Client};
use crate::site::{PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";
/// Connections that use a copied cookie at the same time.
const HAMMERS: usize = 32;

fn cookie_set(answer: &Answer) -> String {
    let set: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(set.len(), 1, "{set:?}");
    set[0].to_string()
}

fn choose(client: &Client, current: &str, new: &str) -> Answer {
    let fields = [
        ("current_password", current),
        ("new_password", new),
        ("repeat_new_password", new),
    ];
    client.post("/password", &fields)
}

#[test]
fn the_cookie_is_new_at_sign_in_and_at_a_password_change_and_the_old_one_is_dead() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
    let client = site.client();
    let first = cookie_set(&client.post("/sign-in", &fields));
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    for part in ["Domain", "Max-Age", "Expires", "Secure", "__Host-"] {
        assert!(!first.contains(part), "{part}: {first}");
    }
    assert!(first.len() < 4_096);
    // The cookie that a browser came with is not taken over, nor does it live on.
    let copied = client.again();
    let second = cookie_set(&client.post("/sign-in", &fields));
    let value = |cookie: &str| cookie.split(';').next().unwrap().to_string();
    assert_ne!(value(&first), value(&second));
    assert_eq!(copied.get("/users").status, 303);
    assert_eq!(
        (client.get("/users").status, site.count("sessions")),
        (200, 1)
    );
    let copied = client.again();
    let third = cookie_set(&choose(&client, PASSWORD, NEW));
    assert_ne!(value(&second), value(&third));
    assert_eq!(copied.get("/users").status, 303);
    assert_eq!(
        (client.get("/users").status, site.count("sessions")),
        (200, 1)
    );
}

/// Does `end` while 32 connections use a copy of `victim`'s cookie: none gets a page that was asked
/// for after it, and none ever gets one again.
fn dead_at_once(site: &Site, victim: &Client, how: &str, end: impl FnOnce()) {
    let (ended, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    scope(|scope| {
        let hammers: Vec<_> = (0..HAMMERS)
            .map(|_| {
                let (client, ended, stop) = (victim.again(), &ended, &stop);
                scope.spawn(move || {
                    let mut asked = Vec::new();
                    while !stop.load(Ordering::SeqCst) {
                        let after = ended.load(Ordering::SeqCst);
                        asked.push((after, client.get("/users").status));
                    }
                    asked
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(150));
        end();
        ended.store(true, Ordering::SeqCst);
        let late = victim.again();
        assert_eq!(late.get("/users").status, 303, "{how}: the next request");
        std::thread::sleep(Duration::from_millis(250));
        stop.store(true, Ordering::SeqCst);
        let asked: Vec<Vec<(bool, u16)>> = hammers.into_iter().map(|h| h.join().unwrap()).collect();
        assert!(
            asked.iter().flatten().any(|asked| *asked == (false, 200)),
            "{how}: it was alive"
        );
        assert!(
            asked.iter().flatten().any(|(after, _)| *after),
            "{how}: it was used afterwards"
        );
        for (after, status) in asked.iter().flatten() {
            // 503: more than there are connections to the database for.
            assert!([200, 303, 503].contains(status), "{how}: {status}");
            assert!(
                !after || *status != 200,
                "{how}: a dead session was shown a page"
            );
        }
    });
    assert_eq!(victim.again().get("/users").status, 303, "{how}");
    assert_eq!(
        site.count(
            "sessions where user_id not in (select id from users where username like 'boss%')"
        ),
        0,
        "{how}"
    );
}

#[test]
fn a_copied_cookie_is_dead_at_the_next_request_after_whatever_ends_a_session_and_nothing_revives_it()
 {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 50);
    let boss = site.signed_in("boss@acme.example");
    let mut copies = Vec::new();
    for how in [
        "sign-out",
        "deactivation",
        "demotion",
        "password",
        "reset",
        "username",
    ] {
        let username = format!("{how}@acme.example");
        let id = site.person(acme, &username, true);
        let (first, last) = (how[..1].to_uppercase() + &how[1..], "Tester");
        let victim = site.signed_in(&username);
        let edit = |username: &str, active: bool| {
            let mut fields = vec![
                ("username", username),
                ("first_name", first.as_str()),
                ("last_name", last),
                ("active_account_on_form", "yes"),
            ];
            if active {
                fields.push(("active_account", "yes"));
            }
            let answer = boss.post(&format!("/users/{id}"), &fields);
            assert_eq!(answer.status, 303, "{}", answer.text());
        };
        dead_at_once(&site, &victim, how, || match how {
            "sign-out" => assert_eq!(victim.again().post("/sign-out", &[]).status, 303),
            "deactivation" => edit(&username, false),
            "demotion" => {
                let fields = [("administrator", "no")];
                let answer = boss.post(&format!("/users/{id}/administrator"), &fields);
                assert_eq!(answer.status, 303, "{}", answer.text());
            }
            "password" => {
                let elsewhere = victim.again();
                assert_eq!(choose(&elsewhere, PASSWORD, NEW).status, 303);
                elsewhere.post("/sign-out", &[]);
            }
            "reset" => {
                let id = id.to_string();
                let fields = [("scope", "selected"), ("user", id.as_str())];
                assert_eq!(boss.post("/password-resets", &fields).status, 303);
            }
            _ => edit("renamed@acme.example", true),
        });
        if how == "deactivation" {
            edit(&username, true);
            assert_eq!(victim.get("/users").status, 303, "reactivated, not revived");
        }
        copies.push(victim);
    }
    assert!(
        copies
            .iter()
            .all(|victim| victim.get("/users").status == 303)
    );
    assert_eq!(site.count("sessions"), 1, "the administrator's own");
}

#[test]
fn a_message_waits_for_a_page_that_a_person_opens() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("username", "nora@acme.example"),
        ("first_name", "Nora"),
        ("last_name", "New"),
    ];
    assert_eq!(client.post("/users", &fields).status, 303);
    let told = "Nora New was added.";
    // What another window looks up meanwhile, and a file.
    for mode in ["cors", "same-origin", "no-cors"] {
        let headers = [("sec-fetch-mode", mode)];
        let fetched = client.send("GET", "/users", b"", &headers);
        assert!(fetched.status == 200 && !fetched.says(told), "{mode}");
    }
    assert_eq!(client.get("/users.csv").status, 200);
    let opened = client.send("GET", "/users", b"", &[("sec-fetch-mode", "navigate")]);
    assert!(opened.says(told), "{}", opened.text());
    assert!(!client.get("/users").says(told), "once");
}
