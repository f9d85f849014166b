//! `Undo` of a reactivation.

use crate::client::{Answer, Client};
use crate::edit::edit;
use crate::site::Site;

/// Presses `Undo` of the message on that page.
fn press_undo(client: &Client, list: &Answer, path: &str) -> Answer {
    let names = [
        "username",
        "first_name",
        "last_name",
        "original_username",
        "original_first_name",
        "original_last_name",
        "active_account_on_form",
        "original_active",
        "undo_reactivation",
    ];
    let fields: Vec<(&str, String)> = names.iter().map(|name| (*name, list.field(name))).collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    client.post(path, &fields)
}

/// Ann leaves, and is taken in again from the list of who is inactive: her state in between, and the page
/// after it.
fn taken_in(client: &Client, site: &Site, path: &str, new_password: bool) -> (String, Answer) {
    let dialog = client.get(path);
    let out = [
        ("active_account_on_form", "yes"),
        ("reason", "Parental leave"),
    ];
    assert_eq!(edit(client, &dialog, path, &out).status, 303);
    let before = site.value(STATE);
    let dialog = client.get(path);
    let mut ticked = vec![("active_account_on_form", "yes"), ("active_account", "yes")];
    if new_password {
        ticked.push(("send_new_password", "yes"));
    }
    let there = format!("{path}?show=inactive");
    let saved = edit(client, &dialog, &there, &ticked);
    assert_eq!(saved.status, 303, "{}", saved.text());
    (before, client.get("/users?show=inactive"))
}

/// Since when and why Ann is out.
const STATE: &str =
    "select deactivated_at::text || ' ' || deactivation_reason || ' ' || active::text
                     from users where username = 'ann@acme.example'";

fn start() -> (Site, Client, String) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    (site, client, format!("/users/{ann}"))
}

#[test]
fn undo_of_a_reactivation_makes_inactive_again_as_before_and_ends_the_new_password() {
    let (site, client, path) = start();
    let (before, list) = taken_in(&client, &site, &path, true);
    assert!(
        list.says("Ann Tester is active again.")
            && list.says("Open Ann Tester")
            && list.says("Undo deactivates them again. The new password stops working, and the old one is not restored."),
        "{}",
        list.text()
    );
    let there = format!("{path}?show=inactive");
    let undone = press_undo(&client, &list, &there);
    assert_eq!(undone.status, 303, "{}", undone.text());
    assert_eq!(undone.location.as_deref(), Some("/users?show=inactive"));
    let after = client.get("/users?show=inactive");
    assert!(
        after.says(
            "Ann Tester is inactive again, as before. A seat is free. 1 waiting mail was cancelled."
        ) && after.body.contains("Select ann@acme.example")
            && !after.says("Undo"),
        "{}",
        after.text()
    );
    assert_eq!(site.value(STATE), before);
    assert_eq!(site.count("mails where state = 'waiting'"), 0);
    let history = client.get(&format!("{path}/history"));
    assert!(
        history.says("Inactive again: the reactivation was taken back."),
        "{}",
        history.text()
    );
    // Pressed once more in another window, it changes nothing and says so.
    assert_eq!(press_undo(&client, &list, &there).status, 303);
    let twice = client.get("/users?show=inactive");
    assert!(
        twice.says("You deactivated Ann Tester meanwhile."),
        "{}",
        twice.text()
    );
    assert_eq!(site.count("events where kind = 'user_deactivated'"), 2);

    // Taken in and back once more, she is out since the first time.
    let dialog = client.get(&path);
    let ticked = [("active_account_on_form", "yes"), ("active_account", "yes")];
    assert_eq!(edit(&client, &dialog, &there, &ticked).status, 303);
    let list = client.get("/users?show=inactive");
    assert!(
        list.says("Undo") && !list.says("Undo deactivates"),
        "{}",
        list.text()
    );
    assert_eq!(press_undo(&client, &list, &there).status, 303);
    assert_eq!(site.value(STATE), before);
}

#[test]
fn undo_of_a_reactivation_leaves_the_password_they_had() {
    let (site, client, path) = start();
    let (before, list) = taken_in(&client, &site, &path, false);
    assert!(
        list.says("Ann Tester is active again, with the password they had.")
            && list.says("Undo")
            && !list.says("Undo deactivates"),
        "{}",
        list.text()
    );
    assert_eq!(press_undo(&client, &list, &path).status, 303);
    assert_eq!(site.value(STATE), before);
    site.sql("update users set active = true, deactivated_at = null, deactivation_reason = ''");
    site.signed_in("ann@acme.example");
}

#[test]
fn undo_of_a_reactivation_still_works_when_the_mail_has_left_and_what_it_brought_does_not() {
    let (site, client, path) = start();
    let (before, list) = taken_in(&client, &site, &path, true);
    let mailed = site.mailed_password("ann@acme.example");
    assert_eq!(press_undo(&client, &list, &path).status, 303);
    assert_eq!(site.value(STATE), before);
    let fields = [("username", "ann@acme.example"), ("password", &mailed)];
    assert_eq!(site.client().post("/sign-in", &fields).status, 422);
}

#[test]
fn a_reactivation_is_not_undone_once_something_else_happened_to_the_person() {
    let (site, client, path) = start();
    let (_, list) = taken_in(&client, &site, &path, false);
    site.signed_in("ann@acme.example");
    let refused = press_undo(&client, &list, &path);
    assert_eq!(refused.status, 422);
    assert!(
        refused.says("Something else happened to this user since they were reactivated, so Undo changed nothing."),
        "{}",
        refused.text()
    );
    assert_eq!(site.count("users where active"), 2);
    assert_eq!(site.count("sessions"), 2);
    assert_eq!(site.count("events where kind = 'user_deactivated'"), 1);

    // Nor where nobody took them in: a form that is made up takes nobody out as if they had been out.
    let acme = site.value("select id from accounts");
    let company = crate::site::Company {
        id: acme.parse().unwrap(),
    };
    let bea = site.person(company, "bea@acme.example", false);
    let made_up = [
        ("username", "bea@acme.example"),
        ("first_name", "Bea"),
        ("last_name", "Tester"),
        ("active_account_on_form", "yes"),
        ("original_active", "yes"),
        ("undo_reactivation", "yes"),
    ];
    assert_eq!(client.post(&format!("/users/{bea}"), &made_up).status, 422);
    assert_eq!(site.count("users where active"), 3);
}
