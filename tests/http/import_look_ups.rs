//! `Import a list`: the look-ups in other accounts, which everybody of the account shares.

use std::sync::mpsc::channel;
use std::thread::scope;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use user_accounts::db;

use crate::client::Client;
use crate::imports::{check, company, import};
use crate::site::Site;

/// Another account has `people` addresses at the same domain.
fn taken(site: &Site, people: usize) -> String {
    let globex = site.company("Globex", "globex.example", 100);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    (0..people)
        .map(|number| {
            let address = format!("taken{number}@acme.example");
            site.newcomer(globex, &address);
            format!("{address},Tom,Taken\n")
        })
        .collect()
}

/// Adds somebody whose address is taken elsewhere; how long the answer took.
fn add_one_taken(client: &Client) -> Duration {
    let start = Instant::now();
    let fields = [
        ("username", "taken0@acme.example"),
        ("first_name", "Tom"),
        ("last_name", "Taken"),
    ];
    let page = client.post("/users", &fields);
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.says("Email address is already in use"));
    start.elapsed()
}

/// Does `meanwhile` while nobody can write lines of imports.
fn while_lines_are_held(site: &Site, first: impl FnOnce() + Send, meanwhile: impl FnOnce()) {
    let (held, is_held) = channel();
    let (end, may_end) = channel::<()>();
    let owner = &site.owner;
    scope(|scope| {
        // Dropped here also by a panic: nothing is held for ever.
        let end = end;
        scope.spawn(move || {
            owner
                .write(|tx| {
                    tx.batch_execute("lock table import_lines in exclusive mode")?;
                    held.send(()).unwrap();
                    may_end.recv().unwrap();
                    Ok::<_, db::Error>(())
                })
                .unwrap();
        });
        is_held.recv().unwrap();
        let waiting = scope.spawn(first);
        let start = Instant::now();
        while site.count("pg_locks where relation = 'import_lines'::regclass and not granted") == 0
        {
            assert!(start.elapsed() < Duration::from_secs(10), "nothing waits");
            std::thread::sleep(Duration::from_millis(5));
        }
        meanwhile();
        end.send(()).unwrap();
        waiting.join().unwrap();
    });
}

#[test]
fn a_list_that_is_being_checked_keeps_nobody_from_adding() {
    let (site, _, client) = company();
    let list = taken(&site, 3);
    let other = client.again();
    while_lines_are_held(
        &site,
        move || {
            check(&client, &list);
        },
        || {
            let took = add_one_taken(&other);
            assert!(took < Duration::from_millis(1_000), "{took:?}");
        },
    );
    assert_eq!(site.count("import_lines where verdict = 'refused'"), 3);
    // Three and one.
    assert_eq!(site.count("address_conflicts"), 4);
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'elsewhere'"),
        "4"
    );
}

#[test]
fn what_a_check_did_not_write_down_is_no_refusal() {
    let (site, _, client) = company();
    let list = taken(&site, 3);
    site.sql("create function fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$");
    site.sql(
        "create trigger fail before insert on import_lines for each row execute function fail()",
    );
    let answer = client.upload("/imports", &[("list", None, list.as_bytes())]);
    assert_eq!(answer.status, 500);
    assert_eq!(site.count("address_conflicts"), 0);
    assert_eq!(site.count("refusals where kind = 'elsewhere'"), 0);
    assert_eq!(site.count("imports"), 0);
    site.sql("drop trigger fail on import_lines");
    check(&client, &list);
    assert_eq!(site.count("address_conflicts"), 3);
}

#[test]
fn a_run_is_refused_what_was_taken_since_and_told_why_within_the_budget() {
    let (site, _, client) = company();
    let list: String = (0..35)
        .map(|number| format!("taken{number}@acme.example,Tom,Taken\n"))
        .collect();
    site.sql("update accounts set seats = 100");
    let path = check(&client, &format!("{list}free@acme.example,Fay,Free\n"));
    assert_eq!(site.count("import_lines where verdict = 'add'"), 36);
    taken(&site, 35);
    let done = import(&site, &client, &path);
    assert!(
        done.says("1 added") && done.says("35 refused"),
        "{}",
        done.text()
    );
    for (reason, lines) in [
        (
            "Email address is already in use. Nobody in your account has it",
            30,
        ),
        (
            "This address cannot be added now, because many addresses",
            5,
        ),
    ] {
        assert_eq!(
            site.count(&format!(
                "import_lines where outcome = 'refused' and reason like '{reason}%'"
            )),
            lines
        );
    }
    assert_eq!(site.count("address_conflicts"), 31);
    assert_eq!(site.count("users where username = 'free@acme.example'"), 1);
}
