//! `Add a User` where no seat is free: who makes room.

use crate::add::ANN;
use crate::site::Site;

#[test]
fn with_no_seat_free_the_pop_up_says_so_and_offers_who_could_be_freed() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    site.person(acme, "idle@acme.example", false);
    site.sql(
        "update users set created_at = now() - interval '90 days' where username like 'idle%'",
    );
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get("/users/new");
    assert!(
        dialog.says("No seat is free")
            && dialog.says("Idle Tester")
            && dialog.says("Never signed in")
            && dialog.says("Whom to deactivate")
            && dialog.says("The person you choose is deactivated in the same moment, and can be reactivated once a seat is free."),
        "{}",
        dialog.text()
    );
    let refused = client.post("/users", &ANN);
    assert_eq!(refused.status, 422);
    assert!(refused.says("No seat is free"));
    assert_eq!(site.count("users"), 2);

    let idle = dialog.field("deactivate");
    let mut fields = ANN.to_vec();
    fields.push(("deactivate", &idle));
    assert_eq!(client.post("/users", &fields).status, 303);
    let list = client.get("/users");
    assert!(list.says("Idle Tester was deactivated and Ann Meyer was added"));
    assert_eq!(
        site.value("select string_agg(username, ',' order by username) from users where active"),
        "ann.meyer@acme.example,boss@acme.example"
    );
}

#[test]
fn in_a_young_account_with_no_seat_free_the_newest_are_offered_too() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 3);
    site.person(acme, "idle@acme.example", false);
    site.person(acme, "busy@acme.example", false);
    site.sql(
        "update users set last_sign_in_at = now() - interval '1 hour' where username like 'busy%'",
    );
    let dialog = site
        .signed_in("boss@acme.example")
        .get("/users/new")
        .dialog();
    assert!(
        dialog.says("Idle Tester") && dialog.says("Busy Tester"),
        "{}",
        dialog.text()
    );
    assert!(!dialog.says("Boss Tester"), "{}", dialog.text());
    assert!(dialog.says("Never signed in, added today"));
    // Whoever was added or mailed a password today is offered where nobody else is.
    site.sql(
        "update users set created_at = now() - interval '3 days', last_sign_in_at = null where username like 'busy%'",
    );
    let dialog = site
        .signed_in("boss@acme.example")
        .get("/users/new")
        .dialog();
    assert!(
        dialog.says("Busy Tester") && !dialog.says("Idle Tester"),
        "{}",
        dialog.text()
    );
}

#[test]
fn who_makes_room_can_be_reactivated_and_the_message_says_how() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let idle = site.person(acme, "idle@acme.example", false).to_string();
    let client = site.signed_in("boss@acme.example");
    let mut fields = ANN.to_vec();
    fields.push(("deactivate", &idle));
    assert_eq!(client.post("/users", &fields).status, 303);
    let list = client.get("/users");
    assert!(
        list.says("Idle Tester can be reactivated once a seat is free."),
        "{}",
        list.text()
    );
    assert!(list.says("Open Idle Tester"));
}

#[test]
fn over_its_seats_the_pop_up_says_how_many_must_go_and_swapping_goes_on() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    for name in ["idle", "bea", "cem"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    site.sql(
        "update users set created_at = now() - interval '90 days' where username like 'idle%'",
    );
    site.sql("update accounts set seats = 2");
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get("/users/new").dialog();
    assert!(
        dialog.says("4 of 2 seats are in use")
            && dialog.says("choose below whom to deactivate for them, or deactivate 3 users first"),
        "{}",
        dialog.text()
    );
    let refused = client.post("/users", &ANN);
    assert!(
        refused.status == 422
            && refused
                .says("Nobody was added. Choose whom to deactivate for the new user, or deactivate 3 users first."),
        "{}",
        refused.dialog().text()
    );
    let idle = dialog.field("deactivate");
    let mut fields = ANN.to_vec();
    fields.push(("deactivate", &idle));
    assert_eq!(client.post("/users", &fields).status, 303);
    let inactive = site.value("select id from users where username like 'idle%'");
    let dialog = client.get(&format!("/users/{inactive}")).dialog();
    assert!(
        dialog.says("Deactivate 3 users before you reactivate Idle Tester."),
        "{}",
        dialog.text()
    );
    assert_eq!(site.count("users where active"), 4);
}

#[test]
fn with_no_seat_free_that_is_said_beside_everything_else_and_leads_to_who_makes_room() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    site.person(acme, "idle@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let empty = client.post("/users", &[("username", ""), ("first_name", "")]);
    assert_eq!(empty.status, 422);
    assert!(empty.error_at("username").is_some() && empty.error_at("first_name").is_some());
    assert!(
        empty.says("No seat is free. 2 of 2 seats are in use."),
        "{}",
        empty.dialog().text()
    );
    site.sql(
        "update users set created_at = now() - interval '90 days' where username like 'idle%'",
    );
    for fields in [&ANN[..], &[("username", "")]] {
        let refused = client.post("/users", fields);
        assert_eq!(
            refused.error_at("deactivate").as_deref(),
            Some(
                "Nobody was added. Choose whom to deactivate for the new user, or deactivate a user first."
            )
        );
        let told = refused.dialog().text();
        for said_once in ["No seat is free", "2 of 2 seats are in use"] {
            assert_eq!(told.matches(said_once).count(), 1, "{said_once}: {told}");
        }
        assert!(
            refused.body.contains("href=\"#deactivate\""),
            "the summary leads there"
        );
    }
}
