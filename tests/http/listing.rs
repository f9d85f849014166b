//! The list: filter, search, sort, pages.

use std::collections::BTreeSet;

use crate::client::{Answer, Client};
use crate::site::Site;

/// The usernames of a page, in order.
fn usernames(page: &Answer) -> Vec<String> {
    page.body
        .split("aria-label=\"Select ")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_string())
        .filter(|name| name.contains('@'))
        .collect()
}

/// The link with that text in the pager, if it is one.
fn pager_link(page: &Answer, text: &str) -> Option<String> {
    let end = page.body.find(&format!("\">{text}</a>"))?;
    let start = page.body[..end].rfind("href=\"")? + 6;
    let href = page.body[start..].split('"').next()?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

fn all_pages(client: &Client, first: &str, way: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(first.to_string());
    while let Some(next) = path {
        let page = client.get(&next);
        assert_eq!(page.status, 200, "{next}");
        path = pager_link(&page, way);
        pages.push(usernames(&page));
        assert!(pages.len() < 20, "the pages have no end");
    }
    pages
}

fn crowd(site: &Site) {
    let acme = site.company("Acme", "acme.example", 500);
    // Many equal names and moments, so that ties are in every order.
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, last_sign_in_at, created_at)
         select '{}', gen_random_uuid(), 'p' || n || '@acme.example', 'First' || n % 7, 'Last', 'p' || n, 'first' || n % 7 || ' last',
                case when n % 3 > 0 then now() - n % 5 * interval '1 day' end, now()
         from generate_series(1, 160) as n",
        acme.id
    ));
}

#[test]
fn ticks_in_the_address_go_along_to_other_pages_sorts_and_searches() {
    let site = Site::start();
    crowd(&site);
    let client = site.signed_in("boss@acme.example");
    let id = |number: u8| {
        site.value(&format!(
            "(select id::text from users where username = 'p{number}@acme.example')"
        ))
    };
    // The first stands on the first page, the second does not; the first came twice.
    let ticks = [format!("user={}", id(10)), format!("user={}", id(99))];
    let list = format!("/users?{}&{}&{}", ticks[0], ticks[1], ticks[0]);
    let carries = |address: &str| ticks.iter().all(|tick| address.matches(tick).count() == 1);
    let page = client.get(&list);
    assert_eq!(page.status, 200);
    let next = pager_link(&page, "Next").unwrap();
    for words in ["Username", "Name", "Last sign-in"] {
        let sorted = pager_link(&page, words).unwrap();
        assert!(
            sorted.starts_with("/users?sort=") && carries(&sorted),
            "{sorted}"
        );
    }
    assert!(page.body.contains("2 kept, 1 of them not on this page."));
    // Both are fields of the search, and who is not on the page is one of what the buttons act on.
    let fields = |page: &Answer| {
        page.body
            .matches("<input type=\"hidden\" name=\"user\"")
            .count()
    };
    assert_eq!(fields(&page), 3);
    assert!(next.contains("after=") && carries(&next), "{next}");
    let second = client.get(&next);
    assert!(second.body.contains("2 kept, none of them on this page."));
    assert_eq!(fields(&second), 4);
    assert!(carries(&pager_link(&second, "Previous").unwrap()));
    // Nothing is carried where nobody is ticked, and none to the other side.
    let plain = client.get("/users");
    assert_eq!(fields(&plain), 0);
    assert!(!pager_link(&plain, "Next").unwrap().contains("user="));
    assert!(plain.body.contains("Keep these ticks"));
}

#[test]
fn every_row_is_on_exactly_one_page_in_every_order_both_ways() {
    let site = Site::start();
    crowd(&site);
    let client = site.signed_in("boss@acme.example");
    for sort in [
        "username",
        "-username",
        "name",
        "-name",
        "last-sign-in",
        "-last-sign-in",
    ] {
        let forwards = all_pages(&client, &format!("/users?sort={sort}"), "Next");
        let rows: Vec<&String> = forwards.iter().flatten().collect();
        assert_eq!(rows.len(), 161, "{sort}");
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), 161, "{sort}");
        assert_eq!(
            forwards.iter().map(Vec::len).collect::<Vec<_>>(),
            [50, 50, 50, 11],
            "{sort}"
        );
        let never: Vec<bool> = rows
            .iter()
            .map(|name| {
                name.strip_prefix('p')
                    .and_then(|n| n.split('@').next()?.parse::<u32>().ok())
                    .is_some_and(|n| n % 3 == 0)
            })
            .collect();
        if sort.ends_with("last-sign-in") {
            assert!(
                never.iter().rev().take(53).all(|never| *never),
                "never is last: {sort}"
            );
        }
        // And back again from the last page.
        let mut path = format!("/users?sort={sort}");
        for _ in 0..3 {
            path = pager_link(&client.get(&path), "Next").unwrap();
        }
        let backwards = all_pages(&client, &path, "Previous");
        let turned: Vec<Vec<String>> = backwards.into_iter().rev().collect();
        assert_eq!(turned, forwards, "{sort}");
    }
}

#[test]
fn a_page_is_stable_when_rows_come_and_go_before_it() {
    let site = Site::start();
    crowd(&site);
    let client = site.signed_in("boss@acme.example");
    let next = pager_link(&client.get("/users"), "Next").unwrap();
    assert!(!next.contains("acme"), "no address in a URL: {next}");
    let before = usernames(&client.get(&next));
    site.sql("update users set active = false, deactivated_at = now() where username in ('p100@acme.example', 'p101@acme.example')");
    client.post(
        "/users",
        &[
            ("username", "aaa@acme.example"),
            ("first_name", "A"),
            ("last_name", "A"),
        ],
    );
    assert_eq!(usernames(&client.get(&next)), before);
    assert_eq!(client.get("/users?after=made-up").status, 200);
}

#[test]
fn search_finds_parts_of_words_in_any_order_without_accents_and_takes_wildcards_literally() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    for (username, first, last, title) in [
        ("zoe@acme.example", "Zoë", "Müller-Straße", "Buyer"),
        ("o.neil@acme.example", "Ann", "O’Neil", "100% Sales"),
        ("a_b@acme.example", "Al", "Berg", "Clerk"),
    ] {
        let fields = [
            ("username", username),
            ("first_name", first),
            ("last_name", last),
            ("title", title),
        ];
        assert_eq!(client.post("/users", &fields).status, 303, "{username}");
    }
    for (q, found) in [
        ("mull", "zoe@acme.example"),
        ("STRASSE zo", "zoe@acme.example"),
        ("buy müll", "zoe@acme.example"),
        ("100%", "o.neil@acme.example"),
        ("a_b", "a_b@acme.example"),
        ("%", "o.neil@acme.example"),
        ("_", "a_b@acme.example"),
        ("o.neil@acme", "o.neil@acme.example"),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let page = client.get(&format!("/users?q={query}"));
        assert_eq!(usernames(&page), [found], "{q}");
        assert!(page.says("1 user matches") && page.field("q") == q, "{q}");
    }
    assert_eq!(client.get("/users?q=a%00b").status, 400);
}

#[test]
fn no_match_here_but_one_on_the_other_side_says_so() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    let client = site.signed_in("boss@acme.example");
    let page = client.get("/users?q=gone");
    assert!(
        page.says("No user matches") && page.says("1 inactive user matches: Gone Tester"),
        "{}",
        page.text()
    );
    assert!(
        page.body.contains("/users?show=inactive&#38;q=gone")
            || page.body.contains("/users?show=inactive&amp;q=gone")
    );
    assert_eq!(
        usernames(&client.get("/users?show=inactive&q=gone")),
        ["gone@acme.example"]
    );
}

#[test]
fn nothing_of_another_account_is_shown_or_counted() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let globex = site.company("Globex", "globex.example", 9);
    site.person(globex, "secret@globex.example", false);
    let client = site.signed_in("boss@acme.example");
    for path in [
        "/users",
        "/users?q=secret",
        "/users?show=inactive",
        "/account",
        "/users?sort=-last-sign-in",
    ] {
        let page = client.get(path);
        assert!(
            !page.body.contains("globex")
                && !page.body.contains("Globex")
                && !page.body.contains("Secret"),
            "{path}"
        );
    }
    assert!(client.get("/users").says("1 active, 0 inactive"));
}

#[test]
fn markup_in_a_name_is_shown_as_text() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let name = "<script>alert(1)</script>";
    client.post(
        "/users",
        &[
            ("username", "x@acme.example"),
            ("first_name", name),
            ("last_name", "\"><b>bold"),
        ],
    );
    for path in [
        "/users",
        &format!(
            "/users/{}",
            site.value("select id from users where username like 'x@%'")
        ),
    ] {
        let page = client.get(path);
        assert!(
            !page.body.contains("<script>alert") && !page.body.contains("<b>bold"),
            "{path}"
        );
        assert!(page.text().contains("<script>alert(1)</script>"), "{path}");
    }
}

#[test]
fn a_tab_names_the_page_and_the_product_once_each() {
    let title = |site: &Site, path: &str| {
        let page = site.signed_in("boss@acme.example").get(path);
        let start = page.body.find("<title>").unwrap() + "<title>".len();
        let end = page.body.find("</title>").unwrap();
        page.body[start..end].to_string()
    };
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    assert_eq!(title(&site, "/users"), "User Accounts");
    assert_eq!(title(&site, "/users/new"), "Add a User – User Accounts");
    assert_eq!(
        title(&site, "/imports/new"),
        "Import a list – User Accounts"
    );
    assert_eq!(title(&site, "/account"), "Account – User Accounts");
    let named = Site::start_with(|settings| settings.product_name = "Example Search".into());
    named.company("Acme", "acme.example", 9);
    assert_eq!(title(&named, "/users"), "User Accounts – Example Search");
    assert_eq!(title(&named, "/account"), "Account – Example Search");
}

#[test]
fn the_list_names_its_time_zone_and_on_paper_says_what_it_shows_and_when() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    site.sql("update accounts set time_zone = 'America/New_York'");
    let client = site.signed_in("boss@acme.example");
    let page = client.get("/users?q=boss");
    assert!(page.says("Times in the time zone America/New York."));
    let paper = page.body.split("class=\"on-paper\">").nth(1).unwrap();
    let paper = paper.split("</p>").next().unwrap();
    assert!(
        paper.starts_with("Active users: “boss”. As of ")
            && paper.ends_with(" (America/New York)."),
        "{paper}"
    );
}

#[test]
fn on_paper_a_page_says_what_part_it_is_and_dates_have_their_year() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 99);
    let client = site.signed_in("boss@acme.example");
    let paper = |path: &str| {
        let page = client.get(path).body;
        let words = page.split("class=\"on-paper\">").nth(1).unwrap();
        words.split("</p>").next().unwrap().to_string()
    };
    let all = "To have all of them, download the CSV.";
    assert!(!paper("/users").contains(all), "the whole list is there");
    for n in 0..60 {
        site.newcomer(acme, &format!("p{n:02}@acme.example"));
    }
    let part = paper("/users");
    assert!(part.contains(&format!("50 of 61 people. {all}")), "{part}");
    let part = paper("/users?q=p");
    assert!(part.contains("50 of 61 people."), "{part}");
    let page = client.get("/users").body;
    let year = site.value("select to_char(now(), 'YYYY')");
    let signed_in = page
        .split("class=\"last\" data-on-paper=\"")
        .nth(1)
        .unwrap();
    assert!(signed_in.split('"').next().unwrap().ends_with(&year));
    assert!(signed_in.split("</td>").next().unwrap().contains(">today "));
}
