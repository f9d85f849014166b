//! `Import a list`: who has a seat follows the choice, and the run does what the page said.

use crate::client::{Answer, Client};
use crate::imports::{check, company, import, run};
use crate::site::Site;

const THREE: &str = "a@acme.example,Ann,A\nb@acme.example,Bea,B\nc@acme.example,Cat,C\n";

/// Leaves a line out, or takes it in; the page after it.
fn choose(client: &Client, path: &str, line: &str, chosen: &str) -> Answer {
    let fields = [("line", line), ("chosen", chosen)];
    assert_eq!(client.post(&format!("{path}/choice"), &fields).status, 303);
    client.get(path)
}

/// What becomes of each line, as the table says.
fn verdicts(page: &Answer) -> Vec<String> {
    page.body
        .split("<td class=\"verdict\">")
        .skip(1)
        .map(|cell| {
            let span = cell.split("</span>").next().unwrap();
            span[span.rfind('>').unwrap() + 1..].to_string()
        })
        .collect()
}

fn says_all(page: &Answer, all: &[&str]) {
    for words in all {
        assert!(page.says(words), "{words}: {}", page.text());
    }
}

fn active(site: &Site) -> String {
    site.value("select string_agg(split_part(username, '@', 1), ' ' order by username) from users where active and not administrator")
}

#[test]
fn who_has_a_seat_follows_every_change_of_the_choice() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 3");
    let path = check(&client, THREE);
    let page = client.get(&path);
    assert_eq!(
        verdicts(&page),
        ["Will be added", "Will be added", "No seat is left"]
    );
    says_all(
        &page,
        &[
            "2 will be added",
            "1 without a seat",
            "3 seats are needed and 2 of 3 are free, so the last person who needs one cannot be imported.",
            "Leave out others instead, deactivate a user first, or ask Customer Success for 1 more seat.",
            "Import 2 people",
        ],
    );
    assert!(!page.says("refused"), "{}", page.text());
    assert_eq!(
        verdicts(&client.get(&format!("{path}?show=no_seat"))),
        ["No seat is left"]
    );
    assert_eq!(
        verdicts(&client.get(&format!("{path}?show=add"))),
        ["Will be added", "Will be added"]
    );

    let page = choose(&client, &path, "1", "no");
    assert_eq!(
        verdicts(&page),
        ["Left out", "Will be added", "Will be added"]
    );
    says_all(
        &page,
        &[
            "2 seats are needed and 2 of 3 are free.",
            "1 left out",
            "Import 2 people",
        ],
    );
    assert!(!page.says("without a seat") && !page.says("cannot be imported"));

    let page = choose(&client, &path, "1", "yes");
    assert_eq!(
        verdicts(&page),
        ["Will be added", "Will be added", "No seat is left"]
    );
    let done = import(&site, &client, &path);
    assert_eq!(verdicts(&done), ["Added", "Added", "Refused"]);
    says_all(
        &done,
        &[
            "2 added",
            "1 refused",
            "All 3 done",
            "No seat was free for this line.",
        ],
    );
    assert_eq!(active(&site), "a b");
    let file = client.get(&format!("{path}/refused.csv")).body;
    assert!(
        file.contains("c@acme.example,Cat,C,,,,,3,\"No seat was free for this line. Deactivate a user or ask Customer Success for more seats, then hand it in again.\""),
        "{file}"
    );
    let activity = client.get("/activity");
    says_all(&activity, &["finished: 2 added, 1 refused."]);
}

#[test]
fn seats_that_are_taken_or_freed_after_the_check_count_and_the_button_does_what_it_said() {
    let (site, acme, client) = company();
    site.sql("update accounts set seats = 3");
    let path = check(&client, THREE);
    let people = client.get(&path).field("people");
    assert_eq!(people, "2");
    // Somebody else adds a person while this window is open.
    let quick = site.person(acme, "quick@acme.example", false);
    assert_eq!(client.post(&path, &[("people", &people)]).status, 303);
    run(&site);
    let page = client.get(&path);
    says_all(
        &page,
        &[
            "or seats were taken or freed. Look at it again.",
            "3 seats are needed and 1 of 3 is free, so the last 2 people who need one cannot be imported.",
            "deactivate 2 users first, or ask Customer Success for 2 more seats.",
            "Import 1 person",
        ],
    );
    assert_eq!(active(&site), "quick");
    // The place is free again; that is not what the button said either.
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{quick}'"
    ));
    client.post(&path, &[("people", "1")]);
    run(&site);
    assert_eq!(active(&site), "");
    client.post(&path, &[("people", "2")]);
    // Too late for the page: the run says so itself, for each line that has none.
    site.person(acme, "quicker@acme.example", false);
    run(&site);
    let done = client.get(&path);
    assert_eq!(verdicts(&done), ["Added", "Refused", "Refused"]);
    says_all(&done, &["1 added", "2 refused"]);
    assert_eq!(
        done.text()
            .matches("No seat was free for this line.")
            .count(),
        2
    );
    assert_eq!(
        site.value("select active_users || '/' || seats from accounts"),
        "3/3"
    );
}

#[test]
fn a_seat_that_is_freed_during_the_run_goes_to_nobody_of_whom_the_page_said_otherwise() {
    let (site, acme, client) = company();
    site.sql("update accounts set seats = 3");
    let quick = site.person(acme, "quick@acme.example", false);
    let path = check(&client, THREE);
    client.post(&path, &[("people", "1")]);
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{quick}'"
    ));
    run(&site);
    assert_eq!(
        verdicts(&client.get(&path)),
        ["Added", "Refused", "Refused"]
    );
    assert_eq!(active(&site), "a");
}

#[test]
fn who_comes_back_needs_a_seat_and_who_takes_a_place_needs_none() {
    let (site, acme, client) = company();
    let bob = site.person(acme, "bob@acme.example", false);
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{bob}'"
    ));
    site.person(acme, "tom@acme.example", false);
    site.sql("update accounts set seats = 3");
    let list = "Username,First name,Last name,Replaces
a@acme.example,Ann,A,
bob@acme.example,Bob,Tester,
n@acme.example,Nora,N,tom@acme.example
";
    let path = check(&client, list);
    let page = client.get(&path);
    assert_eq!(
        verdicts(&page),
        ["Will be added", "No seat is left", "Will replace"]
    );
    says_all(
        &page,
        &[
            "1 will be added",
            "1 will replace",
            "1 without a seat",
            "2 seats are needed and 1 of 3 is free",
            "No seat is left Is inactive. Would come back with the details they had.",
            "Import 2 people",
        ],
    );
    let page = choose(&client, &path, "1", "no");
    assert_eq!(
        verdicts(&page),
        ["Left out", "Will be reactivated", "Will replace"]
    );
    let done = import(&site, &client, &path);
    assert_eq!(verdicts(&done), ["Left out", "Reactivated", "Added"]);
    assert_eq!(active(&site), "bob n");
}

#[test]
fn an_account_over_its_seats_is_told_how_many_and_may_still_replace() {
    let (site, acme, client) = company();
    for name in ["tom", "sam", "kim"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    site.sql("update accounts set seats = 2");
    let path = check(&client, THREE);
    let page = client.get(&path);
    says_all(
        &page,
        &[
            "3 seats are needed and none is free: 4 of 2 are in use.",
            "No seat is free. Nobody can be added or reactivated. Deactivate 5 users first, or ask Customer Success for 5 more seats.",
            "3 without a seat",
        ],
    );
    assert!(!page.body.contains("name=\"people\""), "there is no button");
    // Pressed all the same.
    client.post(&path, &[]);
    run(&site);
    says_all(
        &client.get(&path),
        &["No seat is free for anybody on this list."],
    );
    assert_eq!(site.count("imports where state = 'checked'"), 1);

    let path = check(
        &client,
        "Username,First name,Last name,Replaces\nn@acme.example,Nora,N,tom@acme.example\na@acme.example,Ann,A,\n",
    );
    says_all(
        &client.get(&path),
        &[
            "Import 1 person",
            "1 without a seat",
            "No seat is free. Only those who replace somebody can be imported. For the others deactivate 3 users first,",
        ],
    );
    let done = import(&site, &client, &path);
    assert_eq!(verdicts(&done), ["Added", "Refused"]);
    assert_eq!(active(&site), "kim n sam");
}

#[test]
fn ten_thousand_lines_and_five_thousand_seats_are_told_apart_on_every_page() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 5001");
    let list: String = (0..10_000)
        .map(|n| format!("p{n}@acme.example,Pat,Poe\n"))
        .collect();
    let path = check(&client, &list);
    let page = client.get(&format!("{path}?page=49"));
    assert!(
        verdicts(&page)
            .iter()
            .all(|verdict| verdict == "Will be added")
    );
    let page = client.get(&format!("{path}?page=50"));
    assert!(
        verdicts(&page)
            .iter()
            .all(|verdict| verdict == "No seat is left")
    );
    says_all(
        &page,
        &[
            "10,000 seats are needed and 5,000 of 5,001 are free, so the last 5,000 people who need one cannot be imported.",
            "Import 5,000 people",
        ],
    );
    client.post(&path, &[("people", "5000")]);
    run(&site);
    says_all(
        &client.get(&path),
        &["5,000 added", "5,000 refused", "All 10,000 done"],
    );
}

#[test]
fn a_window_that_shows_other_people_than_are_chosen_by_now_imports_nobody() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 3");
    let path = check(&client, THREE);
    let shown = client.get(&path);
    let promised = [
        ("people", shown.field("people")),
        ("choice", shown.field("choice")),
    ];
    // In another window the first makes room for the last: as many people, and not the same.
    choose(&client, &path, "1", "no");
    let stale: Vec<(&str, &str)> = promised
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(client.post(&path, &stale).status, 303);
    run(&site);
    says_all(&client.get(&path), &["The choice was changed meanwhile"]);
    assert_eq!(active(&site), "");
    let page = client.get(&path);
    assert_eq!(page.field("people"), "2", "as before");
    let now = [
        ("people", page.field("people")),
        ("choice", page.field("choice")),
    ];
    let fresh: Vec<(&str, &str)> = now
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    client.post(&path, &fresh);
    run(&site);
    assert_eq!(active(&site), "b c");
}
