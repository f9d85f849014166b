//! The account's activity, and the files that leave the program.

use user_accounts::accounts::{self, AccountError, Domain};
use user_accounts::history::Author;
use user_accounts::{clock, csv_out};

use crate::client::Answer;
use crate::site::Site;

/// The sentences of a page, newest first.
fn sentences(page: &Answer) -> Vec<String> {
    page.body
        .split("<p class=\"what\">")
        .skip(1)
        .map(|rest| {
            page.part(rest.split("</p>").next().unwrap())
                .text()
                .trim()
                .to_string()
        })
        .collect()
}

/// A file's cells.
fn cells(file: &Answer) -> Vec<Vec<String>> {
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(file.body.trim_start_matches('\u{feff}').as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_string).collect())
        .collect()
}

/// Ann is edited and trained, Jo deactivated; Globex has a past of its own.
fn past(site: &Site) -> uuid::Uuid {
    let acme = site.company("Acme", "acme.example", 20);
    let ann = site.person(acme, "ann@acme.example", false);
    site.person(acme, "jo@acme.example", false);
    let globex = site.company("Globex", "globex.example", 20);
    site.person(globex, "other@globex.example", false);
    for (account, user, kind, data, days) in [
        (
            "Acme",
            "ann@acme.example",
            "user_edited",
            r#"{"changes":[{"field":"Title","before":"","after":"=1+1"}]}"#,
            9,
        ),
        (
            "Acme",
            "ann@acme.example",
            "training_attended",
            r#"{"training":"new_user"}"#,
            5,
        ),
        (
            "Acme",
            "jo@acme.example",
            "user_deactivated",
            r#"{"reason":"","sessions_ended":0,"mails_cancelled":0}"#,
            1,
        ),
        ("Globex", "other@globex.example", "signed_out", "{}", 1),
    ] {
        let written = site.sql(&format!(
            "insert into events (account_id, user_id, actor, kind, details, happened_at)
             select account_id, id, 'staff', '{kind}', '{data}', now() - {days} * interval '1 day' from users
             where username = '{user}' and account_id = (select id from accounts where name = '{account}')"
        ));
        assert_eq!(written, 1);
    }
    ann
}

#[test]
fn the_activity_is_filtered_by_person_kind_and_day_and_is_the_accounts_own() {
    let site = Site::start();
    let ann = past(&site);
    let client = site.signed_in("boss@acme.example");
    let (edited, trained, gone) = (
        "Ann Tester : Title was changed.",
        "Ann Tester : New User Training was recorded as attended.",
        "Jo Tester : Deactivated.",
    );
    // How they came here is a line too; what is looked for is what `past` wrote.
    let shown = |query: &str| {
        let mut lines = sentences(&client.get(&format!("/activity{query}")));
        assert!(lines.iter().all(|line| !line.contains("Signed out")));
        lines.retain(|line| [gone, trained, edited].contains(&line.as_str()));
        lines
    };
    assert_eq!(shown(""), [gone, trained, edited]);
    for path in ["/activity".to_string(), format!("/users/{ann}/history")] {
        let words = "Times in the time zone UTC.";
        assert!(client.get(&path).says(words), "{path}");
    }
    for query in [
        "?person=ANN".to_string(),
        "?person=ann%40acme.example".to_string(),
        format!("?user={ann}"),
    ] {
        assert_eq!(shown(&query), [trained, edited], "{query}");
    }
    assert_eq!(shown("?kind=training"), [trained]);
    assert_eq!(shown("?kind=details&person=ann"), [edited]);
    assert_eq!(shown("?kind=details&person=jo"), [""; 0]);
    let day = |days: i64| site.value(&format!("select (now() - {days} * interval '1 day')::date"));
    assert_eq!(shown(&format!("?from={}", day(6))), [gone, trained]);
    assert_eq!(shown(&format!("?to={}", day(4))), [trained, edited]);
    assert_eq!(shown(&format!("?from={}&to={}", day(6), day(4))), [trained]);
    // Whoever is looked for and not here, even by the id of somebody elsewhere, is not told of.
    for nobody in ["other@globex.example", "xyz"] {
        let page = client.get(&format!("/activity?person={nobody}"));
        assert!(page.says(&format!("Nobody here is called “{nobody}”")));
        assert_eq!(sentences(&page), [""; 0]);
    }
    let theirs = site.value("select id from users where username = 'other@globex.example'");
    assert_eq!(client.get(&format!("/activity?user={theirs}")).status, 404);
    assert_eq!(client.get("/activity?user=x").status, 404);
    assert!(
        client
            .get("/activity?from=soon")
            .says("From is not a day. Write it as 2026-05-31")
    );
    assert_eq!(client.get("/activity?from=soon").status, 200);
    let turned = client.get(&format!("/activity?from={}&to={}", day(4), day(6)));
    assert!(
        turned.says("From is after To") && !turned.says("Nothing is recorded"),
        "{}",
        turned.text()
    );
    let field = turned.body.split("id=\"from\"").nth(1).unwrap();
    let field = field.split('>').next().unwrap();
    assert!(
        field.contains("aria-describedby=\"filter-problem\""),
        "{field}"
    );
    let one_day = format!("/activity?from={0}&to={0}", day(5));
    assert!(!client.get(&one_day).says("From is after To"));
}

#[test]
fn passwords_that_were_mailed_to_who_came_or_came_back_are_among_the_passwords() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let ann = [
        ("username", "ann@acme.example"),
        ("first_name", "Ann"),
        ("last_name", "Lee"),
    ];
    assert_eq!(client.post("/users", &ann).status, 303);
    let passwords = client.get("/activity?kind=passwords");
    assert!(
        passwords.says("Added as Ann Lee, ann@acme.example."),
        "{}",
        passwords.text()
    );
    assert!(client.get("/activity?kind=people").says("Added as Ann Lee"));
}

#[test]
fn the_activity_goes_back_page_by_page_and_its_file_holds_every_line_once() {
    let site = Site::start();
    past(&site);
    let client = site.signed_in("boss@acme.example");
    site.sql(
        "insert into events (account_id, user_id, actor, actor_user_id, kind, details, happened_at)
         select account_id, id, 'user', id, 'signed_out', '{}', now() - n * interval '1 minute'
         from users, generate_series(1, 2400) as n where username = 'ann@acme.example'",
    );
    let lines = site.count("events join accounts on accounts.id = account_id and name = 'Acme'");
    let mut path = Some("/activity".to_string());
    let mut seen = 0;
    let mut pages = 0;
    while let Some(next) = path {
        let page = client.get(&next);
        seen += sentences(&page).len();
        pages += 1;
        path = page
            .body
            .split("rel=\"next\" href=\"")
            .nth(1)
            .map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    }
    assert_eq!((seen as i64, pages), (lines, (lines + 99) / 100));

    let file = cells(&client.get("/activity.csv"));
    assert_eq!(
        file[0],
        [
            "When (UTC)",
            "Who",
            "What",
            "About",
            "Username",
            "Details",
            "From"
        ]
    );
    assert_eq!(file.len() as i64, 1 + lines);
    assert_eq!(
        file[1][0],
        site.value(
            "select to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
             from events join accounts on accounts.id = account_id and name = 'Acme' order by events.id desc limit 1"
        )
    );
    let edited: Vec<_> = file
        .iter()
        .filter(|row| row[2].starts_with("Title"))
        .collect();
    assert_eq!(edited.len(), 1);
    assert_eq!(
        edited[0][3..6],
        ["Ann Tester", "ann@acme.example", "Title: nothing → =1+1"]
    );
    assert!(file.iter().all(|row| row[4] != "other@globex.example"));
    let part = client.get("/activity.csv?kind=details&person=Ann&from=2026-01-01");
    assert_eq!(cells(&part).len(), 2);
    assert_eq!(
        part.header("content-disposition"),
        Some("attachment; filename=\"activity-details-ann-2026-01-01.csv\"")
    );
    assert_eq!(client.get("/activity.csv?from=soon").status, 404);
}

#[test]
fn the_file_of_users_is_exactly_the_list_and_safe_in_a_spreadsheet() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5000);
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, title, phone, search_text, name_key, last_sign_in_at, created_at)
         select '{}', gen_random_uuid(), 'p' || n || '@acme.example', 'First' || n % 7, 'Last',
                case when n = 5 then '=HYPERLINK(\"//evil\")' else 'Buyer, \"senior\"' end, '+41 44 ' || n,
                'p' || n, 'first' || n % 7 || ' last', case when n % 3 > 0 then now() - n % 5 * interval '1 day' end, now()
         from generate_series(1, 2500) as n",
        acme.id
    ));
    let globex = site.company("Globex", "globex.example", 20);
    site.person(globex, "other@globex.example", false);
    let client = site.signed_in("boss@acme.example");
    for (sort, order) in [
        ("username", "username"),
        ("-username", "username desc"),
        ("-name", "name_key desc, id desc"),
        ("last-sign-in", "last_sign_in_at nulls last, id"),
        ("-last-sign-in", "last_sign_in_at desc nulls last, id desc"),
    ] {
        let file = cells(&client.get(&format!("/users.csv?sort={sort}")));
        let usernames: Vec<&str> = file[1..].iter().map(|row| row[0].as_str()).collect();
        let expected = site.value(&format!(
            "select string_agg(username, ' ' order by {order}) from users where account_id = '{}' and active",
            acme.id
        ));
        assert_eq!(usernames.join(" "), expected, "{sort}");
    }
    let found = cells(&client.get("/users.csv?q=p5&sort=name"));
    assert_eq!(
        found.len() as i64,
        1 + site.count("users where search_text like '%p5%'")
    );
    let p5 = found.iter().find(|row| row[0].starts_with("p5@")).unwrap();
    assert_eq!(
        *p5,
        [
            "p5@acme.example",
            "First5",
            "Last",
            &csv_out::cell("=HYPERLINK(\"//evil\")"),
            "",
            "'+41 44 5",
            &p5[6],
            &p5[7],
            "Never attended",
            "No",
            &p5[10],
        ]
    );
    assert!(p5[3].starts_with("'="));
    assert_eq!(
        found[0],
        [
            "Username",
            "First name",
            "Last name",
            "Title",
            "Department",
            "Phone",
            "Last sign-in (UTC)",
            "Status",
            "Training",
            "Administrator",
            "Added (UTC)",
        ]
    );
    let never = client.get("/users.csv?needs=never-signed-in&q=P%C3%84");
    assert_eq!(
        never.header("content-disposition"),
        Some("attachment; filename=\"active-users-never-signed-in-pa.csv\"")
    );
    let never = cells(&client.get("/users.csv?needs=never-signed-in"));
    assert_eq!(
        never.len() as i64,
        1 + site.count("users where last_sign_in_at is null and active and username like 'p%'")
    );
    assert!(never[1..].iter().all(|row| row[6] == "Never"));
    // Where there is a moment, a spreadsheet takes it for one: the same figures, by the clock of the account.
    let zone = "Asia/Tokyo";
    site.sql(&format!("update accounts set time_zone = '{zone}'"));
    site.sql("update users set training = 'attended' where username = 'p4@acme.example'");
    let came = cells(&client.get("/users.csv?q=p4"));
    assert_eq!(
        [came[0][6].as_str(), &came[0][10]],
        ["Last sign-in (Asia/Tokyo)", "Added (Asia/Tokyo)"]
    );
    let p4 = came.iter().find(|row| row[0] == "p4@acme.example").unwrap();
    assert_eq!(
        p4[6],
        site.value(&format!(
            "select to_char(last_sign_in_at at time zone '{zone}', 'YYYY-MM-DD HH24:MI') from users where username = 'p4@acme.example'"
        ))
    );
    assert_eq!(
        [p4[8].as_str(), &p4[9], &p4[10]],
        [
            "Attended",
            "No",
            &site.value(&format!(
                "select to_char(created_at at time zone '{zone}', 'YYYY-MM-DD HH24:MI') from users where username = 'p4@acme.example'"
            ))
        ]
    );
    let boss = cells(&client.get("/users.csv?q=boss"));
    assert_eq!(boss[1][9], "Yes");
    let inactive = client.get("/users.csv?show=inactive");
    assert_eq!(cells(&inactive).len(), 1);
    assert_eq!(
        inactive.header("content-disposition"),
        Some("attachment; filename=\"inactive-users.csv\"")
    );
}

#[test]
fn a_domain_that_staff_add_and_remove_stands_in_the_activity() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let author = Author::staff(acme.id);
    let (old, used) = (
        Domain::parse("old.example").unwrap(),
        Domain::parse("acme.example").unwrap(),
    );
    let change = |domain: &Domain, add: bool| {
        site.db.write(|tx| {
            if add {
                accounts::add_domain(tx, &author, domain, clock::now()).map(|_| ())
            } else {
                accounts::remove_domain(tx, &author, domain, clock::now())
            }
        })
    };
    change(&old, true).unwrap();
    site.person(acme, "ann@acme.example", false);
    let refused = change(&used, false).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "2 people have an address at acme.example, counting inactive people, so it was not removed. \
         Give them usernames at another domain of the account first."
    );
    change(&old, false).unwrap();
    let gone = change(&old, false).unwrap_err();
    assert!(matches!(gone, AccountError::NoSuchDomain { .. }), "{gone}");
    let client = site.signed_in("boss@acme.example");
    let told = sentences(&client.get("/activity?kind=account"));
    let told: Vec<&String> = told
        .iter()
        .filter(|line| line.contains("The domain"))
        .collect();
    assert_eq!(
        told,
        [
            "The domain old.example was removed.",
            "The domain old.example was added."
        ]
    );
}
