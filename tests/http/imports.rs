//! `Import a list`: the verdict on each line, the choice, the run, what was refused.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use user_accounts::{clock, imports};

use crate::client::{Answer, Client};
use crate::site::{Company, Site};

const HEAD: &str = "Username,First name,Last name,Title,Department,Phone\n";

/// Hands in a list; the path of its import.
fn check(client: &Client, list: &str) -> String {
    let answer = client.upload("/imports", &[("file", Some("list.csv"), list.as_bytes())]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location.unwrap()
}

/// Carries out what is running, as the worker does.
fn run(site: &Site) {
    while imports::run_next(&site.db, clock::now()).unwrap() {}
}

/// Presses the button.
fn import(site: &Site, client: &Client, path: &str) -> Answer {
    let people = client.get(path).field("people");
    assert_eq!(client.post(path, &[("people", &people)]).status, 303);
    run(site);
    client.get(path)
}

fn company() -> (Site, Company, Client) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 20);
    let client = site.signed_in("boss@acme.example");
    (site, acme, client)
}

#[test]
fn each_line_gets_the_verdict_that_adding_would_give_and_nobody_is_changed() {
    let (site, acme, client) = company();
    let globex = site.company("Globex", "globex.example", 20);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    site.person(globex, "taken@acme.example", false);
    site.person(acme, "ann@acme.example", false);
    let bob = site.person(acme, "bob@acme.example", false);
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{bob}'"
    ));
    site.sql("insert into reserved_usernames select 'old@acme.example', account_id, id, now() + interval '1 day' from users where username = 'ann@acme.example'");
    let before = site.everything();
    let list = format!(
        "{HEAD}New@ACME.example,Nora,New,Engineer,R&D,+1 555 0100
ann@acme.example,Ann,Tester,Chief,,
bob@acme.example,Bob,Tester,,,
bob@acme.example,Bob,Tester,,,
ann@acme.example.evil,Eve,Ill,,,
taken@acme.example,Tom,Taken,,,
old@acme.example,Otto,Old,,,
no address,,Nobody,,,call me
"
    );
    let page = client.get(&check(&client, &list));
    assert_eq!(page.status, 200);
    for words in [
        "8 lines, handed in by Boss Tester",
        "1 will be added",
        "1 will be reactivated",
        "1 unchanged",
        "5 refused",
        "Is active already. The list has another Title;",
        "Is inactive. Comes back with the details they had.",
        "The same address stands on line 4 already.",
        "Use an email address of your company: it ends in @acme.example.",
        "Username: Enter one email address, like name@company.example. First name: Enter the first name. Phone:",
        "Email address is already in use. Nobody in your account has it: contact Customer Success",
        "Import 2 people",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    for secret in ["Taken Tester", "Globex", "globex"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    assert_eq!(site.everything(), before, "nobody is changed by a check");
    assert_eq!(
        site.count("address_conflicts where rule = 'elsewhere' and typed = 'taken@acme.example'"),
        1
    );
    assert_eq!(site.count("address_conflicts where rule = 'reserved'"), 1);
    assert!(site.deliver().is_empty());
}

#[test]
fn an_import_adds_and_reactivates_with_a_mail_and_an_event_each() {
    let (site, acme, client) = company();
    let bob = site.person(acme, "bob@acme.example", false);
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{bob}'"
    ));
    let path = check(
        &client,
        &format!(
            "{HEAD}nora@acme.example,Nora,New,Engineer,R&D,+1 555 0100\nbob@acme.example,Bob,Tester,Boss,,\n"
        ),
    );
    let page = import(&site, &client, &path);
    for words in ["1 added", "1 reactivated", "All 2 done"] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert_eq!(
        site.value("select concat_ws('|', first_name, last_name, title, department, phone, active) from users where username = 'nora@acme.example'"),
        "Nora|New|Engineer|R&D|+1 555 0100|t"
    );
    assert_eq!(
        site.value("select title || active from users where username = 'bob@acme.example'"),
        "true",
        "he is back with the details he had"
    );
    let mut kinds: Vec<String> = site
        .value("select string_agg(kind || coalesce(details ->> 'username', ''), ' ' order by id) from events where id > (select min(id) from events where kind = 'import_started') - 1 and kind <> 'signed_in'")
        .split(' ')
        .map(str::to_string)
        .collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "import_finished",
            "import_started",
            "user_addednora@acme.example",
            "user_reactivated"
        ]
    );
    assert_eq!(site.count("events where kind in ('user_added', 'user_reactivated', 'import_finished') and actor = 'user' and source is not null and request_id is not null and happened_at > (select made_at from imports)"), 3);
    let activity = client.get("/activity?kind=people");
    assert!(
        activity.says("The import of a list came to its end: 1 added, 1 reactivated, 0 refused.")
    );
    let password = site.mailed_password("nora@acme.example");
    let nora = site.client();
    let answer = nora.post(
        "/sign-in",
        &[("username", "nora@acme.example"), ("password", &password)],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
    assert_eq!(site.count("mails where state = 'sent'"), 2);
}

#[test]
fn pressed_twice_and_in_two_windows_it_runs_once() {
    let (site, _, client) = company();
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let again = client.again();
    for window in [&client, &again, &client] {
        assert_eq!(window.post(&path, &[("people", "2")]).status, 303);
    }
    run(&site);
    assert_eq!(client.post(&path, &[("people", "2")]).status, 303);
    run(&site);
    assert_eq!(site.count("users where username <> 'boss@acme.example'"), 2);
    assert_eq!(site.count("mails"), 2);
    assert_eq!(site.count("events where kind = 'import_started'"), 1);
    // The same list again finds them all there.
    let second = client.get(&check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    ));
    assert!(
        second.says("2 unchanged") && second.says("There is nothing to import on this list"),
        "{}",
        second.text()
    );
}

#[test]
fn lines_are_left_out_and_taken_in_again_one_by_one_and_by_verdict() {
    let (site, _, client) = company();
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    let choice = format!("{path}/choice");
    let answer = client.post(&choice, &[("line", "2"), ("chosen", "no")]);
    assert_eq!(answer.location, Some(format!("{path}#line-2")));
    let page = client.get(&path);
    assert!(
        page.says("Import 1 person") && page.says("1 left out"),
        "{}",
        page.text()
    );
    // A window that still says two does not import one.
    client.post(&path, &[("people", "2")]);
    let told = client.get(&path);
    assert!(
        told.says("The choice was changed meanwhile"),
        "{}",
        told.text()
    );
    client.post(&choice, &[("verdict", "add"), ("chosen", "no")]);
    assert!(
        client
            .get(&path)
            .says("all lines that could be are left out")
    );
    client.post(&path, &[]);
    assert!(client.get(&path).says("Nobody is chosen."));
    assert_eq!(site.count("imports where state = 'checked'"), 1);
    client.post(&choice, &[("line", "1"), ("chosen", "yes")]);
    let done = import(&site, &client, &path);
    assert!(
        done.says("1 added") && done.says("1 left out"),
        "{}",
        done.text()
    );
    assert_eq!(site.count("users where username = 'pat@acme.example'"), 0);
    // Too late to change the choice.
    client.post(&choice, &[("line", "2"), ("chosen", "yes")]);
    run(&site);
    assert_eq!(site.count("users where username = 'pat@acme.example'"), 0);
    assert_eq!(client.post(&choice, &[("line", "x")]).status, 400);
}

#[test]
fn seats_are_counted_at_the_check_and_again_at_the_run() {
    let (site, acme, client) = company();
    site.sql("update accounts set seats = 3");
    let list = "a@acme.example,Ann,A\nb@acme.example,Bea,B\nc@acme.example,Cat,C\n";
    let path = check(&client, list);
    let page = client.get(&path);
    assert!(
        page.says("Import 2 people") && page.says("1 refused"),
        "{}",
        page.text()
    );
    assert!(page.says("No seat is free. Deactivate a user first."));
    site.person(acme, "quick@acme.example", false);
    let page = client.get(&path);
    assert!(
        page.says("Lines for which no seat is left when their turn comes are refused."),
        "{}",
        page.text()
    );
    let done = import(&site, &client, &path);
    assert!(
        done.says("1 added") && done.says("2 refused"),
        "{}",
        done.text()
    );
    assert_eq!(
        site.value("select active_users || '/' || seats from accounts"),
        "3/3"
    );
    assert_eq!(site.count("users where username = 'a@acme.example'"), 1);
}

#[test]
fn what_another_account_took_between_check_and_run_is_refused_without_naming_it() {
    let (site, _, client) = company();
    let globex = site.company("Globex", "globex.example", 20);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    let path = check(
        &client,
        "nora@acme.example,Nora,New\npat@acme.example,Pat,Poe\n",
    );
    site.person(globex, "nora@acme.example", false);
    let done = import(&site, &client, &path);
    assert!(
        done.says("1 added")
            && done.says("1 refused")
            && done.says("Email address is already in use."),
        "{}",
        done.text()
    );
    assert!(!done.body.contains("Globex"));
    assert_eq!(site.count("users where username = 'nora@acme.example'"), 1);
}

#[test]
fn past_the_budget_a_check_tells_free_addresses_from_taken_ones_no_more() {
    let (site, _, client) = company();
    let globex = site.company("Globex", "globex.example", 100);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    let mut list = String::new();
    for number in 0..35 {
        let address = format!("taken{number}@acme.example");
        site.newcomer(globex, &address);
        list.push_str(&format!("{address},Tom,Taken\n"));
    }
    list.push_str("free@acme.example,Fay,Free\n");
    let path = check(&client, &list);
    assert_eq!(
        site.count("import_lines where reason like 'Email address is already in use.%'"),
        30
    );
    assert_eq!(
        site.count("import_lines where reason like 'This address cannot be added now,%'"),
        6
    );
    assert_eq!(site.count("(select distinct reason from import_lines where reason like 'This address cannot%') as told"), 1);
    assert_eq!(
        site.count("address_conflicts where rule = 'budget_spent'"),
        1
    );
    assert!(client.get(&path).says("There is nothing to import"));
    // The next list learns nothing either; nor does the pop-up.
    check(&client, "free@acme.example,Fay,Free\n");
    assert_eq!(site.count("import_lines where verdict = 'add'"), 0);
    // A list whose addresses are free costs nothing.
    site.sql("delete from throttles");
    for _ in 0..40 {
        check(&client, "free@acme.example,Fay,Free\n");
    }
    assert_eq!(site.count("import_lines where verdict = 'add'"), 40);
}

#[test]
fn refused_lines_come_as_a_file_that_can_be_mended_and_handed_in_again() {
    let (site, _, client) = company();
    let path = check(
        &client,
        &format!(
            "{HEAD}\"=cmd x@acme.example\",Ann,Lee,\"=SUM(A1)\",\"R&D, North\",+49 30 1234\nok@acme.example,Oki,Doki,,,\nz@acme.example,\"Zoë\",,,,\n"
        ),
    );
    import(&site, &client, &path);
    let file = client.get(&format!("{path}/refused.csv"));
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .contains("refused.csv")
    );
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert_eq!(
        lines[0].trim_start_matches('\u{feff}'),
        "Username,First name,Last name,Title,Department,Phone,Line,Why not imported"
    );
    assert!(
        lines[1].starts_with(
            "'=cmd x@acme.example,Ann,Lee,'=SUM(A1),\"R&D, North\",'+49 30 1234,2,Username: "
        ),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("z@acme.example,Zoë,,,,,4,Last name: Enter the last name."),
        "{}",
        lines[2]
    );
    let mended = file
        .body
        .replace("'=cmd x@", "ann@")
        .replace("ann@acme.example,Ann", "ann@acme.example,Ann")
        .replace("Zoë,,", "Zoë,Zed,");
    let second = check(&client, &mended);
    let page = client.get(&second);
    assert!(
        page.says("Import 2 people")
            && page.says("Columns that are not used: Line, Why not imported."),
        "{}",
        page.text()
    );
    import(&site, &client, &second);
    assert_eq!(
        site.value("select concat_ws('|', title, department, phone) from users where username = 'ann@acme.example'"),
        "=SUM(A1)|R&D, North|+49 30 1234"
    );
}

#[test]
fn the_list_that_users_csv_gives_is_unchanged_when_it_comes_back() {
    let (site, _, client) = company();
    let path = check(
        &client,
        &format!(
            "{HEAD}ann@acme.example,Ann,Lee,=Chief,\"Sales, North\",+49 30 1234\nbea@acme.example,Bea,Roe,@home,-,\n"
        ),
    );
    import(&site, &client, &path);
    let exported = client.get("/users.csv").body;
    let page = client.get(&check(&client, &exported));
    assert!(
        page.says("3 unchanged") && page.says("0 will be added"),
        "{}",
        page.text()
    );
    assert!(!page.says("The list has another"), "{}", page.text());
    assert!(page.says("Columns that are not used: Last sign-in, Status."));
}

#[test]
fn what_is_no_list_is_said_at_its_field_and_what_was_pasted_stays() {
    let (site, _, client) = company();
    let none = client.upload("/imports", &[("file", Some(""), b""), ("list", None, b" ")]);
    assert_eq!(
        (none.status, none.error_at("file").as_deref()),
        (422, Some("Choose a file, or paste a list below."))
    );
    let both = client.upload(
        "/imports",
        &[
            ("file", Some("a.csv"), b"x@acme.example"),
            ("list", None, b"y@acme.example"),
        ],
    );
    assert_eq!(both.status, 422);
    assert!(
        both.error_at("list").unwrap().contains("not both") && both.body.contains("y@acme.example")
    );
    let workbook = client.upload("/imports", &[("file", Some("a.xlsx"), b"PK\x03\x04rest")]);
    assert!(
        workbook
            .error_at("file")
            .unwrap()
            .starts_with("This is a workbook")
    );
    let headless = client.upload(
        "/imports",
        &[("list", None, b"First name,Last name\nAnn,Lee")],
    );
    assert!(
        headless
            .error_at("list")
            .unwrap()
            .contains("none of them is Username or Email")
    );
    let long = "a@acme.example,A,B\n".repeat(10_001);
    let long = client.upload("/imports", &[("file", Some("a.csv"), long.as_bytes())]);
    assert!(
        long.error_at("file")
            .unwrap()
            .contains("more than 10,000 lines")
    );
    let large = client.upload("/imports", &[("file", Some("a.csv"), &vec![b'a'; 6 << 20])]);
    assert_eq!(large.status, 413);
    assert_eq!(
        client
            .upload("/imports", &[("list", None, b"a"), ("list", None, b"b")])
            .status,
        400
    );
    assert_eq!(
        client
            .post("/imports", &[("list", "a@acme.example")])
            .status,
        400
    );
    assert_eq!(site.count("imports"), 0);
}

#[test]
fn an_import_of_another_account_does_not_exist() {
    let (site, _, client) = company();
    site.company("Globex", "globex.example", 9);
    let path = check(&client, "nora@acme.example,Nora,New\n");
    let other = site.signed_in("boss@globex.example");
    let before = site.value("select string_agg(l::text, '') from import_lines l");
    for answer in [
        other.get(&path),
        other.get(&format!("{path}/refused.csv")),
        other.post(&path, &[("people", "1")]),
        other.post(
            &format!("{path}/choice"),
            &[("line", "1"), ("chosen", "no")],
        ),
    ] {
        assert_eq!(answer.status, 404);
    }
    run(&site);
    assert_eq!(
        site.value("select string_agg(l::text, '') from import_lines l"),
        before
    );
    assert_eq!(site.count("users where username = 'nora@acme.example'"), 0);
}

#[test]
fn a_form_of_another_site_is_refused() {
    let (site, _, client) = company();
    let path = check(&client, "nora@acme.example,Nora,New\n");
    for path in ["/imports", &path] {
        let answer = client.post_raw(path, b"people=1", &[("sec-fetch-site", "cross-site")]);
        assert_eq!(answer.status, 403, "{path}");
    }
    run(&site);
    assert_eq!(site.count("users"), 1);
}

#[test]
fn several_programs_carry_one_import_out_once_and_tell_how_far_it_is() {
    let (site, _, client) = company();
    site.sql("update accounts set seats = 5000");
    let list: String = (0..2_500)
        .map(|n| format!("p{n}@acme.example,Pat,Poe\n"))
        .collect();
    let path = check(&client, &list);
    assert_eq!(client.post(&path, &[("people", "2500")]).status, 303);
    // A program that stops after the first batch leaves the rest.
    assert!(imports::run_next(&site.db, clock::now()).unwrap());
    let page = client.get(&path);
    assert!(
        page.says("1,000 of 2,500 done") && page.body.contains("data-refresh"),
        "{}",
        page.text()
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (stop, stopping) = watch::channel(false);
        let programs: Vec<_> = (0..3)
            .map(|_| tokio::spawn(imports::carry_on(site.db.clone(), stopping.clone())))
            .collect();
        let start = Instant::now();
        while site.count("imports where state = 'done'") == 0 {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the import does not end"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.send(true).unwrap();
        for program in programs {
            program.await.unwrap();
        }
    });
    assert_eq!(site.count("users"), 2_501);
    assert_eq!(site.count("mails"), 2_500);
    assert_eq!(
        site.count("events where kind = 'user_added' and actor = 'user'"),
        2_500
    );
    assert_eq!(site.count("events where kind = 'import_finished'"), 1);
    let last = client.get(&format!("{path}?page=24"));
    assert!(last.says("p2499 @acme.example") && last.says("All 2,500 done"));
}
