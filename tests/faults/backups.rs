//! A backup restored into another database, as docs/operations.md tells.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::people::Company;
use crate::support::postgres::{as_owner, empty_database_beside, fresh_database_url, program};
use crate::support::smtp_sink::{Reply, Sink};

/// 64 bytes in base64.
const KEY: &str =
    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==";

/// Every row of every table, as its owner reads them.
fn rows(url: &SecretString) -> Vec<String> {
    let company = Company {
        db: Db::new(&as_owner(url), Purpose::Maintenance, 1),
        account: uuid::Uuid::nil(),
        users: Vec::new(),
    };
    let mut rows: Vec<String> = company.dump().lines().map(str::to_string).collect();
    rows.sort();
    rows
}

fn backed_up_and_restored(url: &SecretString) -> SecretString {
    let file = std::env::temp_dir().join(format!("ua-backup-{}", user_accounts::ids::new()));
    let dumped = program("pg_dump")
        .args(["--format=custom", "--file"])
        .arg(&file)
        .args(["--dbname", as_owner(url).expose_secret()])
        .status();
    assert!(dumped.unwrap().success());
    let other = empty_database_beside(url);
    let restored = program("pg_restore")
        .args(["--exit-on-error", "--no-owner", "--no-privileges"])
        .args(["--dbname", as_owner(&other).expose_secret()])
        .arg(&file)
        .status();
    assert!(restored.unwrap().success());
    std::fs::remove_file(&file).unwrap();
    other
}

#[test]
fn a_backup_restored_elsewhere_holds_every_row_and_the_program_goes_on_from_it() {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    let acme = site.company("Acme", "acme.example", 9);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let full = runtime.block_on(Sink::start(|_, _| {
        Reply::Recipient("452 4.2.2 mailbox full")
    }));
    let port = Program::free_port();
    let before = Program::serve_with_key(&url, full.port, port, KEY);
    before.until_ready();
    let boss = Client::new(&format!("http://127.0.0.1:{port}"));
    let own = [("username", "boss@acme.example"), ("password", PASSWORD)];
    assert_eq!(boss.post("/sign-in", &own).status, 303);
    site.newcomer(acme, "ann@acme.example");
    while site.count("mails where attempts > 0") == 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    before.kill();

    let other = backed_up_and_restored(&url);
    let kept = rows(&url);
    assert!(kept.len() > 20, "{} rows", kept.len());
    assert_eq!(rows(&other), kept);

    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let after = Program::serve_with_key(&other, sink.port, port, KEY);
    after.until_ready();
    assert_eq!(boss.get("/users").status, 200, "who was signed in still is");
    let again = Client::new(&format!("http://127.0.0.1:{port}"));
    assert_eq!(again.post("/sign-in", &own).location.as_deref(), Some("/"));
    let restored = Site::on(&other, Db::new(&other, Purpose::Serving, 2), |_| {});
    restored.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    let patience = std::time::Instant::now();
    while sink.newest_to("ann@acme.example").is_none() {
        assert!(patience.elapsed() < Duration::from_secs(60), "no mail");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mailed = sink.newest_to("ann@acme.example").unwrap().password();
    let ann = Client::new(&format!("http://127.0.0.1:{port}"));
    let answer = ann.post(
        "/sign-in",
        &[("username", "ann@acme.example"), ("password", &mailed)],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
    // The rights of the program's role came with the start, not with the backup.
    let rewritten = restored
        .db
        .write(|tx| diesel::RunQueryDsl::execute(diesel::sql_query("delete from events"), tx));
    let said = rewritten.map_err(|error: diesel::result::Error| error.to_string());
    assert!(said.unwrap_err().contains("permission denied"));
}
