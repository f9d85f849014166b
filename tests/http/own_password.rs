//! `/password`: choosing one's own.

use crate::client::{Answer, Client};
use crate::site::{Company, PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";

fn choose(client: &Client, current: &str, new: &str, repeat: &str) -> Answer {
    client.post(
        "/password",
        &[
            ("current_password", current),
            ("new_password", new),
            ("repeat_new_password", repeat),
        ],
    )
}

/// Ann, with that password.
fn sign_in(site: &Site, password: &str) -> (Client, Answer) {
    let client = site.client();
    let fields = [("username", "ann@acme.example"), ("password", password)];
    let answer = client.post("/sign-in", &fields);
    (client, answer)
}

/// Ann is new, and signed in with the password from her mail.
fn arrived(site: &Site, company: Company) -> (Client, String) {
    site.newcomer(company, "ann@acme.example");
    let mailed = site.mailed_password("ann@acme.example");
    let (client, answer) = sign_in(site, &mailed);
    assert_eq!(answer.status, 303);
    (client, mailed)
}

#[test]
fn a_mailed_password_signs_in_to_one_thing_choosing_an_own_one_which_ends_it() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.newcomer(acme, "ann@acme.example");
    let mailed = site.mailed_password("ann@acme.example");
    let sign_in = |password: &str| sign_in(&site, password);
    let (client, answer) = sign_in(&mailed);
    assert_eq!(answer.location.as_deref(), Some("/password"));
    let (again, answer) = sign_in(&mailed);
    assert_eq!(answer.status, 303, "as often as needed");
    for path in [
        "/",
        "/users",
        "/account",
        "/users/new",
        "/password-resets/new",
    ] {
        assert_eq!(
            client.get(path).location.as_deref(),
            Some("/password"),
            "{path}"
        );
    }
    assert_eq!(
        client.post("/users", &[]).location.as_deref(),
        Some("/password")
    );
    assert!(client.get("/password").says("Choose your password"));

    let answer = choose(&client, &mailed, NEW, NEW);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(
        again.get("/password").status,
        303,
        "the other session is over"
    );
    assert_eq!(client.get("/password").status, 200);
    assert_eq!(sign_in(&mailed).1.status, 422);
    assert_eq!(sign_in(NEW).1.status, 303);
    assert_eq!(site.count("temporary_passwords"), 0);
    assert_eq!(
        site.count("users where username like 'ann%' and password_mail_id is null"),
        1
    );
    assert_eq!(site.count("events where kind = 'password_chosen'"), 1);
}

#[test]
fn a_user_who_is_no_administrator_sees_their_password_page_and_why() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("ann@acme.example");
    assert_eq!(client.get("/users").location.as_deref(), Some("/password"));
    assert_eq!(
        client
            .post("/users", &[("username", "x@acme.example")])
            .status,
        403
    );
    let page = client.get("/password");
    assert_eq!(page.status, 200);
    assert!(page.says("administrator"), "{}", page.text());
    assert!(!page.body.contains("href=\"/users\""));
}

#[test]
fn what_is_wrong_with_a_new_password_is_told_at_its_field() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    for (current, new, repeat, field) in [
        ("", NEW, NEW, "current_password"),
        ("wrong wrong wrong", NEW, NEW, "current_password"),
        (PASSWORD, "too short", "too short", "new_password"),
        (
            PASSWORD,
            "passwordpassword",
            "passwordpassword",
            "new_password",
        ),
        (
            PASSWORD,
            "boss@acme.example",
            "boss@acme.example",
            "new_password",
        ),
        (
            PASSWORD,
            NEW,
            "velvet harbour sixteen moose",
            "repeat_new_password",
        ),
        (PASSWORD, "", "", "new_password"),
        (
            PASSWORD,
            &"x y z ".repeat(30),
            &"x y z ".repeat(30),
            "new_password",
        ),
    ] {
        let page = choose(&client, current, new, repeat);
        assert_eq!(page.status, 422, "{new}");
        assert!(
            page.error_at(field).is_some(),
            "{new} at {field}: {}",
            page.text()
        );
        assert!(!page.body.contains(NEW), "a password is never sent back");
    }
    let page = choose(&client, "", "too short", "too short as well");
    for field in ["current_password", "new_password", "repeat_new_password"] {
        assert!(page.error_at(field).is_some(), "{field}: {}", page.text());
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn guesses_at_the_current_password_are_limited() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let statuses: Vec<u16> = (0..12)
        .map(|_| choose(&client, "wrong wrong wrong", NEW, NEW).status)
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        10,
        "{statuses:?}"
    );
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'current_password'"),
        "10"
    );
}

#[test]
fn who_knows_the_current_password_is_not_kept_out_by_new_ones_that_are_refused() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let (client, mailed) = arrived(&site, acme);
    let easy = "ann@acme.example";
    for _ in 0..15 {
        let answer = choose(&client, &mailed, easy, easy);
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    assert_eq!(choose(&client, &mailed, NEW, NEW).status, 303);
    // Judging them is work, so it has a limit of its own, told where the new one stands.
    let last = (0..25)
        .map(|_| choose(&client, NEW, easy, easy))
        .find(|answer| answer.status == 429)
        .unwrap();
    let told = last.error_at("new_password").unwrap();
    assert!(told.starts_with("Too many tries. Wait "), "{told}");
    assert_eq!(last.error_at("current_password"), None);
}

#[test]
fn a_mailed_password_cannot_be_chosen_as_ones_own() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let (client, mailed) = arrived(&site, acme);
    let told = Some("Choose a password of your own: this one was sent by mail.".to_string());
    let answer = choose(&client, &mailed, &mailed, &mailed);
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(answer.error_at("new_password"), told);
    // By a link, which comes to the same mailbox.
    let path = site.recovery_path("ann@acme.example");
    let by_link = site.client();
    let token = by_link.get(&path).field("token");
    let fields = [
        ("token", token.as_str()),
        ("new_password", mailed.as_str()),
        ("repeat_new_password", mailed.as_str()),
    ];
    let answer = by_link.post("/password", &fields);
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(answer.error_at("new_password"), told);
    assert_eq!(
        site.count("passwords join users on id = user_id where username like 'ann@%'"),
        0
    );
    assert_eq!(choose(&client, &mailed, NEW, NEW).status, 303);
    assert_eq!(sign_in(&site, &mailed).1.status, 422, "it ended");
}
