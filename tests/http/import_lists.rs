//! `Import a list`: lists that were handed in are found again, and those that were not run go in time.

use time::Duration;
use user_accounts::clock;
use user_accounts::housekeeping::keep_house;

use crate::imports::{check, company, import};

const UNRUN: &str = "Lists checked and not run";
const RAN: &str = "Lists that ran";

#[test]
fn lists_that_were_checked_and_those_that_ran_are_found_again_where_a_list_is_handed_in() {
    let (site, acme, client) = company();
    site.company("Globex", "globex.example", 9);
    let page = client.get("/imports/new");
    assert!(!page.says(UNRUN) && !page.says(RAN), "{}", page.text());

    let first = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let second = check(&client, "kim@acme.example,Kim,Koe\n");
    let before = site.value("select string_agg(i::text || l::text, '') from imports i join import_lines l on l.import_id = i.id");
    site.person(acme, "ada@acme.example", true);
    let other = site.signed_in("ada@acme.example");
    let page = other.get("/imports/new");
    let text = page.text();
    assert!(page.says(UNRUN) && !page.says(RAN), "{text}");
    assert!(page.says("2 lines , by Boss Tester, today "), "{text}");
    assert!(page.says("1 line , by Boss Tester, today "), "{text}");
    let place = |path: &str| page.body.find(&format!("href=\"{path}\"")).unwrap();
    assert!(place(&second) < place(&first), "the newest first");
    assert!(
        client
            .get(&first)
            .says("Unless you run it, this list is deleted on "),
        "{}",
        client.get(&first).text()
    );
    assert_eq!(
        site.value("select string_agg(i::text || l::text, '') from imports i join import_lines l on l.import_id = i.id"),
        before,
        "looking changes nothing"
    );

    import(&site, &client, &first);
    assert!(!client.get(&first).says("this list is deleted on "));
    let page = client.get("/imports/new");
    assert!(
        page.says(UNRUN) && page.says(RAN) && page.says("2 lines , by Boss Tester, today "),
        "{}",
        page.text()
    );
    client.post(&second, &[("people", "1")]);
    let page = client.get("/imports/new");
    assert!(
        !page.says(UNRUN) && page.says(": under way"),
        "{}",
        page.text()
    );

    let page = site.signed_in("boss@globex.example").get("/imports/new");
    assert!(!page.says(UNRUN) && !page.says(RAN), "{}", page.text());
}

#[test]
fn every_list_that_is_kept_until_it_is_run_is_told_of_and_the_last_five_that_ran() {
    let (site, _, client) = company();
    let paths: Vec<String> = (0..7)
        .map(|n| check(&client, &format!("p{n}@acme.example,Pat,Poe\n")))
        .collect();
    let shown = || -> Vec<bool> {
        let page = client.get("/imports/new");
        let told = |path: &String| page.body.contains(&format!("href=\"{path}\""));
        paths.iter().map(told).collect()
    };
    assert_eq!(shown(), [true; 7]);
    site.sql("update imports set state = 'done', run_by = made_by, started_at = now(), finished_at = now()");
    assert_eq!(shown(), [false, false, true, true, true, true, true]);
    check(&client, "late@acme.example,Pat,Poe\n");
    // What was wrong with a list hides none of the others.
    let page = client.upload("/imports", &[("list", None, b"First name\nAnn")]);
    assert!(page.status == 422 && page.says(UNRUN), "{}", page.text());
}

#[test]
fn a_list_that_was_not_run_is_deleted_after_30_days_and_one_that_ran_stays() {
    let (site, _, client) = company();
    let unrun = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let done = check(&client, "kim@acme.example,Kim,Koe\n");
    import(&site, &client, &done);
    let running = check(&client, "jo@acme.example,Jo,Joe\n");
    client.post(&running, &[("people", "1")]);
    let now = clock::now();
    keep_house(&site.db, now + Duration::days(30) - Duration::hours(2));
    assert_eq!(site.count("imports"), 3);
    keep_house(&site.db, now + Duration::days(30) + Duration::minutes(1));
    assert_eq!(site.count("imports"), 2);
    assert_eq!(site.count("import_lines"), 2);
    let paths = [(&unrun, 404), (&done, 200), (&running, 200)];
    for (path, status) in paths {
        let id = path.rsplit('/').next().unwrap();
        assert_eq!(
            site.count(&format!("imports where id = '{id}'")),
            i64::from(status == 200)
        );
    }
    let client = site.signed_in("boss@acme.example");
    for (path, status) in paths {
        assert_eq!(client.get(path).status, status);
    }
}
