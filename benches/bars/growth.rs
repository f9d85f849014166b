//! P4 and growth: the same acts with a thousand, ten thousand, a hundred thousand and a million users.

use std::time::{Duration, Instant};

use crate::plot::{Line, draw};
use crate::report::{Bar, Report, Row};
use crate::rounds::median;
use crate::site::{Site, texts};
use crate::support::smtp_sink::Sink;
use crate::wrk::{BROWSER, Load};
use crate::{adds, report};

/// What is done, in the order of the table.
const ACTS: [&str; 4] = ["list", "search", "add", "reset of 50 people"];
/// People of a reset: a page of the list.
const RESET: usize = 50;

/// Measures all sizes in turns.
pub fn measure(site: &mut Site, report: &mut Report, sink: &Sink) {
    let largest = site.options.users;
    let sizes: Vec<u64> = [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size < largest)
        .collect();
    let mut others: Vec<Site> = sizes
        .iter()
        .map(|size| Site::make(&site.options, *size, sink))
        .collect();
    let searched: Vec<String> = others.iter().chain([&*site]).map(last_name).collect();
    // By act, by size: a value a round.
    let mut seen = vec![vec![Vec::new(); sizes.len() + 1]; ACTS.len()];
    for round in 0..site.options.rounds {
        for act in 0..ACTS.len() {
            // Neither size is always the first after another act.
            for turn in 0..=sizes.len() {
                let place = (turn + round) % (sizes.len() + 1);
                let site = if place < others.len() {
                    &others[place]
                } else {
                    &*site
                };
                let value = match ACTS[act] {
                    "list" => view(site, "/users"),
                    "search" => view(site, &format!("/users?q={}", searched[place])),
                    "add" => adds::add_for(site, Duration::from_secs_f64(site.options.seconds)),
                    _ => resets(site),
                };
                site.until_mails_are_out();
                seen[act][place].push(value);
            }
        }
    }
    while let Some(other) = others.pop() {
        other.remove();
    }
    let all: Vec<u64> = sizes.into_iter().chain([largest]).collect();
    let medians: Vec<Vec<f64>> = seen
        .iter()
        .map(|of_act| of_act.iter().map(|values| median(values)).collect())
        .collect();
    let flatness = |act: usize| {
        let ratios: Vec<f64> = seen[act][all.len() - 1]
            .iter()
            .zip(&seen[act][0])
            .map(|(large, small)| large / small)
            .collect();
        median(&ratios)
    };
    for (act, name) in ACTS.iter().enumerate() {
        report.add(Row {
            bar: "P4",
            what: format!(
                "{name}, {} users; against {} users",
                report::grouped(largest),
                report::grouped(all[0])
            ),
            ours: medians[act][all.len() - 1],
            unit: "/s",
            limit: Some(medians[act][0]),
            ratio: Some(flatness(act)),
            must: if act == 0 {
                Bar::RatioAtLeast(0.9)
            } else {
                Bar::None
            },
        });
    }
    let lines: Vec<Line> = ACTS
        .iter()
        .zip(&medians)
        .map(|(name, values)| Line {
            name: (*name).to_string(),
            values: values.clone(),
        })
        .collect();
    report.grows(&all, &lines, &draw(&all, &lines));
}

/// Somebody's last name in the largest account.
fn last_name(site: &Site) -> String {
    let query = format!(
        "select lower(last_name) as text from users where account_id = '{}' and active
         and last_name ~ '^[A-Za-z]+$' order by md5(username) limit 1",
        site.largest().account_id
    );
    texts(&mut site.connection(), &query).pop().unwrap()
}

fn view(site: &Site, path: &str) -> f64 {
    Load {
        base: &site.program().base,
        cookie: &site.largest().cookie,
        encoding: BROWSER,
        connections: 8,
        seconds: site.options.seconds,
    }
    .run(&[path.to_string()])
    .rate
}

/// Resets of a page of people a second, one after another; of none who signs in to be measured.
fn resets(site: &Site) -> f64 {
    let who = site.largest();
    let query = format!(
        "select id::text as text from users where account_id = '{}' and active and not administrator
             and not exists (select from passwords where passwords.user_id = users.id)
         order by md5(username) limit {RESET}",
        who.account_id
    );
    let ids = texts(&mut site.connection(), &query);
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("user", id.as_str())).collect();
    fields.push(("scope", "selected"));
    let client = site.client(who);
    let (begin, mut done) = (Instant::now(), 0);
    while begin.elapsed().as_secs_f64() < site.options.seconds {
        let answer = client.post("/password-resets", &fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert!(answer.location.unwrap().starts_with("/password-resets/"));
        done += 1;
    }
    f64::from(done) / begin.elapsed().as_secs_f64()
}
