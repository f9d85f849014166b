//! `Import a list`: the run, under races of every kind.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use user_accounts::{clock, imports};

use crate::imports::{check, company, import, run};

#[test]
fn pressed_twice_and_in_two_windows_it_runs_once() {
    let (site, _, client) = company();
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let again = client.again();
    for window in [&client, &again, &client] {
        assert_eq!(window.post(&path, &[("people", "2")]).status, 303);
    }
    run(&site);
    assert_eq!(client.post(&path, &[("people", "2")]).status, 303);
    run(&site);
    assert_eq!(site.count("users where username <> 'boss@acme.example'"), 2);
    assert_eq!(site.count("mails"), 2);
    assert_eq!(site.count("events where kind = 'import_started'"), 1);
    // The same list again finds them all there.
    let second = client.get(&check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    ));
    assert!(
        second.says("2 unchanged") && second.says("There is nothing to import on this list"),
        "{}",
        second.text()
    );
}

#[test]
fn what_another_account_took_between_check_and_run_is_refused_without_naming_it() {
    let (site, _, client) = company();
    let globex = site.company("Globex", "globex.example", 20);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    site.person(globex, "nora@acme.example", false);
    let done = import(&site, &client, &path);
    assert!(
        done.says("1 added")
            && done.says("1 refused")
            && done.says("Email address is already in use."),
        "{}",
        done.text()
    );
    assert!(!done.body.contains("Globex"));
    assert_eq!(site.count("users where username = 'nora@acme.example'"), 1);
}

#[test]
fn several_programs_carry_one_import_out_once_and_tell_how_far_it_is() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 5000");
    let list: String = (0..2_500)
        .map(|n| format!("p{n}@acme.example,Pat,Poe\n"))
        .collect();
    let path = check(&client, &list);
    assert_eq!(client.post(&path, &[("people", "2500")]).status, 303);
    // A program that stops after the first batch leaves the rest.
    assert!(imports::run_next(&site.db, clock::now()).unwrap());
    let page = client.get(&path);
    assert!(
        page.says("1,000 of 2,500 done") && page.body.contains("data-refresh"),
        "{}",
        page.text()
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (stop, stopping) = watch::channel(false);
        let programs: Vec<_> = (0..3)
            .map(|_| tokio::spawn(imports::carry_on(site.db.clone(), stopping.clone())))
            .collect();
        let start = Instant::now();
        while site.count("imports where state = 'done'") == 0 {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the import does not end"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.send(true).unwrap();
        for program in programs {
            program.await.unwrap();
        }
    });
    assert_eq!(site.count("users"), 2_501);
    assert_eq!(site.count("mails"), 2_500);
    assert_eq!(
        site.count("events where kind = 'user_added' and actor = 'user'"),
        2_500
    );
    assert_eq!(site.count("events where kind = 'import_finished'"), 1);
    let last = client.get(&format!("{path}?page=24"));
    assert!(last.says("p2499 @acme.example") && last.says("All 2,500 done"));
}

/// Has the database do `what` for each new user, before anything else is done about them.
fn for_each_new_user(site: &crate::site::Site, what: &str) {
    site.sql(&format!(
        "create function odd() returns trigger language plpgsql as $odd$ begin {what} return new; end $odd$"
    ));
    site.sql("create trigger odd before insert on users for each row execute function odd()");
}

#[test]
fn a_line_that_cannot_be_imported_costs_no_other_list_a_line_whichever_program_has_which_in_hand() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 5000");
    for_each_new_user(
        &site,
        "if new.username like 'odd%' then raise exception 'odd'; end if;",
    );
    let odd: String = (0..40)
        .map(|n| format!("odd{n}@acme.example,Pat,Poe\n"))
        .collect();
    let odd = check(&client, &odd);
    let even: Vec<String> = (0..20)
        .map(|list| {
            let lines = (0..3).map(|n| format!("even{list}-{n}@acme.example,Pat,Poe\n"));
            check(&client, &lines.collect::<String>())
        })
        .collect();
    assert_eq!(client.post(&odd, &[("people", "40")]).status, 303);
    for path in &even {
        assert_eq!(client.post(path, &[("people", "3")]).status, 303);
    }
    let odd_id = odd.rsplit('/').next().unwrap();
    // Another program has the first list in hand, off and on.
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let pauses = (0..).map(|turn: u64| turn * 7 % 23);
            for pause in pauses.map(Duration::from_millis) {
                if is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                std::thread::sleep(pause);
                // Waits for its turn, and has it for a moment.
                site.sql(&format!(
                    "with held as materialized (select from imports where id = '{odd_id}' for update)
                     select pg_sleep(0.005) from (select count(*) from held) as counted"
                ));
            }
        });
        let start = Instant::now();
        while site.count("imports where state = 'running'") > 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "they do not end");
            imports::run_next(&site.db, clock::now()).unwrap();
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(site.count("users where username like 'even%'"), 60);
    assert!(client.get(&odd).says("40 refused"));
    for path in &even {
        assert!(client.get(path).says("3 added"));
    }
}

#[test]
fn a_list_goes_on_where_the_database_is_too_slow_for_a_whole_batch() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 5000");
    // 60 lines take longer than a statement may, 50 do not.
    for_each_new_user(&site, "perform pg_sleep(0.07);");
    let list: String = (0..60)
        .map(|n| format!("p{n}@acme.example,Pat,Poe\n"))
        .collect();
    let path = check(&client, &list);
    assert_eq!(client.post(&path, &[("people", "60")]).status, 303);
    let start = Instant::now();
    while site.count("imports where state = 'done'") == 0 {
        assert!(
            start.elapsed() < Duration::from_secs(40),
            "it does not go on"
        );
        // Out of time is told, and tried again as `carry_on` does.
        let _ = imports::run_next(&site.db, clock::now());
    }
    assert!(client.get(&path).says("60 added"));
}
