//! Deactivating and reactivating.

use crate::edit::edit;
use crate::site::{PASSWORD, Site};

#[test]
fn a_deactivated_user_is_out_at_the_next_click_and_nothing_revives_the_session() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 3);
    let ann = site.person(acme, "ann@acme.example", false);
    let open = site.signed_in("ann@acme.example");
    site.client()
        .post("/forgot-password", &[("username", "ann@acme.example")]);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    let dialog = client.get(&path);
    assert!(dialog.says("is signed out at once") && dialog.says("1 waiting mail is cancelled"));
    let answer = edit(
        &client,
        &dialog,
        &path,
        &[
            ("active_account_on_form", "yes"),
            ("reason", "Left the company"),
        ],
    );
    assert_eq!(answer.status, 303, "{}", answer.text());
    let list = client.get("/users");
    assert!(
        list.says("Ann Tester is deactivated") && list.says("Undo") && list.says("Open Ann Tester")
    );
    assert_eq!(open.get("/password").location.as_deref(), Some("/sign-in"));
    assert_eq!(
        site.client()
            .post(
                "/sign-in",
                &[("username", "ann@acme.example"), ("password", PASSWORD)]
            )
            .status,
        422
    );
    assert_eq!(
        site.value("select explanation from mails"),
        "the user was deactivated"
    );
    assert!(
        client
            .get("/users?show=inactive")
            .body
            .contains("Select ann@acme.example")
    );
    assert!(
        client
            .get(&format!("{path}/history"))
            .says("Reason: Left the company")
    );

    let dialog = client.get(&format!("{path}?show=inactive"));
    let changes = [
        ("active_account_on_form", "yes"),
        ("active_account", "yes"),
        ("send_new_password", "yes"),
    ];
    assert_eq!(edit(&client, &dialog, &path, &changes).status, 303);
    assert_eq!(
        open.get("/password").status,
        303,
        "reactivation revives no session"
    );
    assert_eq!(
        site.client()
            .post(
                "/sign-in",
                &[("username", "ann@acme.example"), ("password", PASSWORD)]
            )
            .status,
        422
    );
    let mailed = site.mailed_password("ann@acme.example");
    let answer = site.client().post(
        "/sign-in",
        &[("username", "ann@acme.example"), ("password", &mailed)],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
}

#[test]
fn undo_takes_the_user_back_in_as_they_were() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 3);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    edit(
        &client,
        &client.get(&path),
        &path,
        &[("active_account_on_form", "yes")],
    );
    let list = client.get("/users");
    let names = [
        "username",
        "first_name",
        "last_name",
        "original_username",
        "original_first_name",
        "original_last_name",
        "active_account_on_form",
        "active_account",
        "original_active",
    ];
    let fields: Vec<(&str, String)> = names.iter().map(|name| (*name, list.field(name))).collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(client.post(&path, &fields).status, 303);
    assert_eq!(site.count("users where active"), 2);
    assert_eq!(site.count("mails"), 0, "the password they had still works");
    site.signed_in("ann@acme.example");
}

#[test]
fn undo_needs_the_seat_and_does_not_make_an_administrator_again() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let ann = site.person(acme, "ann@acme.example", true);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    let dialog = client.get(&path);
    assert!(dialog.says("They are no longer an administrator."));
    edit(
        &client,
        &dialog,
        &path,
        &[("active_account_on_form", "yes")],
    );
    let list = client.get("/users");
    assert!(
        list.says("They are no longer an administrator, also after Undo."),
        "{}",
        list.text()
    );
    let back = |list: &crate::client::Answer| {
        let names = [
            "username",
            "first_name",
            "last_name",
            "original_username",
            "original_first_name",
            "original_last_name",
            "active_account_on_form",
            "active_account",
            "undo_deactivation",
            "original_active",
        ];
        let fields: Vec<(&str, String)> =
            names.iter().map(|name| (*name, list.field(name))).collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        client.post(&path, &fields)
    };
    site.person(acme, "bea@acme.example", false);
    let refused = back(&list);
    assert_eq!(refused.status, 422);
    assert!(
        refused.says("This could not be undone: no seat is free any more. Choose below whom to deactivate for this one, or deactivate a user first."),
        "{}",
        refused.text()
    );
    site.sql("update accounts set seats = 3");
    assert_eq!(back(&list).status, 303);
    assert!(client.get("/users").says("Ann Tester is active again"));
    // Pressed once more in another window, it changes nothing and says so.
    assert_eq!(back(&list).status, 303);
    assert!(
        client
            .get("/users")
            .says("You reactivated Ann Tester meanwhile.")
    );
    assert_eq!(site.count("events where kind = 'user_reactivated'"), 1);
    assert_eq!(site.count("users where administrator"), 1);
}

#[test]
fn reactivating_needs_a_seat() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let ann = site.person(acme, "ann@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'ann%'");
    // An administrator, who is not offered to make room.
    site.person(acme, "bea@acme.example", true);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    let dialog = client.get(&path);
    assert!(
        dialog.says("No seat is free. 2 of 2 seats are in use.")
            && dialog.body.contains("sort=last-sign-in")
            && dialog.says("See who has been away the longest"),
        "{}",
        dialog.text()
    );
    let page = edit(
        &client,
        &dialog,
        &path,
        &[("active_account_on_form", "yes"), ("active_account", "yes")],
    );
    assert_eq!(page.status, 422);
    assert!(page.says("No seat is free. 2 of 2 seats are in use. Deactivate a user first, then reactivate this one."));
    assert_eq!(site.count("users where active"), 2);
}

#[test]
fn nobody_deactivates_themself() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "other@acme.example", true);
    let client = site.signed_in("boss@acme.example");
    let path = format!(
        "/users/{}",
        site.value("select id from users where username like 'boss%'")
    );
    let dialog = client.get(&path);
    assert!(!dialog.body.contains("active_account_on_form"));
    let page = edit(
        &client,
        &dialog,
        &path,
        &[("active_account_on_form", "yes")],
    );
    assert_eq!(page.status, 422);
    assert!(page.says("You cannot deactivate yourself"));
    assert_eq!(site.count("users where active"), 2);
}

#[test]
fn undo_says_beforehand_whether_it_mails_a_password() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let (ann, bea) = (
        site.person(acme, "ann@acme.example", false),
        site.newcomer(acme, "bea@acme.example"),
    );
    let boss = site.signed_in("boss@acme.example");
    for (id, mails) in [(ann, false), (bea, true)] {
        let path = format!("/users/{id}");
        let dialog = boss.get(&path);
        let saved = edit(&boss, &dialog, &path, &[("active_account_on_form", "yes")]);
        assert_eq!(saved.status, 303, "{}", saved.text());
        let list = boss.get("/users");
        assert!(list.says("Undo"));
        assert_eq!(
            list.says("Undo mails them a new password"),
            mails,
            "{}",
            list.text()
        );
        assert_eq!(list.body.contains("name=\"send_new_password\""), mails);
    }
}

#[test]
fn what_reactivating_without_a_new_password_means_is_said_before_and_after() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let ids = [
        site.person(acme, "ann@acme.example", false),
        site.newcomer(acme, "bea@acme.example"),
    ];
    site.sql("update users set active = false, deactivated_at = now(), password_mail_id = null where not administrator");
    let boss = site.signed_in("boss@acme.example");
    let words = [
        (
            "Without, it works again.",
            "Ann Tester is active again, with the password they had.",
        ),
        (
            "Bea Tester has no password of their own.",
            "Bea Tester is active again and has no password:",
        ),
    ];
    for (id, (before, after)) in ids.iter().zip(words) {
        let path = format!("/users/{id}");
        let dialog = boss.get(&path);
        assert!(dialog.says(before), "{}", dialog.text());
        let ticked = [("active_account_on_form", "yes"), ("active_account", "yes")];
        assert_eq!(edit(&boss, &dialog, &path, &ticked).status, 303);
        let list = boss.get("/users");
        assert!(list.says(after), "{}", list.text());
    }
}

#[test]
fn over_its_seats_a_deactivation_promises_no_seat_and_no_way_back() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    site.person(acme, "bea@acme.example", false);
    site.sql("update accounts set seats = 1");
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    let dialog = client.get(&path);
    assert!(
        dialog.says("No seat is free by it, because 3 of 1 seats are in use")
            && !dialog.says("The seat is free"),
        "{}",
        dialog.dialog().text()
    );
    let out = [("active_account_on_form", "yes")];
    assert_eq!(edit(&client, &dialog, &path, &out).status, 303);
    let list = client.get("/users");
    assert!(
        list.says("No seat is free yet: deactivate 2 more users first.") && !list.says("Undo"),
        "{}",
        list.text()
    );
}

#[test]
fn a_new_username_is_mailed_to_both_addresses_only_where_the_person_is_active_afterwards() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}");
    let on_form = ("active_account_on_form", "yes");
    let save = |changes: &[(&str, &str)]| {
        let dialog = client.get(&path);
        assert_eq!(edit(&client, &dialog, &path, changes).status, 303);
        client.get("/users")
    };
    let told = "We notify both addresses by mail.";
    let not_told = "No mail tells of the new username, because they are inactive.";

    // Renamed and taken out by one click.
    let list = save(&[("username", "ann.lee@acme.example"), on_form]);
    assert!(
        list.says("Ann Tester is deactivated") && list.says(not_told) && !list.says(told),
        "{}",
        list.text()
    );
    assert!(!list.says("cancelled"), "{}", list.text());
    assert_eq!(site.count("mails"), 0);

    // Renamed while out.
    let dialog = client.get(&path);
    assert!(
        dialog.says("If you change it and tick Active Account, we notify both addresses by mail."),
        "{}",
        dialog.text()
    );
    let list = save(&[("username", "ann.meyer@acme.example"), on_form]);
    assert!(list.says(not_told) && !list.says(told), "{}", list.text());
    assert_eq!(site.count("mails"), 0);

    // Renamed and taken back in by one click.
    let back = [
        ("username", "ann.berg@acme.example"),
        on_form,
        ("active_account", "yes"),
    ];
    let list = save(&back);
    assert!(list.says(told) && !list.says(not_told), "{}", list.text());
    let mut mailed: Vec<String> = site.deliver().into_iter().map(|(to, ..)| to).collect();
    mailed.sort();
    assert_eq!(mailed, ["ann.berg@acme.example", "ann.meyer@acme.example"]);
}
