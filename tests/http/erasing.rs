//! Erasing a person.

use user_accounts::accounts::{self, AccountError, Domain};
use user_accounts::clock;
use user_accounts::history::Author;
use user_accounts::support::{self, EraseError};
use user_accounts::users::Username;

use crate::site::Site;
use crate::staff::{add, shared};

#[derive(diesel::QueryableByName)]
struct TextColumn {
    #[diesel(sql_type = diesel::sql_types::Text)]
    place: String,
}

/// Every text, JSON and address column of every table in which `needle` stands.
pub fn stands_in(site: &Site, needle: &str) -> Vec<String> {
    use diesel::prelude::*;
    let columns: Vec<TextColumn> = site
        .db
        .read(|connection| {
            diesel::sql_query(
                "select table_name || '.' || column_name as place from information_schema.columns
                 where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'inet', 'USER-DEFINED', 'ARRAY')
                 order by 1",
            )
            .load(connection)
        })
        .unwrap();
    assert!(
        columns.len() > 30,
        "{} columns were looked at",
        columns.len()
    );
    columns
        .into_iter()
        .map(|column| column.place)
        .filter(|place| {
            let (table, column) = place.split_once('.').unwrap();
            site.count(&format!("{table} where {column}::text ilike '%{needle}%'")) > 0
        })
        .collect()
}

#[test]
fn erasing_leaves_no_trace_of_a_person_and_all_of_what_was_done() {
    let site = Site::start();
    let client = shared(&site);
    let acme = site.value("select id from accounts where name = 'Acme'");
    add(&client, "zelda.quux@acme.example");
    let zelda = site.value("select id from users where username = 'zelda.quux@acme.example'");
    let mailed = site.mailed_password("zelda.quux@acme.example");
    let hers = site.client();
    hers.post(
        "/sign-in",
        &[
            ("username", "zelda.quux@acme.example"),
            ("password", &mailed),
        ],
    );
    site.sql(&format!(
        "update users set first_name = 'Zelda', last_name = 'Quux', title = 'Zeldaist', phone = '+1 555 9999', search_text = 'zelda quux', name_key = 'quux zelda' where id = '{zelda}'"
    ));
    let edited = r#"{"changes": [{"field": "Username", "before": "zelda.former@acme.example", "after": "zelda.quux@acme.example"}, {"field": "Last name", "before": "Former\"ly", "after": "Quux"}]}"#;
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at, source) values ('{acme}', '{zelda}', 'staff', 'user_edited', '{edited}', now(), '203.0.113.77')"
    ));
    site.sql(&format!(
        "insert into reserved_usernames (username, account_id, user_id, reserved_until) values ('zelda.former@acme.example', '{acme}', '{zelda}', now() + interval '9 days')"
    ));
    site.sql(&format!("update mails set explanation = '550 <zelda.quux@acme.example> no', recipient = 'zelda.former@acme.example' where user_id = '{zelda}'"));
    // What others wrote about her; and somebody who only shares a part of the name.
    add(&client, "zelda.quuxley@acme.example");
    let other = site.value("select id from users where username = 'zelda.quuxley@acme.example'");
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at) values ('{acme}', '{other}', 'staff', 'user_deactivated', '{{\"reason\": \"Came for Zelda Quux\", \"sessions_ended\": 0, \"mails_cancelled\": 0}}', now())"
    ));
    site.sql(&format!(
        "update users set deactivation_reason = 'Came for ZELDA Quux' where id = '{other}'"
    ));
    client.post(
        "/training-requests",
        &[
            ("kind", "new_user"),
            ("scope", "selected"),
            ("user", &zelda),
            (
                "note",
                "Zelda Quux (zelda.quux@acme.example) likes mornings",
            ),
        ],
    );
    site.sql("insert into address_conflicts (code, account_id, typed, username, rule, happened_at)
              select 'AAAA-2222', id, ' Zelda.Quux@acme.example', 'zelda.quux@acme.example', 'elsewhere', now() from accounts where name = 'Globex'");
    site.sql("insert into imports (account_id, id, made_by, made_at, name) select account_id, id, id, now(), 'Zelda Quux.csv' from users where username like 'boss@%'");
    site.sql(
        "insert into import_lines (account_id, import_id, position, line, username, first_name, last_name, title, department, phone, replaces, verdict, chosen, reason)
         select account_id, id, 1, 2, ' ZELDA.Quux@acme.example', 'Zelda', 'Quux', 'Zeldaist', '', '', '', 'refused', false, 'Zelda Quux is active' from imports
         union all select account_id, id, 2, 3, 'new@acme.example', 'New', 'One', '', '', '', 'zelda.quux@acme.example', 'refused', false, 'Zelda Quux is inactive' from imports",
    );
    for needle in [
        "zelda.quux@",
        "zelda.former",
        "zelda quux",
        "Zeldaist",
        "555 9999",
        "203.0.113.77",
    ] {
        assert!(
            !stands_in(&site, needle).is_empty(),
            "{needle} is nowhere before"
        );
    }
    let (events, mails) = (site.count("events"), site.count("mails"));

    let username = Username::parse("zelda.quux@acme.example").unwrap();
    let erased = site
        .owner
        .write(|tx| support::erase(tx, &username, clock::now()))
        .unwrap();
    assert!(erased.was_active);
    let marked = erased.username;
    for needle in [
        "zelda.quux@",
        "zelda.former",
        "zelda quux",
        "quux zelda",
        "Zeldaist",
        "555 9999",
        "203.0.113.77",
        "Former\"ly",
        "Formerly",
    ] {
        assert_eq!(stands_in(&site, needle), Vec::<String>::new(), "{needle}");
    }
    assert!(marked.starts_with("erased.") && marked.ends_with("@acme.example"));
    // The line of history about it, and the two of taking her out.
    assert_eq!(site.count("events"), events + 2);
    assert_eq!(site.count("mails"), mails, "what was mailed when stays");
    assert_eq!(
        site.value(&format!(
            "select first_name || ' ' || active from users where id = '{zelda}'"
        )),
        "erased false"
    );
    assert_eq!(
        site.value(&format!("select username from users where id = '{other}'")),
        "zelda.quuxley@acme.example"
    );
    assert_eq!(hers.get("/password").status, 303, "she is out");
    let history = client.get(&format!("/users/{zelda}/history"));
    assert!(history.says("Personal data was erased.") && history.says("Added as erased, erased."));
    assert!(history.says("Last name: erased → erased"));
    // The address is free again, and nobody else is erased by it.
    assert_eq!(add(&client, "zelda.quux@acme.example").status, 303);
    let boss = Username::parse("boss@acme.example").unwrap();
    let last = site
        .owner
        .write(|tx| support::erase(tx, &boss, clock::now()));
    assert!(matches!(last, Err(EraseError::LastAdministrator)));
    let nobody = Username::parse("nobody@acme.example").unwrap();
    assert!(matches!(
        site.owner
            .write(|tx| support::erase(tx, &nobody, clock::now())),
        Err(EraseError::NotFound)
    ));
    assert_eq!(
        site.value("select first_name from users where username = 'boss@acme.example'"),
        "Boss"
    );
}

#[test]
fn erasing_leaves_alone_whoever_has_a_longer_address_or_name() {
    let site = Site::start();
    let client = shared(&site);
    add(&client, "bo@acme.example");
    add(&client, "jim.bo@acme.example");
    let bo = site.value("select id from users where username = 'bo@acme.example'");
    let other = site.value("select id from users where username = 'jim.bo@acme.example'");
    site.sql(&format!(
        "update users set first_name = 'Ann', last_name = 'Li' where id = '{bo}'"
    ));
    let reason = "Joann Lind has it, see jim.bo@acme.example and bo@acme.example.uk";
    let about_bo = "Came after\nAnn Li\nbo@acme.example.";
    for (id, reason) in [(&other, reason), (&other, about_bo)] {
        let details =
            serde_json::json!({ "reason": reason, "sessions_ended": 0, "mails_cancelled": 0 });
        site.sql(&format!(
            "insert into events (account_id, user_id, actor, kind, details, happened_at)
             select account_id, id, 'staff', 'user_deactivated', '{details}', now() from users where id = '{id}'"
        ));
    }
    site.sql(&format!(
        "update users set deactivation_reason = '{reason}' where id = '{other}'"
    ));
    site.sql("insert into imports (account_id, id, made_by, made_at) select account_id, id, id, now() from users where username like 'boss@%'");
    let line = |position: i32, username: &str, replaces: &str| {
        site.sql(&format!(
            "insert into import_lines (account_id, import_id, position, line, username, first_name, last_name, title, department, phone, replaces, verdict, chosen, reason)
             select account_id, id, {position}, {position}, '{username}', 'Jim', 'Bo', '', '', '', '{replaces}', 'add', true, '' from imports"
        ));
    };
    line(1, "jim.bo@acme.example", "");
    line(2, "new@acme.example", "jimbo@acme.example");
    line(3, "BO@Acme.Example ", "");
    let lines = site.count("import_lines") / 3;
    let username = Username::parse("bo@acme.example").unwrap();
    site.owner
        .write(|tx| support::erase(tx, &username, clock::now()))
        .unwrap();
    let kept = "import_lines where username in ('jim.bo@acme.example', 'new@acme.example') and replaces <> 'erased'";
    assert_eq!(site.count(kept), 2 * lines);
    assert_eq!(site.count("import_lines where username = 'erased'"), lines);
    assert_eq!(
        site.count(&format!("events where details->>'reason' = '{reason}'")),
        1
    );
    assert_eq!(
        site.count(&format!("users where deactivation_reason = '{reason}'")),
        1
    );
    assert_eq!(
        site.value(&format!(
            "select details->>'reason' from events where user_id = '{other}' and details->>'reason' like 'Came%'"
        )),
        "Came after\nerased\nerased."
    );
}

#[test]
fn whoever_is_erased_has_no_address_at_a_domain_any_more() {
    let site = Site::start();
    let client = shared(&site);
    for username in ["bo@shared.example", "cy@shared.example"] {
        assert_eq!(add(&client, username).status, 303);
    }
    let erase = |username: &str| {
        let username = Username::parse(username).unwrap();
        site.owner
            .write(|tx| support::erase(tx, &username, clock::now()))
            .unwrap()
            .username
    };
    let marked = erase("bo@shared.example");
    let acme = site.value("select id from accounts where name = 'Acme'");
    let author = Author::staff(acme.parse().unwrap());
    let domain = Domain::parse("shared.example").unwrap();
    let remove = || {
        site.db
            .write(|tx| accounts::remove_domain(tx, &author, &domain, clock::now()))
    };
    let refused = remove().unwrap_err();
    assert!(
        matches!(refused, AccountError::DomainInUse { people: 1, .. }),
        "{refused}"
    );
    assert_eq!(site.count(&format!("users where username = '{marked}'")), 1);

    erase("cy@shared.example");
    remove().unwrap();
    let moved = marked.replace("@shared.example", "@acme.example");
    assert_eq!(
        site.count(&format!(
            "user_search where username = '{moved}' and search_text = '{moved} erased erased  '"
        )),
        1
    );
    assert_eq!(
        site.count(
            "user_search where search_text like '%shared.example%' and username like 'erased%'"
        ),
        0
    );
    let list = client.get("/users?show=inactive");
    assert!(
        list.body
            .contains(&format!("aria-label=\"Select {moved}\"")),
        "{}",
        list.text()
    );
}

#[test]
fn erasing_says_whether_a_seat_came_free_by_it() {
    let site = Site::start();
    let client = shared(&site);
    for username in ["bo@acme.example", "cy@acme.example", "di@acme.example"] {
        assert_eq!(add(&client, username).status, 303);
    }
    site.sql("update users set active = false, deactivated_at = now() where username = 'bo@acme.example'");
    let erase = |username: &str| {
        let username = Username::parse(username).unwrap();
        let erased = site
            .owner
            .write(|tx| support::erase(tx, &username, clock::now()))
            .unwrap();
        (erased.was_active, erased.free_seats)
    };
    assert_eq!(erase("bo@acme.example"), (false, 2));
    assert_eq!(erase("cy@acme.example"), (true, 3));
    // With fewer seats than people none comes free.
    site.sql("update accounts set seats = 1 where name = 'Acme'");
    assert_eq!(erase("di@acme.example"), (true, 0));
}
