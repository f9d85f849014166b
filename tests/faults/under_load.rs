//! Two accounts used at the same time over many connections: nobody ever sees the other's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use crate::site::Site;

/// Connections of each account.
const CONNECTIONS: usize = 32;

/// Uses both for `how_long`; says how many answers were looked at.
pub fn nothing_crosses(how_long: Duration) -> usize {
    let site = Site::start();
    let accounts = [("acme.example", "Quillwort7431"), ("globex.example", "Tamarisk9917")].map(|(domain, marker)| {
        let company = site.company(marker, domain, 90);
        for number in 0..20 {
            site.person(company, &format!("p{number}@{domain}"), false);
        }
        site.sql(&format!("update users set title = '{marker}', last_name = '{marker}' where username like '%@{domain}'"));
        let id = site.value(&format!("select id from users where username = 'p7@{domain}'"));
        (site.signed_in(&format!("boss@{domain}")), marker, id)
    });
    let answers = AtomicUsize::new(0);
    let end = Instant::now() + how_long;
    scope(|scope| {
        for (which, (client, own, id)) in accounts.iter().enumerate() {
            let other = accounts[1 - which].1;
            let theirs = accounts[1 - which].2.as_str();
            for connection in 0..CONNECTIONS {
                let (client, answers) = (client.again(), &answers);
                scope.spawn(move || {
                    let mut number = connection;
                    while Instant::now() < end {
                        number += 1;
                        let answer = match number % 8 {
                            0 => client.get("/users"),
                            1 => client.get("/users/new"),
                            2 => client.get(&format!("/users/{id}")),
                            3 => client.get("/users?q=p1"),
                            4 => client.get("/users.csv"),
                            5 => client.get("/account"),
                            6 => client
                                .post("/users", &[("username", "no address"), ("first_name", own)]),
                            _ => client.get(&format!("/users/{theirs}")),
                        };
                        let about_theirs = number % 8 == 7;
                        assert!(
                            !answer.body.contains(other),
                            "{own} was shown {other}: {}",
                            answer.text()
                        );
                        // 503: more at once than there is room for.
                        assert!(
                            [200, 404, 422, 503].contains(&answer.status),
                            "{}",
                            answer.status
                        );
                        assert_eq!(
                            answer.status == 404,
                            about_theirs && answer.status != 503,
                            "{}",
                            answer.status
                        );
                        if [200, 422].contains(&answer.status) {
                            assert!(answer.body.contains(own), "{}", answer.text());
                            answers.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        }
    });
    answers.into_inner()
}

#[test]
fn two_accounts_over_many_connections_never_see_each_other() {
    let answers = nothing_crosses(Duration::from_secs(4));
    assert!(answers > 100, "{answers}");
}
