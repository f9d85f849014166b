//! `Import a list`: lists that were handed in are found again, and those that were not run go in time.

use time::Duration;
use user_accounts::clock;
use user_accounts::housekeeping::keep_house;

use crate::imports::{HEAD, check, company, import, run};

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
    assert!(
        page.says("list.csv : 2 lines, by Boss Tester, today "),
        "{text}"
    );
    assert!(
        page.says("list.csv : 1 line, by Boss Tester, today "),
        "{text}"
    );
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
        page.says(UNRUN) && page.says(RAN) && page.says(" 2 people imported."),
        "{}",
        page.text()
    );
    client.post(&second, &[("people", "1")]);
    let page = client.get("/imports/new");
    assert!(
        !page.says(UNRUN) && page.says(" Under way."),
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
    site.sql("update imports set state = 'done', run_by = made_by, started_at = now(), finished_at = now(), imported = 1, refused = 0");
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

#[test]
fn a_list_goes_by_the_name_of_its_file_and_says_what_came_of_it() {
    let (site, _, client) = company();
    let hand_in = |name: Option<&str>, list: &str| {
        let field = if name.is_some() { "file" } else { "list" };
        client
            .upload("/imports", &[(field, name, list.as_bytes())])
            .location
            .unwrap()
    };
    let odd = "New <b>people</b>.csv";
    let list = format!("{HEAD}nora@acme.example,Nora,New,,,\nmax@elsewhere.example,Max,Moe,,,\n");
    let first = hand_in(Some(odd), &list);
    let pasted = hand_in(None, "kim@acme.example,Kim,Koe");
    let two = hand_in(None, "lou@acme.example,Lou,Loe\nmia@acme.example,Mia,Moe");
    hand_in(None, ",Kim,Koe");
    let page = client.get("/imports/new");
    assert!(page.says("New <b>people</b>.csv : 2 lines, by Boss Tester, today "));
    assert!(page.says("Pasted list: kim@acme.example : 1 line, by Boss Tester, today "));
    assert!(page.says("Pasted list: lou@acme.example … : 2 lines, by Boss Tester, today "));
    assert!(page.says("Pasted list : 1 line, by Boss Tester, today "));
    for (path, lead) in [
        (
            &pasted,
            "Pasted list: kim@acme.example: 1 line, handed in by",
        ),
        (
            &two,
            "Pasted list: lou@acme.example …: 2 lines, handed in by",
        ),
    ] {
        let page = client.get(path);
        assert!(page.says(lead), "{}", page.text());
    }
    // Whoever is erased is erased from the line, which the name is read from.
    site.sql("update import_lines set username = 'erased' where username = 'kim@acme.example'");
    assert!(
        client
            .get(&pasted)
            .says("Pasted list: 1 line, handed in by")
    );
    assert!(!client.get("/imports/new").body.contains("kim@acme.example"));
    assert!(
        client
            .get(&first)
            .says("New <b>people</b>.csv: 2 lines, handed in by Boss Tester,")
    );
    import(&site, &client, &first);
    let page = client.get("/imports/new");
    assert!(
        page.says(" 1 person imported, 1 line refused."),
        "{}",
        page.text()
    );
    let longest = format!("{}.csv", "x".repeat(400));
    hand_in(Some(&longest), "jo@acme.example,Jo,Joe");
    assert_eq!(site.value("select max(length(name)) from imports"), "255");
}

#[test]
fn a_list_that_is_not_to_be_run_is_deleted_at_once() {
    let (site, _, client) = company();
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let other = check(&client, "kim@acme.example,Kim,Koe\n");
    assert!(client.get(&path).says("Delete it now"));
    let events = site.count("events");
    let answer = client.post(&format!("{path}/delete"), &[]);
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some("/imports/new"))
    );
    let page = client.get("/imports/new");
    assert!(page.says("The list was deleted. Nothing else was changed."));
    assert!(!page.body.contains(&path) && page.body.contains(&other));
    let gone = client.get(&path);
    assert!(
        gone.status == 404 && gone.says("What this address led to may have been deleted"),
        "{}",
        gone.text()
    );
    for ending in ["", "/choice", "/delete"] {
        let answer = client.post(&format!("{path}{ending}"), &[]);
        assert!(
            answer.status == 404 && answer.says("may have been deleted"),
            "{ending}"
        );
    }
    assert_eq!(site.count("import_lines"), 1);
    assert_eq!(site.count("users"), 1);
    assert_eq!(site.count("events"), events);
}

#[test]
fn what_was_started_meanwhile_is_neither_chosen_from_nor_deleted_and_says_so() {
    let (site, _, client) = company();
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    import(&site, &client, &path);
    let before = site.everything();
    for (ending, fields, words) in [
        (
            "choice",
            &[("line", "1"), ("chosen", "no")][..],
            "Who is on it can no longer be changed.",
        ),
        (
            "choice",
            &[("verdict", "add"), ("chosen", "no")],
            "Who is on it can no longer be changed.",
        ),
        ("delete", &[], "It stays and says what was done."),
    ] {
        let answer = client.post(&format!("{path}/{ending}"), fields);
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some(path.as_str()))
        );
        let page = client.get(&path);
        assert!(page.says("This list was started meanwhile"), "{ending}");
        assert!(page.says(words) && page.says("2 added"), "{}", page.text());
    }
    assert_eq!(site.everything(), before);
    assert_eq!(site.count("import_lines where chosen"), 2);
}

#[test]
fn addresses_without_names_are_told_once_where_they_were_pasted() {
    let (site, _, client) = company();
    let list: &[u8] = b"nora@acme.example\npat@acme.example\nkim@acme.example";
    let page = client.upload("/imports", &[("list", None, list)]);
    assert_eq!(page.status, 422);
    assert!(
        page.says("No line has a name. Write the first and the last name after each address"),
        "{}",
        page.text()
    );
    assert!(
        page.body.contains("nora@acme.example"),
        "what was pasted stays"
    );
    assert_eq!(site.count("imports"), 0);
}

#[test]
fn people_copied_from_a_mail_are_a_list_and_addresses_in_another_than_the_first_column_are_told_once()
 {
    let (site, _, client) = company();
    let paste = |list: &str| client.upload("/imports", &[("list", None, list.as_bytes())]);
    let copied = paste("Nora New <nora@acme.example>; \"Poe, Pat\" <pat@acme.example>");
    let path = copied.location.expect("a list");
    let page = client.get(&path);
    for words in ["2 will be added", "Nora New", "Pat Poe", "Import 2 people"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    import(&site, &client, &path);
    assert_eq!(
        site.value("select string_agg(concat_ws(' ', username, first_name, last_name), ', ' order by username) from users where username not like 'boss@%'"),
        "nora@acme.example Nora New, pat@acme.example Pat Poe"
    );
    let turned = paste("Nora,New,nora@acme.example\nPat,Poe,pat@acme.example");
    assert_eq!(
        (turned.status, turned.error_at("list").as_deref()),
        (
            422,
            Some(
                "The first column has no addresses. Put the username first, or name the columns in the first line: Username, First name, Last name."
            )
        )
    );
}

#[test]
fn a_list_without_headings_says_which_columns_are_not_used() {
    let (_site, _, client) = company();
    let path = check(&client, "kim@acme.example,Kim,Koe,,,,tom@acme.example\n");
    let page = client.get(&path);
    assert!(
        page.says("Columns that are not used: column 7."),
        "{}",
        page.text()
    );
    let told = client.get("/imports/new");
    for words in [
        "six columns in this order: Username, First name, Last name, Title, Department, Phone.",
        "Replaces needs the first line.",
    ] {
        assert!(told.says(words), "{words}: {}", told.text());
    }
}

#[test]
fn what_was_refused_is_counted_alike_on_the_page_and_in_the_activity() {
    let (site, acme, client) = company();
    let long = "x".repeat(101);
    let path = check(
        &client,
        &format!(
            "nora@acme.example,Nora,New\nkim@acme.example,{long},Koe\npat@acme.example,Pat,Poe\nlou@acme.example,Lou,Loe\n"
        ),
    );
    let page = client.get(&path);
    assert!(
        page.says("Refused First name: use at most 100 characters."),
        "the field is named once: {}",
        page.text()
    );
    for words in ["Chosen to be added: 3 people", "What becomes of it"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    client.post(
        &format!("{path}/choice"),
        &[("line", "4"), ("chosen", "no")],
    );
    assert!(client.get(&path).says("Chosen to be added: 2 of 3 people"));
    // Somebody else of that name has the address when the list runs.
    assert_eq!(client.post(&path, &[("people", "2")]).status, 303);
    site.person(acme, "pat@acme.example", false);
    site.sql("update users set first_name = 'Zed', last_name = 'Zimmer' where username = 'pat@acme.example'");
    run(&site);
    let page = client.get(&path);
    for words in ["1 added", "2 refused", "1 left out", "What became of it"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let activity = client.get("/activity");
    assert!(
        activity.says("The import of a list finished: 1 added, 2 refused."),
        "{}",
        activity.text()
    );
}
