//! What a browser is told whose session was ended by somebody else, and nobody else is.

use crate::client::Client;
use crate::site::{PASSWORD, Site};

const TOLD: &str = "You were signed out";
const WHOM_TO_ASK: &str = "ask an administrator of your account";

fn two_administrators() -> (Site, Client, Client, String) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let nora = site.person(acme, "nora@acme.example", true);
    let boss = site.signed_in("boss@acme.example");
    let theirs = site.signed_in("nora@acme.example");
    (site, boss, theirs, format!("/users/{nora}"))
}

fn assert_told(client: &Client, what: &str) {
    let answer = client.get("/users");
    assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{what}");
    let page = client.get("/sign-in");
    assert!(
        page.says(TOLD) && page.says(WHOM_TO_ASK),
        "{what}: {}",
        page.text()
    );
}

#[test]
fn who_was_deactivated_reset_or_unmade_an_administrator_is_told_at_the_sign_in_page() {
    for (what, under, change) in [
        ("deactivated", "", ("active_account_on_form", "yes")),
        ("unmade", "/administrator", ("administrator", "no")),
    ] {
        let (_site, boss, theirs, path) = two_administrators();
        let answer = if under.is_empty() {
            crate::edit::edit(&boss, &boss.get(&path), &path, &[change])
        } else {
            boss.post(&format!("{path}{under}"), &[change])
        };
        assert_eq!(answer.status, 303, "{what}: {}", answer.text());
        assert_told(&theirs, what);
    }
    let (_site, boss, theirs, _) = two_administrators();
    let reset = boss.post("/password-resets", &[("scope", "all_active")]);
    assert_eq!(reset.status, 303);
    assert_told(&theirs, "reset");
    assert_eq!(boss.get("/users").status, 200);
}

#[test]
fn nobody_is_told_who_held_no_session_or_left_it_themself() {
    let (site, boss, theirs, path) = two_administrators();
    crate::edit::edit(
        &boss,
        &boss.get(&path),
        &path,
        &[("active_account_on_form", "yes")],
    );
    let stranger = site.client();
    assert!(!stranger.get("/sign-in").says(TOLD));
    // The answer to somebody's username and password is the same as before.
    let fields = [("username", "nora@acme.example"), ("password", PASSWORD)];
    let refused = stranger.post("/sign-in", &fields);
    assert!(refused.status == 422 && !refused.says(TOLD));
    let answer = boss.post("/sign-out", &[]);
    let page = boss.get(&answer.location.unwrap());
    assert!(
        page.says("You are signed out.") && !page.says(TOLD),
        "{}",
        page.text()
    );
    assert!(!boss.get("/sign-in").says(TOLD));
    // A new session ends the matter.
    theirs.post(
        "/sign-in",
        &[("username", "boss@acme.example"), ("password", PASSWORD)],
    );
    assert_eq!(theirs.get("/users").status, 200);
}

#[test]
fn what_was_sent_without_a_session_is_told_to_be_unsaved_once() {
    let (site, boss, theirs, path) = two_administrators();
    let before = site.count("users");
    let fields = [("username", "new@acme.example"), ("first_name", "New")];
    let stranger = site.client();
    assert!(stranger.get("/users").header("set-cookie").is_none());
    let refused = stranger.post("/users", &fields);
    assert_eq!(refused.location.as_deref(), Some("/sign-in"));
    let note = refused.header("set-cookie").unwrap().to_string();
    assert!(
        note.starts_with("unsaved=yes;") && note.contains("Max-Age=60"),
        "{note}"
    );
    let with_note = [("cookie", "unsaved=yes")];
    let page = stranger.send("GET", "/sign-in", b"", &with_note);
    assert!(
        page.says("What you sent was not saved, because you are not signed in any more. Sign in, then enter it again."),
        "{}",
        page.text()
    );
    let ends = page.header("set-cookie").unwrap();
    assert!(
        ends.starts_with("unsaved=;") && ends.contains("Max-Age=0"),
        "{ends}"
    );
    assert!(!stranger.get("/sign-in").says("was not saved"));

    // Whose session was ended by somebody else hears both.
    crate::edit::edit(
        &boss,
        &boss.get(&path),
        &path,
        &[("active_account_on_form", "yes")],
    );
    assert_eq!(
        theirs.post("/users", &fields).location.as_deref(),
        Some("/sign-in")
    );
    let page = theirs.send("GET", "/sign-in", b"", &with_note);
    assert!(
        page.says(&format!("What you sent was not saved. {TOLD}")),
        "{}",
        page.text()
    );
    assert_eq!(site.count("users"), before);
    // Signing out twice saves nothing and loses nothing.
    assert!(
        stranger
            .post("/sign-out", &[])
            .header("set-cookie")
            .is_none_or(|it| !it.contains("unsaved"))
    );
}
