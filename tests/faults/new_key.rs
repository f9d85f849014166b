//! `SECRET_KEY` changed, as docs/operations.md tells.

use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};

use crate::authenticator::code;
use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

/// 64 bytes in base64.
const OLD: &str =
    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==";
/// As many others.
const NEW: &str =
    "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQg==";

fn newest_to(sink: &Sink, recipient: &str, part: &str) -> String {
    let start = Instant::now();
    loop {
        let mails = sink.arrived();
        let fits = |mail: &&crate::support::smtp_sink::Arrived| {
            mail.recipient == recipient && mail.text.contains(part)
        };
        if let Some(mail) = mails.iter().rev().find(fits) {
            let line = mail.text.lines().find(|line| line.contains(part)).unwrap();
            return line.to_string();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no {part}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn with_a_new_key_everybody_is_signed_out_and_nothing_else_is_lost() {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "kim@acme.example", true);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // Ann's mail is refused for now; Kim's arrives.
    let sink = runtime.block_on(Sink::start(|recipient, nth| {
        if recipient.starts_with("ann") && nth == 1 {
            Reply::Recipient("452 4.2.2 mailbox full")
        } else {
            Reply::Accept
        }
    }));
    let port = Program::free_port();
    let base = format!("http://127.0.0.1:{port}");
    let with_old_key = Program::serve_with_key(&url, sink.port, port, OLD);
    with_old_key.until_ready();
    let own = [("username", "boss@acme.example"), ("password", PASSWORD)];
    let boss = Client::new(&base);
    assert_eq!(boss.post("/sign-in", &own).status, 303);
    boss.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    let first = code(&site, "boss@acme.example", 0);
    boss.post("/second-factor/confirmation", &[("code", &first)]);
    let page = boss.get("/second-factor/recovery-codes");
    assert!(page.says("Recovery codes"), "{}", page.text());
    site.newcomer(acme, "ann@acme.example");
    Client::new(&base).post("/forgot-password", &[("username", "kim@acme.example")]);
    let link = newest_to(&sink, "kim@acme.example", "/password?link=");
    while site.count("mails where kind = 'welcome' and attempts > 0") == 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    with_old_key.kill();

    let stored = site.everything();
    let with_new_key = Program::serve_with_key(&url, sink.port, port, NEW);
    with_new_key.until_ready();
    assert_eq!(boss.get("/users").location.as_deref(), Some("/sign-in"));
    assert_eq!(site.everything(), stored);

    // The password and the second factor are the same.
    let boss = Client::new(&base);
    let answer = boss.post("/sign-in", &own);
    assert_eq!(answer.location.as_deref(), Some("/second-factor"));
    let next = code(&site, "boss@acme.example", 1);
    assert_eq!(boss.post("/second-factor", &[("code", &next)]).status, 303);
    assert_eq!(boss.get("/users").status, 200);
    // A place in the list that the old key sealed is the start of the list.
    let sealed_before = "/users?after=c2VhbGVkIHdpdGggYW5vdGhlciBrZXk";
    assert_eq!(boss.get(sealed_before).status, 200);
    // A link that was mailed before works, and a mail that waited goes out.
    let path = link.split(&format!("127.0.0.1:{port}")).nth(1).unwrap();
    let kim = Client::new(&base);
    let page = kim.get(path);
    assert!(page.says("Choose your password"), "{}", page.text());
    site.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    let line = newest_to(&sink, "ann@acme.example", "Password: ");
    let mailed = line.strip_prefix("Password: ").unwrap();
    let answer = Client::new(&base).post(
        "/sign-in",
        &[("username", "ann@acme.example"), ("password", mailed)],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
}
