//! P9: memory of the program, and that nothing grows.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::report::{Bar, Report, Row};
use crate::site::{Administrator, PASSWORD, Site};
use crate::{adds, imports, machine};

/// Connections and sign-ins.
const PEOPLE: usize = 64;
/// Accounts of about a thousand people that are changed in turns, so that the last of the minutes has no more to
/// do than the first: each grows, is imported into and is reset once in some minutes.
const CHANGED: usize = 60;

fn row(what: impl Into<String>, ours: f64, unit: &'static str, must: Bar) -> Row {
    Row {
        bar: "P9",
        what: what.into(),
        ours,
        unit,
        limit: None,
        ratio: None,
        must,
    }
}

/// Idle, then after 64 people signed in and looked at the list over connections that stay open.
pub fn idle_and_signed_in(site: &mut Site, report: &mut Report) {
    site.restart();
    std::thread::sleep(Duration::from_secs(3));
    let pid = site.program().pid();
    report.add(row(
        "memory, idle",
        machine::resident(pid),
        "MB",
        Bar::AtMost(25.0),
    ));
    let kept: Mutex<Vec<Client>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..PEOPLE {
            let (site, kept) = (&*site, &kept);
            scope.spawn(move || {
                let client = site.client(site.largest());
                for _ in 0..20 {
                    assert_eq!(client.get("/users").status, 200);
                }
                client.cookie.replace(None);
                let person = &site.people[number % site.people.len()];
                // The hashing queue is shorter than so many at once: then one tries again, as people do.
                while client
                    .post("/sign-in", &[("username", person), ("password", PASSWORD)])
                    .status
                    != 303
                {
                    std::thread::sleep(Duration::from_millis(200));
                }
                kept.lock().unwrap().push(client);
            });
        }
    });
    report.add(row(
        format!("memory, {PEOPLE} connections open, as many sign-ins and 20 lists each"),
        machine::resident(pid),
        "MB",
        Bar::AtMost(120.0),
    ));
    report.add(row(
        "the most it was until then",
        machine::most_resident(pid),
        "MB",
        Bar::None,
    ));
}

/// People look, search, add, sign in, reset, import and export, all at once and for minutes.
pub fn mixed_minutes(site: &mut Site, report: &mut Report) {
    site.restart();
    let (pid, time) = (
        site.program().pid(),
        Duration::from_secs_f64(site.options.minutes * 60.0),
    );
    let (over, views) = (AtomicBool::new(false), AtomicUsize::new(0));
    let site = &*site;
    let changed = site.small_accounts(CHANGED);
    let begin = Instant::now();
    let samples: Vec<(f64, f64)> = std::thread::scope(|scope| {
        for number in 0..4 {
            let (over, views) = (&over, &views);
            scope.spawn(move || looker(site, number, over, views));
        }
        scope.spawn(|| changer(site, &changed, &over));
        let mut samples = Vec::new();
        while begin.elapsed() < time {
            std::thread::sleep(Duration::from_secs(2));
            samples.push((
                begin.elapsed().as_secs_f64() / time.as_secs_f64(),
                machine::resident(pid),
            ));
        }
        over.store(true, Ordering::Relaxed);
        samples
    });
    // The first fifth fills pools and caches. After it the medians of two halves are compared.
    let part = |from: f64, to: f64| {
        let values: Vec<f64> = samples
            .iter()
            .filter(|(at, _)| (from..to).contains(at))
            .map(|(_, mb)| *mb)
            .collect();
        crate::rounds::median(&values)
    };
    let (early, late) = (part(0.2, 0.6), part(0.6, 1.1));
    println!(
        "  {} views, {early:.1} MB, then {late:.1} MB",
        views.into_inner()
    );
    report.add(row(
        format!(
            "memory in {} mixed minutes (accounts of a thousand changed, imported into and reset, the one of 100,000 looked at and exported): the second half ÷ the first, after a fifth to settle",
            site.options.minutes
        ),
        late / early,
        "",
        Bar::AtMost(1.1),
    ));
    report.add(row(
        "the most it was in them",
        machine::most_resident(pid),
        "MB",
        Bar::None,
    ));
    report.add(row(
        "threads at their end",
        machine::threads(pid),
        "",
        Bar::None,
    ));
    report.add(row(
        "files and connections open at their end",
        machine::open_files(pid) as f64,
        "",
        Bar::None,
    ));
}

fn looker(site: &Site, number: usize, over: &AtomicBool, views: &AtomicUsize) {
    let client = site.client(&site.administrators[number]);
    let paths = [
        "/users",
        "/users?q=smith",
        "/users?sort=-last-sign-in",
        "/users/new",
        "/activity",
        "/users?show=inactive",
    ];
    let mut next = number;
    while !over.load(Ordering::Relaxed) {
        next += 1;
        assert_eq!(client.get(paths[next % paths.len()]).status, 200);
        views.fetch_add(1, Ordering::Relaxed);
        // People read what they see.
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn changer(site: &Site, accounts: &[Administrator], over: &AtomicBool) {
    let mut number = 0;
    while !over.load(Ordering::Relaxed) {
        number += 1;
        let by = &accounts[number / 10 % accounts.len()];
        let client = site.client(by);
        for each in 0..10 {
            adds::add(&client, &format!("mixed{number}x{each}"), &by.domain);
        }
        let guest = Client::new(&site.program().base);
        let person = &site.people[number % site.people.len()];
        let answer = guest.post("/sign-in", &[("username", person), ("password", PASSWORD)]);
        assert!(
            [303, 422, 429].contains(&answer.status),
            "{}",
            answer.text()
        );
        if number % 10 == 0 {
            imports::import(site, by, 500);
            imports::export(site, "active");
            assert_eq!(
                client
                    .post("/password-resets", &[("scope", "all_active")])
                    .status,
                303
            );
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
