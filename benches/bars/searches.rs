//! P3: searches for rare, common and absent words, one to three of them.

use crate::captured::{Capture, Statement};
use crate::pgbench::{self, Script};
use crate::replay::with_parameters;
use crate::report::{Bar, Report, Row};
use crate::rounds::{Pairs, median};
use crate::site::{Site, texts};
use crate::wrk::{BROWSER, Load};

/// What is searched for, with what it stands for.
fn searches(site: &Site) -> Vec<(&'static str, String)> {
    let account = site.largest().account_id;
    let mut connection = site.connection();
    let mut one = |column: &str, order: &str| {
        texts(
            &mut connection,
            &format!(
                "select lower({column}) as text from users where account_id = '{account}' and active and {column} <> ''
                 group by 1 order by {order}, 1 limit 1"
            ),
        )
        .pop()
        .unwrap()
    };
    let common_name = one("first_name", "count(*) desc");
    let rare_name = one("last_name", "count(*)");
    let department = one("split_part(department, ' ', 1)", "count(*) desc");
    let both = texts(
        &mut connection,
        &format!(
            "select lower(first_name || '|' || last_name || '|' || split_part(department, ' ', 1)) as text from users
             where account_id = '{account}' and active and department <> '' order by md5(username) limit 1"
        ),
    )
    .pop()
    .unwrap();
    let words: Vec<&str> = both.split('|').collect();
    let part: String = words[1].chars().skip(1).take(4).collect();
    vec![
        ("typical: a last name", words[1].to_string()),
        ("part of a last name", part),
        ("the rarest last name", rare_name),
        ("the commonest first name", common_name.clone()),
        ("the commonest department", department.clone()),
        ("two letters", "an".to_string()),
        ("no match", "zzqxv".to_string()),
        ("first and last name", format!("{} {}", words[0], words[1])),
        ("two common words", format!("{common_name} {department}")),
        ("three words", words.join(" ")),
        ("two words, no match", format!("{common_name} zzqxv")),
    ]
}

/// Whether it counts the matches, or reads the page of them.
fn is_of_search(statement: &Statement) -> bool {
    ["search_text", "with known as"]
        .iter()
        .any(|words| statement.text.contains(words))
}

fn path(words: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    format!("/users?q={query}")
}

/// Measures it.
pub fn measure(site: &mut Site, report: &mut Report) {
    let searches = searches(site);
    let captured: Vec<Vec<Statement>> = Capture::during(site, |site, capture| {
        let client = site.client(site.largest());
        searches
            .iter()
            .map(|(_, words)| {
                let path = path(words);
                for _ in 0..30 {
                    assert_eq!(client.get(&path).status, 200);
                }
                let sent = capture.of(|_| assert_eq!(client.get(&path).status, 200));
                sent.into_iter().filter(is_of_search).collect()
            })
            .collect()
    });
    let (scripts, values): (Vec<String>, Vec<_>) = captured
        .iter()
        .enumerate()
        .map(|(number, sent)| with_parameters(sent, &format!("search{number}")))
        .unzip();
    let base = site.program().base.clone();
    let load = |connections| Load {
        base: &base,
        cookie: &site.largest().cookie,
        encoding: BROWSER,
        connections,
        seconds: site.options.seconds,
    };
    let mut slowest = (0.0, String::new());
    for (name, words) in &searches {
        let p95: Vec<f64> = (0..site.options.rounds)
            .map(|_| {
                Load {
                    seconds: 1.0,
                    ..load(1)
                }
                .run(&[path(words)])
                .p95
            })
            .collect();
        let p95 = median(&p95);
        println!("  {name} ({words}): p95 {p95:.1} ms");
        if p95 > slowest.0 {
            slowest = (p95, (*name).to_string());
        }
    }
    report.add(Row {
        bar: "P3",
        what: format!(
            "search, one connection: p95 of the slowest of {} ({}), ms",
            searches.len(),
            slowest.1
        ),
        ours: slowest.0,
        unit: "ms",
        limit: None,
        ratio: None,
        must: Bar::AtMost(10.0),
    });
    let all: Vec<String> = searches.iter().map(|(_, words)| path(words)).collect();
    let every = [Script::new(site, "search", 0, &scripts).with(values.concat())];
    let pairs = Pairs::measure(
        site.options.rounds,
        || load(8).run(&all).rate,
        || pgbench::run(site, &every, 8, site.options.seconds),
    );
    report.add(Row {
        bar: "P3",
        what: "all of them in turns, 8 connections; against pgbench with the searches' own SQL"
            .to_string(),
        ours: median(&pairs.ours),
        unit: "/s",
        limit: Some(median(&pairs.limit)),
        ratio: Some(pairs.ratio()),
        must: Bar::RatioAtLeast(0.5),
    });
    let typical = [Script::new(site, "typical", 0, &scripts[..1]).with(values[0].clone())];
    let rates: Vec<f64> = (0..site.options.rounds)
        .map(|_| pgbench::run(site, &typical, 8, site.options.seconds))
        .collect();
    report.add(Row {
        bar: "P3",
        what: "the SQL of a typical word by pgbench, 8 connections".to_string(),
        ours: median(&rates),
        unit: "/s",
        limit: None,
        ratio: None,
        must: Bar::AtLeast(500.0),
    });
}
