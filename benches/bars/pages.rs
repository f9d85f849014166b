//! The list: its first page beside a bare server with the same page (P1), any page in any order (P2),
//! and how many queries a view takes (P12).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use time::OffsetDateTime;
use user_accounts::users::Key;
use uuid::Uuid;

use crate::captured::{Capture, Statement, is_ping};
use crate::ceiling::Ceiling;
use crate::pgbench::{self, Script};
use crate::replay::{Fresh, script};
use crate::report::{Bar, Report, Row};
use crate::rounds::{Pairs, median};
use crate::site::Site;
use crate::wrk::{BROWSER, Load};

/// Rows on a page.
const PAGE: i64 = 50;
/// The page that the bar names.
const DEEP: i64 = 1_000;

/// Load on the list of the largest account.
fn load<'a>(site: &'a Site, base: &'a str) -> Load<'a> {
    Load {
        base,
        cookie: &site.largest().cookie,
        encoding: BROWSER,
        connections: 8,
        seconds: site.options.seconds,
    }
}

/// What one view of a page sends.
pub fn view(site: &mut Site, path: &str) -> Vec<Statement> {
    Capture::during(site, |site, capture| {
        let client = site.client(site.largest());
        // The connections, the session's minute and the prepared statements are no part of it.
        for _ in 0..30 {
            assert_eq!(client.get(path).status, 200);
        }
        capture.of(|_| assert_eq!(client.get(path).status, 200))
    })
}

/// P12.
pub fn count_queries(site: &mut Site, report: &mut Report) {
    for (what, path, most) in [
        ("queries of a view of the list", "/users", 3.0),
        ("queries of a view with a search", "/users?q=engineer", 4.0),
    ] {
        let sent = view(site, path);
        let pings = sent.iter().filter(|statement| is_ping(statement)).count();
        report.add(Row {
            bar: "P12",
            what: format!("{what} (and so often whether the connection lives: {pings})"),
            ours: (sent.len() - pings) as f64,
            unit: "",
            limit: None,
            ratio: None,
            must: Bar::AtMost(most),
        });
    }
}

/// P1, and how fast PostgreSQL alone answers the same SQL.
pub fn first_page(site: &mut Site, report: &mut Report) {
    let sent = view(site, "/users");
    let ceiling = Ceiling::start(site);
    assert_same_page(site, &ceiling);
    let paths = ["/users".to_string()];
    let rounds = site.options.rounds;
    for (what, encoding) in [
        ("as browsers ask for it", BROWSER),
        ("gzip", "gzip"),
        ("uncompressed", "identity"),
    ] {
        let ask = |base: &str| {
            Load {
                encoding,
                ..load(site, base)
            }
            .run(&paths)
            .rate
        };
        let pairs = Pairs::measure(rounds, || ask(&site.program().base), || ask(&ceiling.base));
        report.add(Row {
            bar: "P1",
            what: format!("list, first page, 8 connections, {what}; against a bare server with the same page and one query"),
            ours: median(&pairs.ours),
            unit: "/s",
            limit: Some(median(&pairs.limit)),
            ratio: Some(pairs.ratio()),
            must: if encoding == BROWSER { Bar::RatioAtLeast(0.6) } else { Bar::None },
        });
    }
    let alone = [Script::new(
        site,
        "list",
        0,
        &[script(&sent, &Fresh::default())],
    )];
    let rates: Vec<f64> = (0..rounds)
        .map(|_| pgbench::run(site, &alone, 8, site.options.seconds))
        .collect();
    report.add(Row {
        bar: "P1",
        what: "the SQL of that view by pgbench alone, 8 connections".to_string(),
        ours: median(&rates),
        unit: "/s",
        limit: None,
        ratio: None,
        must: Bar::None,
    });
}

/// The bare server draws what the program draws; only the sealed places differ, which are new each time.
fn assert_same_page(site: &Site, ceiling: &Ceiling) {
    let without_places = |body: &str| {
        body.split('"')
            .filter(|piece| !piece.contains("after="))
            .collect::<Vec<_>>()
            .join("\"")
    };
    let ours = site.client(site.largest()).get("/users").body;
    let other = crate::client::Client::new(&ceiling.base).get("/users").body;
    assert_eq!(without_places(&ours), without_places(&other));
}

#[derive(QueryableByName)]
struct AtRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_sign_in_at: Option<OffsetDateTime>,
}

/// P2: every order, both directions, in the middle and at the end, beside the first page of the same list:
/// the two sides do not show the same of a person.
pub fn deep_pages(site: &mut Site, report: &mut Report) {
    let base = site.program().base.clone();
    let mut lowest: Option<(f64, Pairs, String)> = None;
    for sort in [
        "username",
        "-username",
        "name",
        "-name",
        "last-sign-in",
        "-last-sign-in",
    ] {
        for show in ["active", "inactive"] {
            let list = format!("/users?show={show}&sort={sort}");
            let mut paths = Vec::new();
            for at in places(site, sort, show == "active") {
                for way in ["after", "before"] {
                    paths.push(format!("{list}&{way}={at}"));
                }
            }
            let first = [list];
            let pairs = Pairs::measure(
                site.options.rounds,
                || load(site, &base).run(&paths).rate,
                || load(site, &base).run(&first).rate,
            );
            let ratio = pairs.ratio();
            println!("  {show}, {sort}: {ratio:.2}");
            if lowest.as_ref().is_none_or(|(other, _, _)| ratio < *other) {
                lowest = Some((ratio, pairs, format!("{show}, {sort}")));
            }
        }
    }
    let (ratio, pairs, list) = lowest.unwrap();
    report.add(Row {
        bar: "P2",
        what: format!("pages 1,000 and last, both directions: the slowest of twelve lists (sides and orders: {list}); against the first page of it"),
        ours: median(&pairs.ours),
        unit: "/s",
        limit: Some(median(&pairs.limit)),
        ratio: Some(ratio),
        must: Bar::RatioAtLeast(0.9),
    });
}

/// Sealed places: the thousandth page (or the middle of a smaller list) and the last.
fn places(site: &Site, sort: &str, active: bool) -> Vec<String> {
    let mut connection = site.connection();
    let account = site.largest().account_id;
    let count: i64 = {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let row: Count = diesel::sql_query(
            "select count(*) as count from users where account_id = $1 and active = $2",
        )
        .bind::<diesel::sql_types::Uuid, _>(account)
        .bind::<Bool, _>(active)
        .get_result(&mut connection)
        .unwrap();
        row.count
    };
    let way = if sort.starts_with('-') { "desc" } else { "asc" };
    let order = match sort.trim_start_matches('-') {
        "username" => format!("username {way}"),
        "name" => format!("name_key {way}, id {way}"),
        _ => format!("last_sign_in_at {way} nulls last, id {way}"),
    };
    let deep = (PAGE * DEEP).min(count / 2);
    [deep, count - PAGE - 1]
        .into_iter()
        .map(|offset| {
            let row: AtRow = diesel::sql_query(format!(
                "select id, username, name_key, last_sign_in_at from users
                 where account_id = $1 and active = $2 order by {order} limit 1 offset $3"
            ))
            .bind::<diesel::sql_types::Uuid, _>(account)
            .bind::<Bool, _>(active)
            .bind::<BigInt, _>(offset)
            .get_result(&mut connection)
            .unwrap();
            site.seal().seal(
                account,
                &match sort.trim_start_matches('-') {
                    "username" => Key::Username(row.username),
                    "name" => Key::Name(row.name_key, row.id),
                    _ => Key::LastSignIn(row.last_sign_in_at, row.id),
                },
            )
        })
        .collect()
}
