//! What takes minutes or is timed: `bin/long-run` runs these and writes what they say into docs/security.md.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};
use crate::under_load;

/// Tries of each kind of sign-in.
const TRIES: usize = 100;
const WRONG: &str = "a wrong guess at it";

/// One line of the table.
pub fn tell(what: &str, seen: &str, bar: &str) {
    let line = format!("\n| {what} | {seen} | {bar} |\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The share of pairs in which the one took longer: 0.5 where they are alike.
fn area(one: &[Duration], other: &[Duration]) -> f64 {
    let wins: f64 = one
        .iter()
        .flat_map(|a| {
            other.iter().map(move |b| {
                if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    wins / (one.len() * other.len()) as f64
}

/// Times each kind in turn, in an order of chance, so that what else the machine does meets them all.
fn timed(site: &Site, kinds: usize, tries: usize, ask: impl Fn(usize)) -> Vec<Vec<Duration>> {
    let mut times = vec![Vec::new(); kinds];
    let mut order: Vec<usize> = (0..kinds).collect();
    for _ in 0..tries {
        order.shuffle(&mut rand::rng());
        for kind in &order {
            site.sql("delete from throttles");
            let start = Instant::now();
            ask(*kind);
            times[*kind].push(start.elapsed());
        }
    }
    times
}

#[test]
#[ignore = "timed: bin/long-run"]
fn signing_in_takes_the_same_time_whoever_it_is_about() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 90);
    for name in ["gone", "reset", "old"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    site.newcomer(acme, "late@acme.example");
    let late = site.mailed_password("late@acme.example");
    site.sql("update temporary_passwords set expires_at = now() - interval '1 minute'");
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    let reset = site.value("select id from users where username like 'reset%'");
    let boss = site.signed_in("boss@acme.example");
    assert_eq!(
        boss.post(
            "/password-resets",
            &[("scope", "selected"), ("user", &reset)]
        )
        .status,
        303
    );
    // As it was stored when hashing was cheaper: 8 MiB, one pass.
    site.sql(
        "update passwords set hash = replace(hash, 'm=19456,t=2', 'm=8192,t=1')
         where user_id in (select id from users where username like 'old%')",
    );
    let kinds = [
        ("wrong password", "boss@acme.example", WRONG),
        ("unknown address", "nobody@acme.example", WRONG),
        ("inactive user", "gone@acme.example", PASSWORD),
        (
            "mailed password that ran out",
            "late@acme.example",
            late.as_str(),
        ),
        (
            "password that was just reset",
            "reset@acme.example",
            PASSWORD,
        ),
        ("password stored at a lower cost", "old@acme.example", WRONG),
    ];
    let client = site.client();
    let times = timed(&site, kinds.len(), TRIES, |kind| {
        let (_, username, password) = kinds[kind];
        let fields = [("username", username), ("password", password)];
        assert_eq!(client.post("/sign-in", &fields).status, 422);
    });
    for ((name, ..), of_it) in kinds.iter().zip(&times).skip(1) {
        let area = area(of_it, &times[0]);
        tell(
            &format!(
                "Signing in, {name} against wrong password: area under the curve, {TRIES} tries each"
            ),
            &format!("{area:.2}"),
            "0.35 to 0.65",
        );
        assert!((0.35..=0.65).contains(&area), "{name}: {area}");
    }
}

#[test]
#[ignore = "timed: bin/long-run"]
fn asking_for_a_link_takes_the_same_time_whoever_it_is_about() {
    let site = Site::start();
    site.company("Acme", "acme.example", 90);
    let client = site.client();
    let usernames = ["boss@acme.example", "nobody@acme.example"];
    let times = timed(&site, 2, TRIES, |kind| {
        let answer = client.post("/forgot-password", &[("username", usernames[kind])]);
        assert_eq!(answer.status, 303);
    });
    let area = area(&times[0], &times[1]);
    tell(
        &format!(
            "Asking for a recovery link, known against unknown address: area under the curve, {TRIES} tries each"
        ),
        &format!("{area:.2}"),
        "0.35 to 0.65",
    );
    assert!((0.35..=0.65).contains(&area), "{area}");
}

#[test]
#[ignore = "takes a minute: bin/long-run"]
fn two_accounts_over_many_connections_never_see_each_other_for_a_minute() {
    let answers = under_load::nothing_crosses(Duration::from_secs(60));
    tell(
        "Two accounts, 32 connections each, 60 s: answers with the other's marker",
        &format!("0 of {answers}"),
        "0",
    );
    assert!(answers > 1_000, "{answers}");
}

/// Resident memory of a process, in MiB.
fn memory(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes / 1_024
}

#[test]
#[ignore = "takes a minute: bin/long-run"]
fn a_flood_of_wrong_sign_ins_leaves_the_list_fast_and_memory_flat() {
    const CONNECTIONS: usize = 64;
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    let acme = site.company("Acme", "acme.example", 200);
    for number in 0..100 {
        site.person(acme, &format!("p{number:02}@acme.example"), false);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    // From places of chance, so that the limits on one place do not spare the hashing threads.
    let program = Program::serve_with(&url, sink.port, Program::free_port(), |command| {
        command
            .env("TRUSTED_PROXIES", "127.0.0.0/8")
            .env("RUST_LOG", "error");
    });
    program.until_ready();
    let list = Client::new(&program.base());
    let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
    assert_eq!(list.post("/sign-in", &fields).status, 303);
    let stop = AtomicBool::new(false);
    let counts = [(); 3].map(|()| AtomicUsize::new(0));
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    scope(|scope| {
        for _ in 0..CONNECTIONS {
            let (client, stop, counts) = (Client::new(&program.base()), &stop, &counts);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let place: [u8; 3] = rand::rng().random();
                    let place = format!("10.{}.{}.{}", place[0], place[1], place[2]);
                    // Of addresses of chance, for the same reason.
                    let guess: u32 = rand::rng().random();
                    let body = format!("username=g{guess}%40acme.example&password=wrong");
                    let status = client
                        .post_raw("/sign-in", body.as_bytes(), &[("x-forwarded-for", &place)])
                        .status;
                    let which = [422, 429, 503].iter().position(|known| *known == status);
                    counts[which.unwrap_or_else(|| panic!("{status}"))]
                        .fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(40) {
            let asked = Instant::now();
            assert_eq!(list.get("/users").status, 200);
            times.push(asked.elapsed());
            sizes.push((start.elapsed(), memory(&program)));
            sleep(Duration::from_millis(50));
        }
        stop.store(true, Ordering::Relaxed);
    });
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    let settled = sizes
        .iter()
        .find(|(at, _)| *at > Duration::from_secs(10))
        .unwrap()
        .1;
    let last = sizes.last().unwrap().1;
    let [checked, slowed, busy] = counts.map(AtomicUsize::into_inner);
    tell(
        "64 connections of wrong sign-ins for 40 s: the list meanwhile, p99",
        &format!(
            "{} ms of {} pages; {checked} checked, {slowed} × 429, {busy} × 503",
            p99.as_millis(),
            times.len()
        ),
        "under 1 s",
    );
    tell(
        "The same: resident memory after 10 s and after 40 s",
        &format!("{settled} MiB, {last} MiB"),
        "flat",
    );
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
    assert!(last <= settled + 15, "{settled} {last}");
    assert!(slowed + busy > 0 && checked > 100);
}

#[test]
#[ignore = "takes a minute: bin/long-run"]
fn a_body_that_only_drips_is_closed_after_a_minute() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let cookie = client.cookie.borrow().clone().unwrap();
    let mut stream = TcpStream::connect(site.base.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /users HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 500\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    let start = Instant::now();
    let mut came = Vec::new();
    let mut buffer = [0; 4_096];
    // A byte every three seconds: never silent for ten.
    while start.elapsed() < Duration::from_secs(90) {
        let _ = stream.write_all(b"a");
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => came.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    let (took, came) = (
        start.elapsed().as_secs(),
        String::from_utf8_lossy(&came).into_owned(),
    );
    tell(
        "A form of which a byte comes every 3 s",
        &format!("408 after {took} s"),
        "closed after 60 s",
    );
    assert!(
        came.starts_with("HTTP/1.1 408 ") && (55..75).contains(&took),
        "{took} {came}"
    );
}
