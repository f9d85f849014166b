//! A Save that has nothing to do says so, and `Reactivate` leaves Save as the one step.

use crate::client::{Answer, Client};
use crate::edit::edit;
use crate::site::Site;

const OUT: [(&str, &str); 1] = [("active_account_on_form", "yes")];

fn start() -> (Site, Client, String) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    (site, client, format!("/users/{ann}"))
}

fn inactive(site: &Site) {
    site.sql("update users set active = false, deactivated_at = now() where username like 'ann%'");
}

/// Whether that box is there and ticked.
fn is_ticked(dialog: &Answer, name: &str) -> bool {
    let tag = dialog
        .body
        .split('<')
        .find(|tag| tag.contains("type=\"checkbox\"") && tag.contains(&format!("name=\"{name}\"")));
    tag.unwrap_or_default().contains(" checked")
}

#[test]
fn reactivate_at_a_conflict_opens_the_pop_up_with_save_as_the_one_step_that_is_left() {
    let (site, client, path) = start();
    inactive(&site);
    let taken = client.post(
        "/users?sort=name",
        &[
            ("username", "ann@acme.example"),
            ("first_name", "Ann"),
            ("last_name", "Tester"),
        ],
    );
    let before = site.everything();
    let link = format!("{path}?show=inactive&sort=name&reactivate=yes");
    assert!(
        taken
            .body
            .contains(&format!("href=\"{}\"", link.replace('&', "&#38;"))),
        "{}",
        taken.dialog().body
    );
    let opened = client.get(&link).dialog();
    assert!(is_ticked(&opened, "active_account") && is_ticked(&opened, "send_new_password"));
    assert!(
        opened.says("Click Save to reactivate Ann Tester and mail them a new password."),
        "{}",
        opened.text()
    );
    assert_eq!(opened.field("original_active"), "no");
    assert_eq!(site.everything(), before, "opening it changes nothing");
    let ticked = [
        ("active_account_on_form", "yes"),
        ("active_account", "yes"),
        ("send_new_password", "yes"),
    ];
    let there = format!("{path}?show=inactive&sort=name");
    assert_eq!(edit(&client, &opened, &there, &ticked).status, 303);
    assert!(
        client
            .get("/users")
            .says("Ann Tester is active again. A new password is on its way to ann@acme.example.")
    );
}

#[test]
fn reactivate_says_that_no_seat_is_free_and_is_nothing_special_for_who_is_active() {
    let (site, client, path) = start();
    let link = format!("{path}?reactivate=yes");
    let active = client.get(&link).dialog();
    assert!(is_ticked(&active, "active_account") && !active.says("Click Save to reactivate"));
    inactive(&site);
    site.sql("update accounts set seats = active_users");
    let opened = client.get(&link).dialog();
    assert!(
        opened.says("Ann Tester cannot be reactivated yet: no seat is free."),
        "{}",
        opened.text()
    );
    // Without the parameter the pop-up is as ever.
    let plain = client.get(&path).dialog();
    assert!(!is_ticked(&plain, "active_account") && is_ticked(&plain, "send_new_password"));
}

#[test]
fn a_save_that_changes_nothing_says_so_and_what_to_do() {
    let (site, client, path) = start();
    let before = site.everything();
    let dialog = client.get(&path);
    let in_place = [("active_account_on_form", "yes"), ("active_account", "yes")];
    assert_eq!(edit(&client, &dialog, &path, &in_place).status, 303);
    assert_eq!(site.everything(), before);
    let told = client.get("/users");
    assert!(
        told.says("Nothing was changed: Ann Tester is as before.")
            && told.says("Open Ann Tester")
            && !told.says("Undo"),
        "{}",
        told.text()
    );
    inactive(&site);
    let dialog = client.get(&path);
    let there = format!("{path}?show=inactive");
    assert_eq!(edit(&client, &dialog, &there, &OUT).status, 303);
    let told = client.get("/users?show=inactive");
    assert!(
        told.says(
            "Nothing was changed: Ann Tester is still inactive. To reactivate them, tick Active Account before you click Save."
        ),
        "{}",
        told.text()
    );
}

#[test]
fn who_changed_nothing_while_somebody_else_did_is_told_both() {
    let (_site, client, path) = start();
    let (mine, other_window) = (client.get(&path), client.get(&path));
    edit(&client, &other_window, &path, &[("title", "Buyer")]);
    client.get("/users");
    assert_eq!(edit(&client, &mine, &path, &[]).status, 303);
    let told = client.get("/users");
    assert!(
        told.says("This Save changed nothing. You changed title in another window; that was kept."),
        "{}",
        told.text()
    );
}

#[test]
fn a_save_sent_again_keeps_the_message_of_the_first_or_says_that_it_is_stored() {
    let (site, client, path) = start();
    let dialog = client.get(&path);
    let title = [("title", "Buyer")];
    for _ in 0..2 {
        assert_eq!(edit(&client, &dialog, &path, &title).status, 303);
    }
    let told = client.get("/users");
    assert!(
        told.says("Your changes to Ann Tester are saved.") && !told.says("Nothing was changed"),
        "{}",
        told.text()
    );
    // The answer to the first was seen, and the form is sent once more: by Back, or by a browser.
    assert_eq!(edit(&client, &dialog, &path, &title).status, 303);
    let told = client.get("/users");
    assert!(
        told.says("What you typed is stored for Ann Tester already. Nothing more was changed."),
        "{}",
        told.text()
    );
    // Out, sent twice: the first one's Undo stays within reach.
    let dialog = client.get(&path);
    for _ in 0..2 {
        assert_eq!(edit(&client, &dialog, &path, &OUT).status, 303);
    }
    let told = client.get("/users");
    assert!(
        told.says("Ann Tester is deactivated and can no longer sign in.") && told.says("Undo"),
        "{}",
        told.text()
    );
    assert_eq!(site.count("events where kind = 'user_edited'"), 1);
    assert_eq!(site.count("events where kind = 'user_deactivated'"), 1);
}
