//! What the program leaves behind: lines in the log and rows of history that belong together, and no secret.

use std::fs::File;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::Value;
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

const NEW: &str = "velvet harbour sixteen geese";

/// The program with its log in a file, a mail server, and a company.
pub struct Recorded {
    pub site: Site,
    log: PathBuf,
    sink: Sink,
    program: Option<Program>,
    pub client: Client,
    _runtime: tokio::runtime::Runtime,
}

impl Recorded {
    fn start(format: &str, level: &str) -> Recorded {
        Recorded::start_with(format, level, |_, _| Reply::Accept)
    }

    /// With a mail server that goes by `script`.
    pub fn start_with(
        format: &str,
        level: &str,
        script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> Recorded {
        let url: SecretString = fresh_database_url();
        let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
        site.company("Acme", "acme.example", 50);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sink = runtime.block_on(Sink::start(script));
        let log =
            std::env::temp_dir().join(format!("ua-log-{}", user_accounts::ids::new().simple()));
        let file = File::create(&log).unwrap();
        let program = Program::serve_with(&url, sink.port, Program::free_port(), |command| {
            command
                .env("RUST_LOG", level)
                .env("LOG_FORMAT", format)
                .stderr(file);
        });
        program.until_ready();
        let client = Client::new(&program.base());
        Recorded {
            site,
            log,
            sink,
            program: Some(program),
            client,
            _runtime: runtime,
        }
    }

    pub fn sign_in(&self, password: &str) -> u16 {
        let fields = [("username", "boss@acme.example"), ("password", password)];
        self.client.post("/sign-in", &fields).status
    }

    fn until_mailed(&self, count: usize) {
        let start = Instant::now();
        while self.sink.count() < count || self.site.count("mails where state = 'waiting'") > 0 {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "mails are not sent"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// Everything that was logged, once the program has ended.
    pub fn ended(&mut self) -> String {
        self.program.take().unwrap().kill();
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Every row of every table.
    fn dump(&self) -> String {
        let tables = self.site.value(
            "select string_agg(table_name, ',') from information_schema.tables where table_schema = 'public'",
        );
        let rows = |table| {
            self.site.value(&format!(
                "select string_agg(t::text, E'\\n') from {table} as t"
            ))
        };
        tables.split(',').map(rows).collect()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.log);
    }
}

#[test]
fn every_sign_in_change_and_refusal_is_one_line_and_one_row_of_the_same_request() {
    let mut recorded = Recorded::start("json", "info");
    assert_eq!(recorded.sign_in("a wrong guess"), 422);
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    let client = &recorded.client;
    let add = [
        ("username", "nora@acme.example"),
        ("first_name", "Nora"),
        ("last_name", "New"),
    ];
    assert_eq!(client.post("/users", &add).status, 303);
    let id = recorded
        .site
        .value("select id from users where username like 'nora%'");
    let path = format!("/users/{id}");
    assert_eq!(
        client
            .post(&path, &[&add[..], &[("title", "Buyer")]].concat())
            .status,
        303
    );
    assert_eq!(
        client
            .post("/password-resets", &[("scope", "selected"), ("user", &id)])
            .status,
        303
    );
    assert_eq!(
        client
            .post(
                &format!("{path}/administrator"),
                &[("administrator", "yes")]
            )
            .status,
        303
    );
    assert_eq!(
        client
            .post("/account", &[("time_zone", "Asia/Tokyo")])
            .status,
        303
    );
    assert_eq!(client.post("/sign-out", &[]).status, 303);
    let log = recorded.ended();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let says = |line: &&Value, message: &str| line["message"] == message;
    let requests: Vec<&Value> = lines.iter().filter(|line| says(line, "request")).collect();
    let logged: Vec<&Value> = lines
        .iter()
        .filter(|line| says(line, "event") && line["actor"] == "user")
        .collect();
    let stored = recorded.site.value(
        "select string_agg(concat_ws(' ', kind, account_id, actor_user_id, user_id, host(source), request_id), E'\\n' order by id)
         from events where actor = 'user'",
    );
    let word = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_string();
    let told: Vec<String> = logged
        .iter()
        .map(|line| {
            [
                "kind",
                "account",
                "actor_user",
                "subject",
                "source",
                "request",
            ]
            .map(|name| word(line, name))
            .iter()
            .filter(|word| !word.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
        })
        .collect();
    assert_eq!(told, stored.lines().collect::<Vec<_>>());
    let kinds: Vec<String> = logged.iter().map(|line| word(line, "kind")).collect();
    assert_eq!(
        kinds,
        [
            "signed_in",
            "user_added",
            "user_edited",
            "password_reset",
            "administrator_made",
            "time_zone_changed",
            "signed_out"
        ]
    );
    for line in &logged {
        assert!(word(line, "timestamp").ends_with('Z'), "{line}");
        let of_it = requests
            .iter()
            .filter(|request| request["request"] == line["request"]);
        assert_eq!(of_it.count(), 1, "{line}");
    }
    let refused: Vec<&Value> = lines.iter().filter(|line| says(line, "refused")).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (word(refused[0], "kind"), word(refused[0], "source")),
        ("sign_in".to_string(), "127.0.0.1".to_string())
    );
    assert_eq!(
        recorded
            .site
            .count("refusals where kind = 'sign_in' and times = 1 and source = '127.0.0.1'"),
        1
    );
}

#[test]
fn the_page_of_a_fault_says_nothing_of_its_cause_and_its_number_finds_it_in_the_log() {
    let mut recorded = Recorded::start("text", "info");
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    recorded.site.sql(
        "create function broken() returns trigger language plpgsql as $$ begin raise exception 'the ledger 4711 is broken'; end $$",
    );
    recorded
        .site
        .sql("create trigger broken before insert on users for each row execute function broken()");
    let fields = [
        ("username", "nora@acme.example"),
        ("first_name", "Nora"),
        ("last_name", "New"),
    ];
    let page = recorded.client.post("/users", &fields);
    assert_eq!(page.status, 500);
    assert!(
        page.says("Something went wrong on our side")
            && page.says("tell Customer Success the reference below")
    );
    for word in [
        "4711", "ledger", "trigger", "diesel", "postgres", "panicked", ".rs",
    ] {
        assert!(!page.body.contains(word), "{word}: {}", page.text());
    }
    assert_eq!(
        recorded.client.get("/users").status,
        200,
        "the process lives"
    );
    let log = recorded.ended();
    let causes: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("the ledger 4711 is broken"))
        .collect();
    assert_eq!(causes.len(), 1, "logged once");
    let number = causes[0].split("request=").nth(1).unwrap();
    let number = number.split_whitespace().next().unwrap().trim_matches('"');
    assert!(
        number.len() == 32 && page.says(number),
        "{number}: {}",
        page.text()
    );
    assert_eq!(recorded.site.count("users"), 1);
}

#[test]
fn at_the_finest_level_and_in_every_row_there_is_no_password_no_link_and_no_token_at_any_moment() {
    let mut recorded = Recorded::start("text", "trace");
    assert_eq!(recorded.sign_in("a wrong guess that was typed"), 422);
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    let cookie = recorded.client.cookie.borrow().clone().unwrap();
    let mut dumps = String::new();
    for number in 0..5 {
        let username = format!("p{number}@acme.example");
        let fields = [
            ("username", username.as_str()),
            ("first_name", "Pat"),
            ("last_name", "Poe"),
        ];
        assert_eq!(recorded.client.post("/users", &fields).status, 303);
        dumps.push_str(&recorded.dump());
    }
    // A reset takes back what is still waiting.
    recorded.until_mailed(5);
    recorded
        .client
        .post("/password-resets", &[("scope", "all_active")]);
    Client::new(&recorded.program.as_ref().unwrap().base())
        .post("/forgot-password", &[("username", "p1@acme.example")]);
    recorded.until_mailed(12);
    dumps.push_str(&recorded.dump());
    let arrived = recorded.sink.arrived();
    let mut secrets = vec![
        PASSWORD.to_string(),
        NEW.to_string(),
        "a wrong guess that was typed".to_string(),
        cookie,
    ];
    for mail in &arrived {
        match mail.text.split("/password?link=").nth(1) {
            Some(rest) => secrets.push(rest.split_whitespace().next().unwrap().to_string()),
            None => secrets.push(mail.password()),
        }
    }
    assert!(secrets.len() >= 4 + 12, "{}", secrets.len());
    // One of them is used.
    let mailed = arrived
        .iter()
        .rev()
        .find(|mail| mail.recipient == "p3@acme.example")
        .unwrap()
        .password();
    let pat = Client::new(&recorded.program.as_ref().unwrap().base());
    assert_eq!(
        pat.post(
            "/sign-in",
            &[("username", "p3@acme.example"), ("password", &mailed)]
        )
        .status,
        303
    );
    let fields = [
        ("current_password", mailed.as_str()),
        ("new_password", NEW),
        ("repeat_new_password", NEW),
    ];
    assert_eq!(pat.post("/password", &fields).status, 303);
    dumps.push_str(&recorded.dump());
    let log = recorded.ended();
    assert!(log.contains("user_added") && dumps.contains("p3@acme.example"));
    for secret in &secrets {
        for written in [
            secret.clone(),
            secret.replace('-', ""),
            secret.replace(' ', "+"),
            secret.replace(' ', "%20"),
        ] {
            assert!(!log.contains(&written), "in the log: {secret}");
            assert!(!dumps.contains(&written), "in the database: {secret}");
        }
    }
}

#[test]
fn nothing_that_is_sent_forges_or_splits_a_line_of_the_log() {
    let mut recorded = Recorded::start("text", "debug");
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    let forged =
        "%0D%0A2026-01-01T00:00:00.000000Z%20%20INFO%20event%20kind=%22forged%22%1B%5B2K%E2%80%A8";
    let client = &recorded.client;
    client.get(&format!("/users/{forged}"));
    client.get(&format!("/users?q={forged}"));
    client.get(&format!("/{forged}"));
    let body = format!("username={forged}%40acme.example&first_name={forged}&last_name={forged}");
    client.post_raw(
        "/users",
        body.as_bytes(),
        &[("x-forwarded-for", "1.2.3.4\tINFO forged")],
    );
    client.again().post_raw(
        "/sign-in",
        format!("username={forged}&password={forged}").as_bytes(),
        &[("user-agent", "x\tINFO forged")],
    );
    client.again().post_raw(
        "/forgot-password",
        format!("username={forged}").as_bytes(),
        &[],
    );
    let log = recorded.ended();
    assert!(log.lines().count() > 6);
    for line in log.lines() {
        let stamp = line.get(..20).unwrap_or_default();
        let is_stamped =
            line.starts_with("20") && stamp.contains('T') && !line.starts_with("2026-01-01T");
        assert!(is_stamped, "{line:?}");
        assert!(
            !line.contains("kind=\"forged\"") && !line.contains(['\r', '\u{1b}', '\u{2028}']),
            "{line:?}"
        );
    }
}
