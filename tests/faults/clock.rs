//! The clock of the machine, moved under the running program by libfaketime: sessions end by it, and a jump
//! loses no mail and revives no session.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

/// Where systems put the library (`bin/setup --test` installs it).
const PLACES: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

/// The program under a clock that the test sets.
struct Shifted {
    site: Site,
    sink: Sink,
    program: Program,
    clock: PathBuf,
    _runtime: tokio::runtime::Runtime,
}

impl Shifted {
    fn start(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Shifted {
        let library = PLACES
            .into_iter()
            .find(|place| PathBuf::from(place).exists());
        let library = library
            .unwrap_or_else(|| panic!("libfaketime is missing: bin/setup --test installs it"));
        let url = fresh_database_url();
        let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
        site.company("Acme", "acme.example", 50);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sink = runtime.block_on(Sink::start(script));
        let clock =
            std::env::temp_dir().join(format!("ua-clock-{}", user_accounts::ids::new().simple()));
        std::fs::write(&clock, "+0h").unwrap();
        let program = Program::serve_with(&url, sink.port, Program::free_port(), |command| {
            command
                .env("LD_PRELOAD", library)
                .env("FAKETIME_TIMESTAMP_FILE", &clock)
                .env("FAKETIME_NO_CACHE", "1")
                // What is waited for goes on by the clock that nobody sets.
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("DONT_FAKE_MONOTONIC", "1");
        });
        program.until_ready();
        Shifted {
            site,
            sink,
            program,
            clock,
            _runtime: runtime,
        }
    }

    /// Sets the program's clock so many hours ahead of the real one.
    fn ahead(&self, hours: u32) {
        let fresh = self.clock.with_extension("new");
        std::fs::write(&fresh, format!("+{hours}h")).unwrap();
        // Never a moment with half a file.
        std::fs::rename(fresh, &self.clock).unwrap();
    }

    fn signed_in(&self) -> Client {
        let client = Client::new(&self.program.base());
        let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
        assert_eq!(client.post("/sign-in", &fields).status, 303);
        client
    }

    fn until(&self, what: &str, rows: &str) {
        let start = Instant::now();
        while self.site.count(rows) == 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "{what}");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Shifted {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.clock);
    }
}

#[test]
fn a_session_ends_by_the_servers_clock_and_is_not_revived_when_it_is_set_back() {
    let shifted = Shifted::start(|_, _| Reply::Accept);
    let used = shifted.signed_in();
    let left = shifted.signed_in();
    shifted.ahead(11);
    assert_eq!(used.get("/users").status, 200, "11 hours idle");
    shifted.ahead(13);
    assert_eq!(left.get("/users").status, 303, "13 hours idle");
    assert_eq!(used.get("/users").status, 200, "used in between");
    shifted.ahead(0);
    assert_eq!(left.get("/users").status, 303, "not revived");
    // Used every 11 hours it lives, and for 30 days at most.
    let thirty_days = 30 * 24;
    for hours in (13..thirty_days - 11)
        .step_by(11)
        .chain([thirty_days - 10, thirty_days - 1])
    {
        shifted.ahead(hours);
        assert_eq!(used.get("/users").status, 200, "after {hours} hours");
    }
    shifted.ahead(thirty_days + 1);
    assert_eq!(used.get("/users").status, 303, "30 days");
    shifted.ahead(thirty_days - 1);
    assert_eq!(used.get("/users").status, 303, "not revived");
    assert_eq!(shifted.site.count("sessions"), 0);
}

#[test]
fn a_clock_that_jumps_a_day_ahead_and_back_loses_no_mail() {
    let later = |_: &str, nth| {
        if nth == 1 {
            Reply::Recipient("451 4.3.2 later")
        } else {
            Reply::Accept
        }
    };
    let shifted = Shifted::start(later);
    let add = |client: &Client, username: &str| {
        let fields = [
            ("username", username),
            ("first_name", "Nora"),
            ("last_name", "New"),
        ];
        assert_eq!(client.post("/users", &fields).status, 303);
        shifted.until("the first attempt", &format!("mails join users on users.id = user_id where username = '{username}' and attempts = 1 and explanation <> ''"));
    };
    let sent = |username: &str| {
        format!(
            "mails join users on users.id = user_id where username = '{username}' and state = 'sent'"
        )
    };
    add(&shifted.signed_in(), "early@acme.example");
    // What waited for half a minute is due at once.
    shifted.ahead(24);
    shifted.until("sent a day later", &sent("early@acme.example"));
    let tomorrow = shifted.signed_in();
    add(&tomorrow, "late@acme.example");
    shifted.ahead(0);
    sleep(Duration::from_millis(1_200));
    assert_eq!(
        shifted
            .site
            .count("mails where state in ('failed', 'cancelled')"),
        0
    );
    assert_eq!(
        shifted.site.count("mails where state = 'waiting'"),
        1,
        "it waits for its hour"
    );
    shifted.ahead(25);
    shifted.until("sent", &sent("late@acme.example"));
    for username in ["early@acme.example", "late@acme.example"] {
        let mail = shifted.sink.newest_to(username).unwrap();
        let fields = [("username", username), ("password", &mail.password())];
        let answer = Client::new(&shifted.program.base()).post("/sign-in", &fields);
        assert_eq!(answer.location.as_deref(), Some("/password"), "{username}");
    }
}

#[test]
fn a_clock_that_was_a_year_ahead_for_a_moment_keeps_nobody_out_and_no_mail_back() {
    let later = |_: &str, nth| match nth {
        1 => Reply::Recipient("451 4.3.2 later"),
        _ => Reply::Accept,
    };
    let shifted = Shifted::start(later);
    let sign_in = |password: &str| {
        let fields = [("username", "boss@acme.example"), ("password", password)];
        Client::new(&shifted.program.base()).post("/sign-in", &fields)
    };
    let stays = shifted.signed_in();
    shifted.ahead(365 * 24);
    let boss = shifted.signed_in();
    let fields = [
        ("username", "nora@acme.example"),
        ("first_name", "Nora"),
        ("last_name", "New"),
    ];
    assert_eq!(boss.post("/users", &fields).status, 303);
    shifted.until(
        "the first attempt",
        "mails where attempts = 1 and explanation <> ''",
    );
    let nora = shifted
        .site
        .value("select id from users where username like 'nora%'");
    for _ in 0..10 {
        assert_eq!(sign_in("a wrong one").status, 422);
    }
    assert_eq!(sign_in(PASSWORD).status, 429);
    shifted.ahead(0);
    assert_eq!(
        sign_in(PASSWORD).status,
        303,
        "the guesses of a day to come count no more"
    );
    assert_eq!(
        boss.get("/users").status,
        303,
        "a session of next year would live until then"
    );
    let boss = shifted.signed_in();
    let opened = boss.get("/password-resets/new").field("opened");
    let reset = |nora: &str| {
        let fields = [
            ("opened", opened.as_str()),
            ("scope", "selected"),
            ("user", nora),
        ];
        boss.post("/password-resets", &fields)
    };
    shifted
        .site
        .sql("update users set password_reset_at = now() + interval '1 year'");
    let answer = reset(&nora);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let again = reset(&nora);
    assert!(again.says("Nothing was sent twice"), "{}", again.text());
    // Until the next sweep.
    let start = Instant::now();
    while shifted.site.count("mails where state = 'waiting'") > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(90),
            "a mail waits for next year"
        );
        sleep(Duration::from_millis(100));
    }
    assert_eq!(stays.get("/users").status, 200, "begun before all this");
}
