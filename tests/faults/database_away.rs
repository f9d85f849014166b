//! PostgreSQL out of reach: every request ends in time with a page, and the first after its return works.

use std::thread::scope;
use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};

use crate::client::{Answer, Client};
use crate::proxy::{Proxy, Weather};
use crate::site::Site;
use crate::support::postgres::fresh_database_url;

const CONNECTIONS: u32 = 6;
/// Every request ends within that.
const AT_MOST: Duration = Duration::from_secs(5);

fn company_behind_a_proxy() -> (Site, Proxy, Client) {
    let url = fresh_database_url();
    let proxy = Proxy::before(&url);
    let through = Db::new(&proxy.url(&url), Purpose::Serving, CONNECTIONS);
    let site = Site::on(&url, through, |_| {});
    site.company("Acme", "acme.example", 500);
    let client = site.signed_in("boss@acme.example");
    (site, proxy, client)
}

/// The answer and how long it took.
fn timed(ask: impl FnOnce() -> Answer) -> (Answer, Duration) {
    let start = Instant::now();
    let answer = ask();
    (answer, start.elapsed())
}

/// Each is in use once, so that the fault meets all of them.
fn open_every_connection(site: &Site, proxy: &Proxy, client: &Client) {
    proxy.set(Weather::Slow(Duration::from_millis(50)));
    scope(|scope| {
        for _ in 0..4 * CONNECTIONS {
            let client = client.again();
            scope.spawn(move || assert_eq!(client.get("/users").status, 200));
        }
    });
    let open = site.count(
        "pg_stat_activity where datname = current_database() and usename = 'user_accounts_program'",
    );
    assert_eq!(open, i64::from(CONNECTIONS));
    proxy.set(Weather::Clear);
}

fn add(client: &Client, name: &str) -> Answer {
    let username = format!("{name}@acme.example");
    client.post(
        "/users",
        &[
            ("username", &username),
            ("first_name", "Nora"),
            ("last_name", "New"),
        ],
    )
}

fn is_a_page_about_it(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    assert!(
        answer.body.starts_with("<!doctype html>"),
        "{}",
        answer.body
    );
    assert!(
        answer.says("Too busy at the moment") || answer.says("No answer in time"),
        "{}",
        answer.text()
    );
}

fn bad_weather(weather: Weather) {
    let (site, proxy, client) = company_behind_a_proxy();
    assert_eq!(add(&client, "before").status, 303);
    let before = site.everything();
    open_every_connection(&site, &proxy, &client);
    proxy.set(weather);
    // More than there are connections, of every kind, for as long as it takes to hang them all.
    let end = Instant::now() + Duration::from_secs(7);
    scope(|scope| {
        for number in 0..10 {
            let client = client.again();
            scope.spawn(move || {
                while Instant::now() < end {
                    let (answer, took) = timed(|| match number {
                        0..5 => client.get("/users"),
                        5..8 => add(&client, &format!("lost{number}")),
                        _ => client.post(
                            "/sign-in",
                            &[("username", "boss@acme.example"), ("password", "no")],
                        ),
                    });
                    assert!(took < AT_MOST, "{weather:?}: {took:?}");
                    is_a_page_about_it(&answer);
                }
            });
        }
        let machine = site.client();
        for _ in 0..3 {
            let (alive, took) = timed(|| machine.get("/healthz"));
            assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));
            assert!(took < Duration::from_secs(1), "{took:?}");
            let (ready, took) = timed(|| machine.get("/readyz"));
            assert_eq!(
                (ready.status, ready.body.as_str()),
                (503, "the database does not answer\n")
            );
            assert!(took < AT_MOST, "{took:?}");
        }
    });
    assert_eq!(
        site.everything(),
        before,
        "{weather:?}: nothing is half done"
    );
    proxy.set(Weather::Clear);
    let back = Instant::now();
    while client.get("/users").status != 200 {
        assert!(
            back.elapsed() < AT_MOST,
            "{weather:?}: no page after its return"
        );
    }
    assert_eq!(site.client().get("/readyz").status, 200);
    assert_eq!(add(&client, "after").status, 303);
    assert_eq!(site.count("users where username like 'lost%'"), 0);
}

#[test]
fn a_database_that_refuses_connections_is_a_page_and_its_return_is_noticed() {
    bad_weather(Weather::Refused);
}

#[test]
fn a_database_whose_connections_are_reset_is_a_page_and_its_return_is_noticed() {
    bad_weather(Weather::Reset);
}

#[test]
fn a_database_that_says_nothing_is_a_page_and_its_return_is_noticed() {
    bad_weather(Weather::Swallowed);
}

#[test]
fn a_slow_database_makes_slow_pages_or_none_but_never_endless_ones() {
    let (site, proxy, client) = company_behind_a_proxy();
    proxy.set(Weather::Slow(Duration::from_millis(100)));
    let (answer, took) = timed(|| client.get("/users"));
    assert_eq!(answer.status, 200);
    assert!(
        took > Duration::from_millis(200) && took < AT_MOST,
        "{took:?}"
    );
    proxy.set(Weather::Slow(Duration::from_millis(1_800)));
    for ask in [
        |client: &Client| client.get("/users"),
        |client: &Client| add(client, "late"),
    ] {
        let (answer, took) = timed(|| ask(&client));
        assert!(took < AT_MOST, "{took:?}");
        is_a_page_about_it(&answer);
    }
    // What was begun goes on to its end, which the page did not promise either way.
    proxy.set(Weather::Clear);
    let back = Instant::now();
    while client.get("/users").status != 200 {
        assert!(back.elapsed() < AT_MOST);
    }
    let there = site.count("users where username = 'late@acme.example'");
    let events = site
        .count("events where kind = 'user_added' and details ->> 'username' = 'late@acme.example'");
    assert_eq!(there, events, "all of it or nothing");
}
