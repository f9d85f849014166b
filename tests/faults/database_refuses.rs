//! PostgreSQL is there and refuses: a page that says so, nothing half done, and the next try works.

use std::thread::scope;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use secrecy::SecretString;
use user_accounts::db::{Db, Purpose};

use crate::client::{Answer, Client};
use crate::site::Site;
use crate::support::postgres::{as_owner, as_superuser, fresh_database_url};

const AT_MOST: Duration = Duration::from_secs(5);

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

fn company() -> (Site, Client) {
    let site = Site::start();
    site.company("Acme", "acme.example", 500);
    let client = site.signed_in("boss@acme.example");
    (site, client)
}

/// Tries to add somebody while something is wrong; nothing is changed by it.
fn refused(site: &Site, client: &Client) {
    let before = site.everything();
    let start = Instant::now();
    let answer = add(client, "lost");
    assert!(start.elapsed() < AT_MOST, "{:?}", start.elapsed());
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    assert!(
        answer.says("Too busy at the moment") && answer.says("Nothing was changed."),
        "{}",
        answer.text()
    );
    assert_eq!(site.everything(), before);
}

fn works_again(client: &Client) {
    assert_eq!(add(client, "found").status, 303);
}

/// Makes PostgreSQL answer the next row of users with that error, as it does itself.
fn fail_inserts(site: &Site, how: &str) {
    site.sql(&format!(
        "create function fail() returns trigger language plpgsql as $$ begin {how}; return new; end $$"
    ));
    site.sql("create trigger fail before insert on users for each row execute function fail()");
}

/// Those of the program: they keep what they began with.
fn end_sessions(url: &SecretString) {
    let superuser = Db::new(&as_superuser(url), Purpose::Maintenance, 1);
    superuser
        .read(|connection| {
            connection.batch_execute(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and usename = 'user_accounts_program'",
            )
        })
        .unwrap();
}

#[test]
fn a_lock_that_somebody_else_holds_is_waited_for_for_two_seconds() {
    let (site, client) = company();
    let other = site.owner.clone();
    let (locked, is_locked) = std::sync::mpsc::channel();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    scope(|scope| {
        scope.spawn(move || {
            other
                .write(|tx| {
                    tx.batch_execute("select from accounts for update")?;
                    locked.send(()).unwrap();
                    is_done.recv().unwrap();
                    Ok::<_, diesel::result::Error>(())
                })
                .unwrap();
        });
        is_locked.recv().unwrap();
        let start = Instant::now();
        refused(&site, &client);
        assert!(start.elapsed() > Duration::from_millis(1_900));
        // Reading goes on.
        assert_eq!(client.get("/users").status, 200);
        done.send(()).unwrap();
    });
    works_again(&client);
}

#[test]
fn a_statement_that_takes_too_long_is_cut_off() {
    let (site, client) = company();
    fail_inserts(&site, "perform pg_sleep(30)");
    refused(&site, &client);
    site.sql("drop trigger fail on users");
    works_again(&client);
}

#[test]
fn a_full_disk_and_a_deadlock_are_pages() {
    for (state, message) in [
        (
            "53100",
            "could not extend file \"base/5/16384\": No space left on device",
        ),
        (
            "53100",
            "could not write to file \"pg_wal/xlogtemp.7\": No space left on device",
        ),
        ("40P01", "deadlock detected"),
        (
            "40001",
            "could not serialize access due to concurrent update",
        ),
        ("53200", "out of memory"),
        ("57P03", "the database system is shutting down"),
    ] {
        let (site, client) = company();
        fail_inserts(
            &site,
            &format!("raise exception '{message}' using errcode = '{state}'"),
        );
        refused(&site, &client);
        site.sql("drop trigger fail on users");
        works_again(&client);
    }
}

#[test]
fn a_database_that_only_reads_still_shows_its_pages() {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 6), |_| {});
    site.company("Acme", "acme.example", 500);
    let client = site.signed_in("boss@acme.example");
    let name = site.value("current_database()");
    site.sql(&format!(
        "alter database {name} set default_transaction_read_only = on"
    ));
    end_sessions(&url);
    let start = Instant::now();
    while client.get("/users").status != 200 {
        assert!(start.elapsed() < AT_MOST);
    }
    refused(&site, &client);
    let stranger = site.client();
    assert_eq!(stranger.get("/sign-in").status, 200);
    let answer = stranger.post(
        "/sign-in",
        &[("username", "boss@acme.example"), ("password", "no")],
    );
    assert_eq!(answer.status, 503, "{}", answer.text());
    site.owner
        .read(|connection| {
            connection.batch_execute(&format!(
                "set default_transaction_read_only = off; alter database {name} reset default_transaction_read_only"
            ))
        })
        .unwrap();
    end_sessions(&url);
    let start = Instant::now();
    while add(&client, "found").status != 303 {
        assert!(start.elapsed() < AT_MOST);
    }
}

#[test]
fn too_many_clients_are_a_page() {
    let url = fresh_database_url();
    let owner = Db::new(&as_owner(&url), Purpose::Serving, 2);
    let name = |db: &Db| {
        use diesel::prelude::*;
        db.read(|c| {
            diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(
                "current_database()::text",
            ))
            .get_result::<String>(c)
        })
        .unwrap()
    };
    let name = name(&owner);
    let limit = |count: i32| {
        owner
            .read(|c| c.batch_execute(&format!("alter database {name} connection limit {count}")))
            .unwrap();
    };
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 6), |_| {});
    site.company("Acme", "acme.example", 500);
    let client = site.signed_in("boss@acme.example");
    limit(0);
    end_sessions(&url);
    let start = Instant::now();
    let answer = client.get("/users");
    assert!(start.elapsed() < AT_MOST);
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(site.client().get("/readyz").status, 503);
    assert_eq!(site.client().get("/healthz").status, 200);
    limit(-1);
    let start = Instant::now();
    while client.get("/users").status != 200 {
        assert!(start.elapsed() < AT_MOST);
    }
    works_again(&client);
}

#[test]
fn when_every_connection_is_busy_the_excess_is_told_and_the_rest_is_served() {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 3), |_| {});
    site.company("Acme", "acme.example", 500);
    let client = site.signed_in("boss@acme.example");
    fail_inserts(&site, "perform pg_sleep(2.5)");
    let answers: Vec<(u16, Duration)> = scope(|scope| {
        let asked: Vec<_> = (0..9)
            .map(|number| {
                let client = client.again();
                scope.spawn(move || {
                    let start = Instant::now();
                    let answer = add(&client, &format!("p{number}"));
                    (answer.status, start.elapsed())
                })
            })
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    for (status, took) in &answers {
        assert!(
            [303, 503].contains(status) && *took < AT_MOST,
            "{answers:?}"
        );
    }
    let added = answers.iter().filter(|(status, _)| *status == 303).count();
    assert!((1..9).contains(&added), "{answers:?}");
    assert_eq!(
        usize::try_from(site.count("users where username like 'p%@acme.example'")).unwrap(),
        added,
        "who was told so is in, and nobody else"
    );
    assert_eq!(client.get("/users").status, 200);
}
