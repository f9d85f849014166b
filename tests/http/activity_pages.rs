//! Reading on in the account's activity and in the history of one user.

use crate::client::Answer;
use crate::site::Site;

/// Where the pager leads on to.
fn older(page: &Answer) -> Option<String> {
    let link = page.body.split("rel=\"next\" href=\"").nth(1)?;
    let href = link.split('"').next()?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

/// The newest line of a page, as it was written by [`written`].
fn newest(page: &Answer) -> String {
    let title = page.body.split("Title: nothing → ").nth(1);
    title.map_or_else(String::new, |rest| {
        rest.split(|letter: char| !letter.is_ascii_digit())
            .next()
            .unwrap()
            .to_string()
    })
}

/// So many lines about one user, numbered.
fn written(site: &Site, id: uuid::Uuid, lines: i64) {
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at)
         select account_id, id, 'staff', 'user_edited', jsonb_build_object('changes', jsonb_build_array(
                    jsonb_build_object('field', 'Title', 'before', '', 'after', n::text))), now()
         from users, generate_series(1, {lines}) as n where id = '{id}' order by n"
    ));
}

#[test]
fn a_history_that_fills_its_page_exactly_leads_to_no_empty_one() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    for (lines, links) in [(99, 0), (100, 0), (101, 1)] {
        let missing = lines - site.count(&format!("events where user_id = '{ann}'"));
        site.sql(&format!(
            "insert into events (account_id, user_id, actor, actor_user_id, kind, details, happened_at)
             select account_id, id, 'user', id, 'signed_out', '{{}}', now()
             from users, generate_series(1, {missing}) where id = '{ann}'"
        ));
        let page = client.get(&format!("/users/{ann}/history"));
        assert_eq!(
            page.body.matches("rel=\"next\"").count(),
            links,
            "{lines} lines"
        );
    }
}

#[test]
fn a_place_in_the_history_is_sealed_and_a_broken_or_foreign_one_is_the_first_page() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let globex = site.company("Globex", "globex.example", 9);
    let gus = site.person(globex, "gus@globex.example", false);
    let client = site.signed_in("boss@acme.example");
    let theirs = site.signed_in("boss@globex.example");
    written(&site, gus, 205);
    written(&site, ann, 205);
    for (path, foreign) in [
        ("/activity".to_string(), "/activity".to_string()),
        (
            format!("/users/{ann}/history"),
            format!("/users/{gus}/history"),
        ),
    ] {
        let first = client.get(&path);
        assert_eq!(newest(&first), "205", "{path}");
        let next = older(&first).unwrap();
        let place = next.split("older_than=").nth(1).unwrap();
        assert!(place.len() > 40, "a number could be read: {next}");
        let second = client.get(&next);
        assert_eq!(newest(&second), "105", "{next}");
        assert!(second.body.contains("rel=\"prev\""));
        assert_eq!(newest(&client.get(&older(&second).unwrap())), "5");
        // A plain number, one letter changed, the place of another company, and no place at all.
        let number = site.value("select (max(id) - 50)::text from events");
        let from = if place.starts_with('A') { 'B' } else { 'A' };
        let changed = format!("{from}{}", &place[1..]);
        let other = older(&theirs.get(&foreign)).unwrap();
        let other = other.split("older_than=").nth(1).unwrap();
        for broken in [number.as_str(), &changed, other, "", "x"] {
            let page = client.get(&format!("{path}?older_than={broken}"));
            assert_eq!(page.status, 200, "{broken}");
            assert_eq!(newest(&page), "205", "{path}: {broken}");
            assert!(!page.body.contains("rel=\"prev\""), "{path}: {broken}");
        }
    }
}
