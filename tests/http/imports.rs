//! `Import a list`: the verdict on each line, the choice, the run, what was refused.

use user_accounts::{clock, imports};

use crate::client::{Answer, Client};
use crate::site::{Company, Site};

pub const HEAD: &str = "Username,First name,Last name,Title,Department,Phone\n";

/// Hands in a list; the path of its import.
pub fn check(client: &Client, list: &str) -> String {
    let answer = client.upload("/imports", &[("file", Some("list.csv"), list.as_bytes())]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location.unwrap()
}

/// Carries out what is running, as the worker does.
pub fn run(site: &Site) {
    while imports::run_next(&site.db, clock::now()).unwrap() {}
}

/// Presses the button.
pub fn import(site: &Site, client: &Client, path: &str) -> Answer {
    let people = client.get(path).field("people");
    assert_eq!(client.post(path, &[("people", &people)]).status, 303);
    run(site);
    client.get(path)
}

pub fn company() -> (Site, Company, Client) {
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
        "it was the username of Ann Tester, who has ann@acme.example now; it is kept for them until",
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
    assert!(activity.says("The import of a list finished: 1 added, 1 reactivated."));
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
            .says("you left out every line that could be imported")
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
fn past_the_budget_a_check_tells_free_addresses_from_taken_ones_no_more() {
    let (site, _, client) = company();
    let globex = site.company("Globex", "globex.example", 100);
    site.sql("insert into account_domains (account_id, domain, added_at) select id, 'acme.example', now() from accounts where name = 'Globex'");
    let mut list = String::new();
    for number in 0..35 {
        let address = format!("taken{number}@acme.example");
        site.newcomer(globex, &address);
        list.push_str(&format!("{address},Tom,Taken\n"));
        // Right behind the last look-up, where being free would tell the next line from it.
        if number == 29 {
            list.push_str("early@acme.example,Eve,Early\n");
        }
    }
    list.push_str("free@acme.example,Fay,Free\n");
    let path = check(&client, &list);
    assert_eq!(
        site.count("import_lines where reason like 'Email address is already in use.%'"),
        30
    );
    assert_eq!(
        site.count("import_lines where reason like 'This address cannot be added now,%'"),
        7
    );
    assert_eq!(site.count("(select distinct reason from import_lines where reason like 'This address cannot%') as told"), 1);
    let told =
        site.value("select min(reason) from import_lines where reason like 'This address cannot%'");
    let (_, rest) = told.split_once(" Try again at ").unwrap();
    assert!(
        rest.as_bytes()[2] == b':' && rest[5..].starts_with(", or contact Customer Success"),
        "{told}"
    );
    assert_eq!(
        site.count("address_conflicts where rule = 'budget_spent'"),
        1
    );
    assert!(client.get(&path).says("There is nothing to import"));
    // Of its own people the account may know all: coming back then would not help.
    site.sql(
        "insert into reserved_usernames select 'former@acme.example', account_id, id, '2099-03-12 20:15:00+00'
         from users where username = 'boss@acme.example'",
    );
    check(&client, "former@acme.example,Fay,Free\n");
    let told = site.value("select reason from import_lines where username = 'former@acme.example'");
    assert!(
        told.starts_with("This address cannot be added now. Until 10 February 2099 it was the username of ")
            && told.contains("; it is kept for them until 12 March 2099. Give another address, or contact Customer Success")
            && !told.contains("Try again"),
        "{told}"
    );
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
