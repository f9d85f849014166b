//! `/metrics`: what an operator asks, on an address of its own.

use std::net::TcpListener;

use secrecy::SecretString;
use user_accounts::db::{Db, Purpose};
use user_accounts::metrics::Sources;
use user_accounts::web::metrics::MetricsServer;

use crate::client::{Answer, Client};
use crate::site::Site;

/// The listener beside a site.
struct Beside {
    client: Client,
    server: Option<MetricsServer>,
}

impl Beside {
    fn start(site: &Site, db: &Db) -> Beside {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()));
        let sources = Sources {
            db: db.clone(),
            hasher: Some(site.hasher.clone()),
        };
        let server = MetricsServer::start(listener, site.metrics.clone(), sources).unwrap();
        Beside {
            client,
            server: Some(server),
        }
    }

    fn text(&self) -> String {
        let answer: Answer = self.client.get("/metrics");
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; version=0.0.4; charset=utf-8")
        );
        answer.body
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

/// The value of a series, if there is one.
fn figure(text: &str, series: &str) -> Option<f64> {
    let start = format!("user_accounts_{series} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start))?;
    Some(line.parse().unwrap())
}

#[test]
fn requests_are_counted_by_route_and_sign_ins_refused_by_reason() {
    let site = Site::start();
    let beside = Beside::start(&site, &site.db);
    let company = site.company("Acme", "acme.example", 5);
    let person = site.person(company, "nina@acme.example", false);
    let boss = site.signed_in("boss@acme.example");
    boss.get(&format!("/users/{person}"));
    boss.get("/users?q=nina");
    boss.get("/nothing-here/boss@acme.example");
    site.client().post(
        "/sign-in",
        &[
            ("username", "boss@acme.example"),
            ("password", "wrong guess"),
        ],
    );
    let text = beside.text();
    let requests = |labels: &str| {
        figure(
            &text,
            &format!("http_request_duration_seconds_count{{{labels}}}"),
        )
    };
    for (labels, times) in [
        ("method=\"POST\",route=\"/sign-in\",status=\"3xx\"", 1.0),
        ("method=\"POST\",route=\"/sign-in\",status=\"4xx\"", 1.0),
        ("method=\"GET\",route=\"/users/{id}\",status=\"2xx\"", 1.0),
        ("method=\"GET\",route=\"/users\",status=\"2xx\"", 1.0),
        ("method=\"GET\",route=\"none\",status=\"4xx\"", 1.0),
    ] {
        assert_eq!(requests(labels), Some(times), "{labels}\n{text}");
    }
    assert_eq!(
        figure(&text, "sign_ins_refused_total{reason=\"credentials\"}"),
        Some(1.0)
    );
    assert_eq!(
        figure(&text, "sign_ins_refused_total{reason=\"too_often\"}"),
        Some(0.0)
    );
    assert_eq!(figure(&text, "build_info{version=\"0.1.0\"}"), Some(1.0));
    assert_eq!(figure(&text, "database_up"), Some(1.0));
    assert_eq!(figure(&text, "database_connections_max"), Some(12.0));
    assert_eq!(figure(&text, "database_connections_pending"), Some(0.0));
    assert!(figure(&text, "database_connections{state=\"idle\"}").unwrap() >= 1.0);
    assert_eq!(figure(&text, "hashing_waiting"), Some(0.0));
    assert_eq!(figure(&text, "hashing_running"), Some(0.0));
    for personal in ["@", "acme", "nina", "127.0.0.1", &person.to_string()] {
        assert!(!text.contains(personal), "{personal} stands in {text}");
    }
}

#[test]
fn what_waits_is_counted_with_the_age_of_the_oldest() {
    let site = Site::start();
    let beside = Beside::start(&site, &site.db);
    let company = site.company("Acme", "acme.example", 5);
    let text = beside.text();
    assert_eq!(figure(&text, "mails_waiting"), Some(0.0));
    assert_eq!(figure(&text, "mails_oldest_age_seconds"), Some(0.0));
    assert_eq!(figure(&text, "imports_waiting"), Some(0.0));

    site.newcomer(company, "nina@acme.example");
    site.newcomer(company, "omar@acme.example");
    site.sql("update mails set created_at = created_at - interval '1 hour' where created_at = (select min(created_at) from mails)");
    let administrator = site.value("select id from users where username = 'boss@acme.example'");
    site.sql(&format!(
        "insert into imports (account_id, id, made_by, made_at, state, run_by, started_at)
         values ('{}', gen_random_uuid(), '{administrator}', now(), 'running', '{administrator}', now() - interval '90 s')",
        company.id
    ));
    let text = beside.text();
    assert_eq!(figure(&text, "mails_waiting"), Some(2.0));
    assert_eq!(figure(&text, "mails_retrying"), Some(0.0));
    let age = figure(&text, "mails_oldest_age_seconds").unwrap();
    assert!((3_600.0..3_700.0).contains(&age), "{age}");
    assert_eq!(figure(&text, "imports_waiting"), Some(1.0));
    assert!(figure(&text, "imports_oldest_age_seconds").unwrap() >= 90.0);
}

#[test]
fn without_a_database_its_figures_are_missing_and_the_others_are_told() {
    let site = Site::start();
    let nowhere = SecretString::from("postgres://nobody@127.0.0.1:1/nowhere");
    let beside = Beside::start(&site, &Db::new(&nowhere, Purpose::Serving, 2));
    site.client().get("/sign-in");
    let text = beside.text();
    assert_eq!(figure(&text, "database_up"), Some(0.0));
    assert_eq!(
        figure(&text, "database_connection_timeouts_total"),
        Some(0.0)
    );
    assert_eq!(figure(&text, "mails_waiting"), None);
    assert_eq!(figure(&text, "mails_oldest_age_seconds"), None);
    assert!(text.contains("route=\"/sign-in\""), "{text}");
    let text = beside.text();
    assert_eq!(
        figure(&text, "database_connection_timeouts_total"),
        Some(1.0)
    );
}

#[test]
fn pages_and_figures_do_not_share_an_address() {
    let site = Site::start();
    let beside = Beside::start(&site, &site.db);
    assert_eq!(site.client().get("/metrics").status, 404);
    assert_eq!(beside.client.get("/users").status, 404);
    assert_eq!(beside.client.get("/").status, 404);
}

#[test]
fn figures_carry_the_security_headers_of_every_other_answer() {
    let site = Site::start();
    let beside = Beside::start(&site, &site.db);
    for path in ["/metrics", "/nothing"] {
        let answer = beside.client.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} at {path}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
    }
}
