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
        dialog.says("choose whom to deactivate for them, or deactivate 3 users first."),
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

/// The fields of a Save that reactivates, with a new password.
const BACK_IN: [(&str, &str); 8] = [
    ("username", "kim@acme.example"),
    ("first_name", "Kim"),
    ("last_name", "Tester"),
    ("title", ""),
    ("active_account_on_form", "yes"),
    ("original_active", "no"),
    ("active_account", "yes"),
    ("send_new_password", "yes"),
];

#[test]
fn a_reactivation_with_no_seat_free_offers_who_makes_room_and_does_both_at_once() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let kim = site.person(acme, "kim@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'kim%'");
    site.person(acme, "idle@acme.example", false);
    site.sql(
        "update users set created_at = now() - interval '90 days' where username like 'idle%'",
    );
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{kim}");
    let opened = client.get(&format!("{path}?reactivate=yes")).dialog();
    assert!(
        opened.says(
            "No seat is free. Choose below whom to deactivate for Kim Tester, then click Save."
        ) && opened.says("Whom to deactivate")
            && opened.says("Idle Tester"),
        "{}",
        opened.text()
    );
    let before = site.everything();
    let refused = client.post(&path, &BACK_IN);
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.error_at("active_account").as_deref(),
        Some(
            "No seat is free. Choose below whom to deactivate for this one, or deactivate a user first."
        )
    );
    assert_eq!(site.everything(), before);

    let idle = opened.field("deactivate");
    let mut fields = BACK_IN.to_vec();
    fields.push(("deactivate", &idle));
    let from_the_inactive = format!("{path}?show=inactive");
    assert_eq!(client.post(&from_the_inactive, &fields).status, 303);
    let list = client.get("/users?show=inactive");
    assert!(
        list.says("Idle Tester is deactivated, and can be reactivated once a seat is free. Kim Tester is active again. A new password is on its way to kim@acme.example."),
        "{}",
        list.text()
    );
    // Taking back the one would leave the other out: there is no Undo, but a way to both.
    assert!(list.says("Open Kim Tester") && list.says("Open Idle Tester") && !list.says("Undo"));
    assert_eq!(
        site.value("select string_agg(username, ',' order by username) from users where active"),
        "boss@acme.example,kim@acme.example"
    );
    assert_eq!(
        site.value("select deactivation_reason from users where username like 'idle%'"),
        "Made room for Kim Tester"
    );
    // Who came back a moment ago is the last to make room for the next one.
    site.deliver();
    site.sql(
        "update users set last_sign_in_at = now() - interval '90 days' where username like 'kim%'",
    );
    site.sql("update accounts set seats = 3");
    site.person(acme, "late@acme.example", false);
    site.sql(
        "update users set created_at = now() - interval '90 days' where username like 'late%'",
    );
    let next = client.get("/users/new").dialog();
    assert!(
        next.says("Late Tester") && !next.says("Kim Tester"),
        "{}",
        next.text()
    );
    // The same form again, as by a second click: nobody else leaves, and no second mail goes out.
    let after = site.value("select count(*) from mails");
    assert_eq!(client.post(&path, &fields).status, 303);
    assert_eq!(site.count("users where active"), 3);
    assert_eq!(site.value("select count(*) from mails"), after);
}

#[test]
fn who_cannot_leave_makes_no_room_for_who_comes_back() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let kim = site.person(acme, "kim@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'kim%'");
    let out = site.person(acme, "out@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'out%'");
    site.person(acme, "idle@acme.example", false);
    let other = site.company("Beta", "beta.example", 5);
    let theirs = site.person(other, "theirs@beta.example", false);
    let client = site.signed_in("boss@acme.example");
    let boss = site.value("select id from users where username = 'boss@acme.example'");
    let before = site.everything();
    for (named, why) in [
        (
            boss,
            "You cannot deactivate yourself. Ask another administrator to do it.",
        ),
        (
            out.to_string(),
            "This user is inactive already. Choose somebody else.",
        ),
        (
            theirs.to_string(),
            "There is no such user. Choose somebody else.",
        ),
        (
            kim.to_string(),
            "There is no such user. Choose somebody else.",
        ),
    ] {
        let mut fields = BACK_IN.to_vec();
        fields.push(("deactivate", &named));
        let refused = client.post(&format!("/users/{kim}"), &fields);
        assert_eq!(refused.status, 422, "{why}");
        assert_eq!(refused.error_at("deactivate").as_deref(), Some(why));
        assert_eq!(site.everything(), before, "{why}");
    }
}

#[test]
fn whom_a_form_names_stays_where_nobody_is_reactivated_by_it() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 3);
    let kim = site.person(acme, "kim@acme.example", false);
    let idle = site.person(acme, "idle@acme.example", false).to_string();
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{kim}");
    for (of_box, was_active) in [("active_account", "yes"), ("left", "yes"), ("left", "no")] {
        let fields = [
            ("username", "kim@acme.example"),
            ("first_name", "Kim"),
            ("last_name", "Tester"),
            ("active_account_on_form", "yes"),
            ("original_active", was_active),
            (of_box, "yes"),
            ("deactivate", &idle),
        ];
        assert_eq!(client.post(&path, &fields).status, 303);
        assert_eq!(
            site.count("users where active and username like 'idle%'"),
            1
        );
    }
}
