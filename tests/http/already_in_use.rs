//! "Email address is already in use": the four cases and their ways out.

use crate::client::{Answer, Client};
use crate::site::Site;

fn add(client: &Client, username: &str) -> Answer {
    client.post(
        "/users",
        &[
            ("username", username),
            ("first_name", "Some"),
            ("last_name", "Body"),
        ],
    )
}

/// Acme and Globex share the domain `labs.example`.
pub fn two_companies() -> Site {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let globex = site.company("Globex", "globex.example", 9);
    site.sql("insert into account_domains select id, 'labs.example', now() from accounts");
    site.person(globex, "grace@labs.example", false);
    site.person(acme, "active@acme.example", false);
    site.person(acme, "inactive@acme.example", false);
    site.sql(
        "update users set active = false, deactivated_at = now() where username like 'inactive%'",
    );
    site
}

#[test]
fn active_here_links_to_that_user() {
    let site = two_companies();
    let client = site.signed_in("boss@acme.example");
    let page = add(&client, "ACTIVE@acme.example");
    assert_eq!(page.status, 422);
    assert_eq!(
        page.error_at("username").as_deref(),
        Some("Email address is already in use")
    );
    let id = site.value("select id from users where username like 'active%'");
    assert!(page.body.contains(&format!("href=\"/users/{id}\"")) && page.says("Active Tester"));
    assert_eq!(site.count("address_conflicts"), 0);
}

#[test]
fn inactive_here_leads_to_show_inactive_and_to_reactivating() {
    let site = two_companies();
    let client = site.signed_in("boss@acme.example");
    let page = add(&client, "inactive@acme.example");
    assert_eq!(page.status, 422);
    assert!(page.says("Email address is already in use") && page.says("Inactive Tester"));
    let id = site.value("select id from users where username like 'inactive%'");
    assert!(page.body.contains("href=\"/users?show=inactive\""));
    assert!(
        page.body.contains(&format!(
            "href=\"/users/{id}?show=inactive&#38;reactivate=yes\""
        )) && page.says("Reactivate")
    );
}

#[test]
fn in_another_account_and_reserved_look_alike_and_give_a_reference_code_without_a_leak() {
    let site = two_companies();
    site.sql(
        "insert into reserved_usernames select 'former@labs.example', account_id, id, now() + interval '9 days'
         from users where username like 'grace%'",
    );
    let client = site.signed_in("boss@acme.example");
    let mut texts = Vec::new();
    for username in ["grace@labs.example", "former@labs.example"] {
        let page = add(&client, username);
        assert_eq!(page.status, 422);
        assert_eq!(
            page.error_at("username").as_deref(),
            Some("Email address is already in use")
        );
        let code = site.value(&format!(
            "select code from address_conflicts where username = '{username}'"
        ));
        assert_eq!(code.len(), 9);
        assert!(page.says(&code) && page.says("help@vendor.example") && page.says("+1 555 0100"));
        let dialog = page.dialog();
        assert!(
            !dialog.says("Globex") && !dialog.says("Grace Tester"),
            "{}",
            dialog.text()
        );
        texts.push(page.dialog().text().replace(&code, "CODE"));
    }
    assert_eq!(texts[0], texts[1], "the two are not told apart");
    assert_eq!(
        site.value("select string_agg(rule, ',' order by rule) from address_conflicts"),
        "elsewhere,reserved"
    );
    assert_eq!(
        site.count("users where username = 'former@labs.example'"),
        0
    );
}

#[test]
fn a_former_address_of_somebody_here_tells_whose_it_was_and_when_it_is_free() {
    let site = two_companies();
    site.sql("update accounts set time_zone = 'Asia/Tokyo' where name = 'Acme'");
    site.sql(
        "insert into reserved_usernames select 'former.' || username, account_id, id, '2099-03-12 20:15:00+00'
         from users where username in ('active@acme.example', 'inactive@acme.example')",
    );
    let client = site.signed_in("boss@acme.example");
    for (who, show) in [("Active", ""), ("Inactive", "?show=inactive")] {
        let username = format!("former.{}@acme.example", who.to_lowercase());
        let page = add(&client, &username);
        assert_eq!(page.status, 422);
        assert_eq!(
            page.error_at("username").as_deref(),
            Some("Email address is already in use")
        );
        let dialog = page.dialog();
        for words in [
            // Thirty days before, in Tokyo.
            format!("Until 11 Feb 2099 it was the username of {who} Tester"),
            format!("who has {}@acme.example now.", who.to_lowercase()),
            "it is kept for them until 13 March 2099, 05:15.".to_string(),
            "help@vendor.example".to_string(),
            site.value(&format!(
                "select code from address_conflicts where username = '{username}'"
            )),
        ] {
            assert!(dialog.says(&words), "{words}: {}", dialog.text());
        }
        assert!(!dialog.says("Nobody in your account"));
        let id = site.value(&format!(
            "select id from users where username = '{}@acme.example'",
            who.to_lowercase()
        ));
        assert!(
            page.body.contains(&format!("href=\"/users/{id}{show}\"")),
            "{}",
            page.body
        );
    }
    assert_eq!(
        site.value("select string_agg(rule, ',') from address_conflicts"),
        "reserved,reserved"
    );
}

#[test]
fn looking_up_many_addresses_of_others_comes_to_an_end() {
    let site = two_companies();
    let client = site.signed_in("boss@acme.example");
    let mut last = add(&client, "grace@labs.example");
    for _ in 0..31 {
        last = add(&client, "grace@labs.example");
    }
    assert_eq!(last.status, 422);
    assert!(last.says("cannot be added now"), "{}", last.text());
    // The throttle's own row says when there is room for one more; told at the full minute after.
    let room_at = site.value(
        "select to_char(date_trunc('minute', at at time zone 'UTC') + interval '1 minute', 'HH24:MI')
         from (select max(used_until) - interval '58 minutes' - interval '1 microsecond' from throttles) as room (at)",
    );
    let told = format!("Try again at {room_at}, or call Customer Success");
    assert!(last.says(&told), "{told}: {}", last.text());
    assert_eq!(
        last.error_at("username").as_deref(),
        Some(&*format!(
            "This address cannot be added now. Try again at {room_at}, or contact Customer Success with the code below."
        ))
    );
    assert_eq!(
        site.count("address_conflicts where rule = 'budget_spent'"),
        1,
        "one code for one address"
    );
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'elsewhere'"),
        "30"
    );
}

#[test]
fn past_the_look_ups_a_former_address_of_somebody_here_tells_from_when_on_it_is_free() {
    let site = two_companies();
    site.sql("update accounts set time_zone = 'Asia/Tokyo' where name = 'Acme'");
    site.sql(
        "insert into reserved_usernames select 'former@acme.example', account_id, id, '2099-03-12 20:15:00+00'
         from users where username = 'active@acme.example'",
    );
    let client = site.signed_in("boss@acme.example");
    for _ in 0..30 {
        add(&client, "grace@labs.example");
    }
    // In a minute or two there is another look-up, and the address is kept all the same.
    for _ in 0..2 {
        let page = add(&client, "former@acme.example");
        assert_eq!(page.status, 422);
        assert_eq!(
            page.error_at("username").as_deref(),
            Some(
                "This address cannot be added now. Try again after 13 March 2099, 05:15, or contact Customer Success with the code below."
            )
        );
        let told = page.dialog();
        let code = site.value(
            "select string_agg(code, ', ') from address_conflicts where username = 'former@acme.example'",
        );
        for words in [
            "it was the username of Active Tester",
            "it is kept for them until 13 March 2099, 05:15.",
            &code,
        ] {
            assert!(told.says(words), "{words}: {}", told.text());
        }
        assert!(!told.says("many addresses were tried"), "{}", told.text());
    }
    assert_eq!(
        site.count("address_conflicts where rule = 'budget_spent'"),
        1
    );
}

#[test]
fn changing_a_username_meets_the_same_cases() {
    let site = two_companies();
    let client = site.signed_in("boss@acme.example");
    let id = site.value("select id from users where username like 'active%'");
    let path = format!("/users/{id}");
    for (username, words) in [
        ("inactive@acme.example", "Reactivate"),
        ("grace@labs.example", "help@vendor.example"),
    ] {
        let page = client.post(
            &path,
            &[
                ("username", username),
                ("first_name", "Active"),
                ("last_name", "Tester"),
            ],
        );
        assert_eq!(page.status, 422, "{username}");
        assert!(
            page.says("Email address is already in use") && page.says(words),
            "{username}"
        );
    }
    assert_eq!(
        site.count("users where username = 'active@acme.example'"),
        1
    );
}
