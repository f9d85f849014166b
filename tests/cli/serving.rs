//! `serve` and `worker` as whoever keeps them running meets them: figures, log lines, a database that dies.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use ureq::Agent;
use user_accounts::accounts::{self, Domain};
use user_accounts::db::{Db, Purpose};
use user_accounts::history::Author;
use user_accounts::passwords::Hasher;
use user_accounts::users::{self, FirstPassword, Profile, Username};
use user_accounts::{clock, ids};

use crate::folder::{Folder, signal, until};
use crate::postgres::{as_owner, fresh_database_url};

const PASSWORD: &str = "copper lantern ninety walrus";

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn agent() -> Agent {
    Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into()
}

/// Status and body; nothing where nobody answers.
fn get(address: &str, path: &str) -> Option<(u16, String)> {
    let mut answer = agent().get(format!("http://{address}{path}")).call().ok()?;
    let body = answer.body_mut().read_to_string().ok()?;
    Some((answer.status().as_u16(), body))
}

fn is_ready(address: &str) -> bool {
    get(address, "/readyz").is_some_and(|(status, _)| status == 200)
}

fn start(folder: &Folder, command: &str, settings: &[(&str, &str)]) -> Child {
    folder
        .program(&[command])
        .envs(settings.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Stops it in order; returns what it logged.
fn stop(mut program: Child) -> String {
    signal(&program, Signal::SIGTERM);
    let mut log = String::new();
    let mut stderr = program.stderr.take().unwrap();
    stderr.read_to_string(&mut log).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(0), "{log}");
    log
}

fn database_settings(url: &SecretString) -> [(&'static str, String); 2] {
    [
        ("DATABASE_URL", url.expose_secret().to_string()),
        (
            "MIGRATION_DATABASE_URL",
            as_owner(url).expose_secret().to_string(),
        ),
    ]
}

#[test]
fn serve_and_worker_tell_their_figures_on_an_address_of_their_own() {
    let folder = Folder::new("metrics");
    let [database, migration] = database_settings(&fresh_database_url());
    let (listen, figures) = (free_address(), free_address());
    for command in ["serve", "worker"] {
        let settings = [
            (database.0, database.1.as_str()),
            (migration.0, migration.1.as_str()),
            ("LISTEN", &listen),
            ("METRICS_LISTEN", &figures),
        ];
        let program = start(&folder, command, &settings);
        until(|| get(&figures, "/metrics").is_some(), "the first figures");
        let (status, text) = get(&figures, "/metrics").unwrap();
        assert_eq!(status, 200);
        assert!(text.contains("\nuser_accounts_mails_waiting 0\n"), "{text}");
        assert!(text.contains("\nuser_accounts_database_up 1\n"), "{text}");
        assert_eq!(get(&figures, "/users").unwrap().0, 404);
        if command == "serve" {
            until(|| is_ready(&listen), "the start");
            assert_eq!(get(&listen, "/metrics").unwrap().0, 404);
            let text = get(&figures, "/metrics").unwrap().1;
            assert!(text.contains("route=\"/readyz\""), "{text}");
            assert!(
                text.contains("\nuser_accounts_hashing_running 0\n"),
                "{text}"
            );
        } else {
            assert!(get(&listen, "/readyz").is_none(), "a worker has no pages");
        }
        stop(program);
        assert!(
            get(&figures, "/metrics").is_none(),
            "it ended with {command}"
        );
    }
}

/// A company with an administrator.
fn company(url: &SecretString) -> String {
    let db = Db::new(url, Purpose::Maintenance, 1);
    let hash = Hasher::start(1).unwrap().hash(&PASSWORD.into()).unwrap();
    let now = clock::now();
    let account = db.write(|tx| {
        let domain = Domain::parse("acme.example").unwrap();
        let account = accounts::insert(tx, "Acme", &[domain], 5, "UTC", now).unwrap();
        let profile = Profile {
            first_name: "Bo".into(),
            last_name: "Berg".into(),
            ..Profile::default()
        };
        let username = Username::parse("boss@acme.example").unwrap();
        let password = FirstPassword::Own(hash);
        let author = Author::staff(account);
        users::insert(
            tx,
            &author,
            ids::new(),
            &username,
            &profile,
            true,
            &password,
            now,
        )
        .unwrap();
        Ok::<_, user_accounts::db::Error>(account)
    });
    account.unwrap().to_string()
}

#[test]
fn every_log_line_is_json_that_says_when_which_request_and_who() {
    let folder = Folder::new("log");
    let url = fresh_database_url();
    let account = company(&url);
    let [database, migration] = database_settings(&url);
    let listen = free_address();
    let settings = [
        (database.0, database.1.as_str()),
        (migration.0, migration.1.as_str()),
        ("LISTEN", &listen),
        ("LOG_FORMAT", "json"),
    ];
    let server = start(&folder, "serve", &settings);
    until(|| is_ready(&listen), "the start");
    let post = |path: &str, cookie: &str, fields: &[(&str, &str)]| {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        agent()
            .post(format!("http://{listen}{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie)
            .send(body)
            .unwrap()
    };
    let mut typed = [
        ("username", "boss@acme.example"),
        ("password", "secretword"),
    ];
    assert_eq!(post("/sign-in", "", &typed).status(), 422);
    typed[1].1 = PASSWORD;
    let signed_in = post("/sign-in", "", &typed);
    assert_eq!(signed_in.status(), 303);
    let cookie = signed_in.headers().get("set-cookie").unwrap();
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
    let added = post(
        "/users",
        cookie,
        &[
            ("username", "nina@acme.example"),
            ("first_name", "Nina"),
            ("last_name", "Newell"),
        ],
    );
    assert_eq!(added.status(), 303);
    let search = agent()
        .get(format!("http://{listen}/users?q=secretword"))
        .header("cookie", cookie)
        .call()
        .unwrap();
    assert_eq!(search.status(), 200);

    let log = stop(server);
    for secret in ["secretword", "copper", "@", "Newell"] {
        assert!(!log.contains(secret), "{secret} stands in {log}");
    }
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| unreachable!("no JSON: {line}")))
        .collect();
    for line in &lines {
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(
            line["level"].is_string() && line["message"].is_string(),
            "{line}"
        );
    }
    let of = |message: &str, field: &str, value: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter(|line| line["message"] == message && line[field] == value)
            .collect()
    };
    let requests = of("request", "path", "/users");
    assert_eq!(requests.len(), 2, "one line a request: {log}");
    for line in &requests {
        assert_eq!(line["account"], account.as_str());
        assert_eq!(line["actor"], "user");
        assert_eq!(line["source"], "127.0.0.1");
        assert!(line["actor_user"].is_string() && line["milliseconds"].is_u64());
        assert_eq!(line["request"].as_str().unwrap().len(), 32);
    }
    assert_eq!(
        (&requests[0]["method"], &requests[0]["status"]),
        (&"POST".into(), &303.into())
    );
    let request_id = requests[0]["request"].as_str().unwrap();
    let changes = of("event", "request", request_id);
    assert!(
        !changes.is_empty(),
        "the change is a line of the same request: {log}"
    );
    for line in &changes {
        assert_eq!(line["account"], account.as_str());
        assert_eq!(
            (&line["actor"], &line["actor_user"]),
            (&"user".into(), &requests[0]["actor_user"])
        );
        assert!(
            line["subject"].is_string() && line["kind"].is_string(),
            "{line}"
        );
    }
    let refused = of("refused", "kind", "sign_in");
    assert_eq!(refused.len(), 1, "{log}");
    let its_request = of(
        "request",
        "request",
        refused[0]["request"].as_str().unwrap(),
    );
    assert_eq!(its_request[0]["path"], "/sign-in");
    assert_eq!(
        (&its_request[0]["actor"], &its_request[0]["account"]),
        (&"visitor".into(), &Value::Null)
    );
}

#[test]
fn a_refused_start_is_a_log_line_where_lines_are_json() {
    let folder = Folder::new("log-refused");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let [database, migration] = database_settings(&fresh_database_url());
    let taken = taken.local_addr().unwrap().to_string();
    // Also where no line is asked for: whoever starts it would be told nothing.
    for filter in ["info", "off", "user_accounts=off"] {
        for (listen, words) in [(taken.as_str(), "LISTEN is "), ("8080", "LISTEN must be ")] {
            let output = folder
                .program(&["serve"])
                .envs([database.clone(), migration.clone()])
                .env("LISTEN", listen)
                .env("LOG_FORMAT", "json")
                .env("RUST_LOG", filter)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1));
            let line: Value = serde_json::from_slice(&output.stderr).unwrap();
            assert_eq!(line["level"], "ERROR");
            assert!(
                line["message"].as_str().unwrap().starts_with(words),
                "{filter}: {line}"
            );
        }
    }
}

#[test]
fn a_private_postgres_that_is_killed_comes_back_under_the_running_server() {
    let folder = Folder::new("killed");
    let listen = free_address();
    let server = start(
        &folder,
        "serve",
        &[("LISTEN", &listen), ("RUST_LOG", "warn")],
    );
    until(|| is_ready(&listen), "the start");
    let postmaster = || -> Option<i32> {
        let written = fs::read_to_string(folder.pid_file()).ok()?;
        written.lines().next()?.parse().ok()
    };
    let killed = postmaster().unwrap();
    kill(Pid::from_raw(killed), Signal::SIGKILL).unwrap();
    until(
        || postmaster().is_some_and(|pid| pid != killed),
        "the next start",
    );
    until(|| is_ready(&listen), "the return");
    let log = stop(server);
    assert!(
        log.contains("the private PostgreSQL ended by itself"),
        "{log}"
    );
    assert!(
        !folder.pid_file().exists(),
        "the new one ended with the server"
    );
}
