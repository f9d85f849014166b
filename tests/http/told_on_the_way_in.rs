//! What a person is told on the way in: that a new password is saved, how many recovery codes are left, and where
//! those are that were made a moment ago.

use crate::client::{Answer, Client};
use crate::second_factor::{arriving, code, codes_shown, company, forget_step, id_of, set_up};
use crate::site::{PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";
const SAVED: &str = "Your new password is saved.";

/// As a browser does: on to the page that an answer leads to.
fn followed(client: &Client, answer: Answer) -> (String, Answer) {
    let mut path = String::new();
    let mut answer = answer;
    while let Some(next) = answer.location.clone() {
        answer = client.get(&next);
        path = next;
    }
    (path, answer)
}

fn choose(client: &Client, by: (&str, &str)) -> (String, Answer) {
    let fields = [by, ("new_password", NEW), ("repeat_new_password", NEW)];
    followed(client, client.post("/password", &fields))
}

fn by_link(site: &Site, username: &str) -> (Client, String, Answer) {
    let path = site.recovery_path(username);
    let client = site.client();
    let token = client.get(&path).field("token");
    let (path, page) = choose(&client, ("token", &token));
    (client, path, page)
}

#[test]
fn a_password_chosen_by_a_link_is_told_once_where_the_second_factor_is_asked() {
    let site = Site::start();
    company(&site);
    let (client, path, page) = by_link(&site, "boss@acme.example");
    assert_eq!(path, "/second-factor");
    assert!(
        page.says(SAVED) && page.says("Enter the code that your app shows now."),
        "{}",
        page.text()
    );
    assert!(
        !page.says("Sign out") && !page.says("boss@acme.example"),
        "they are not in yet"
    );
    assert!(!client.get("/second-factor").says(SAVED), "once");
}

#[test]
fn a_password_chosen_is_told_where_a_second_factor_has_to_be_set_up_first() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "other@acme.example", true);
    site.sql("update accounts set second_factor_required = true");
    let (client, path, page) = by_link(&site, "boss@acme.example");
    assert_eq!(path, "/second-factor");
    assert!(
        page.says(SAVED) && page.says("Set yours up to go on."),
        "{}",
        page.text()
    );
    assert!(!client.get("/second-factor").says(SAVED), "once");

    // At the first sign-in, with a mailed one.
    site.sql("update accounts set second_factor_required = false");
    let boss = site.client();
    boss.post(
        "/sign-in",
        &[("username", "boss@acme.example"), ("password", NEW)],
    );
    let other = id_of(&site, "other@acme.example").to_string();
    boss.post(
        "/password-resets",
        &[("scope", "selected"), ("user", &other)],
    );
    site.sql("update accounts set second_factor_required = true");
    let mailed = site.mailed_password("other@acme.example");
    let other = site.client();
    other.post(
        "/sign-in",
        &[("username", "other@acme.example"), ("password", &mailed)],
    );
    let (path, page) = choose(&other, ("current_password", &mailed));
    assert_eq!(path, "/second-factor");
    assert!(page.says(SAVED), "{}", page.text());
}

#[test]
fn who_signs_in_with_a_recovery_code_is_told_how_many_are_left_and_where_to_make_new_ones() {
    let site = Site::start();
    let (_, codes) = company(&site);
    for (used, code) in codes.iter().enumerate() {
        site.sql("delete from throttles");
        let client = arriving(&site, "boss@acme.example", PASSWORD);
        let (path, page) = followed(&client, client.post("/second-factor", &[("code", code)]));
        assert_eq!(path, "/users");
        let told = match codes.len() - 1 - used {
            0 => "your last recovery code, so none is left. Until you make new ones,".to_string(),
            1 => "Only 1 is left: it is time for new ones.".to_string(),
            2 => "Only 2 are left: it is time for new ones.".to_string(),
            left => format!("with a recovery code. {left} are left. Make new recovery codes"),
        };
        assert!(page.says(&told), "{told} {}", page.text());
        assert!(page.body.contains("href=\"/second-factor\">Make new"));
        assert!(!client.get("/users").says("recovery code"), "once");
    }
    // A code of the app says nothing.
    let client = arriving(&site, "boss@acme.example", PASSWORD);
    let given = client.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    assert!(!followed(&client, given).1.says("recovery code"));
    let settings = client.get("/second-factor");
    assert!(
        settings.says("No recovery code is left. Make new ones now")
            && !settings.says("a recovery code works too")
            && !settings.says("Turn it off with a recovery code"),
        "{}",
        settings.text()
    );
}

#[test]
fn who_has_to_choose_a_password_first_is_told_what_is_left_without_a_link_that_leads_back() {
    let site = Site::start();
    let (_, codes) = company(&site);
    let boss = id_of(&site, "boss@acme.example").to_string();
    site.signed_in("other@acme.example").post(
        "/password-resets",
        &[("scope", "selected"), ("user", &boss)],
    );
    let mailed = site.mailed_password("boss@acme.example");
    let client = arriving(&site, "boss@acme.example", &mailed);
    let given = client.post("/second-factor", &[("code", &codes[0])]);
    let (path, page) = followed(&client, given);
    assert_eq!(path, "/password");
    assert!(
        page.says("9 are left. You can make new ones once you have chosen your password."),
        "{}",
        page.text()
    );
    assert!(!page.body.contains("href=\"/second-factor\""));
}

#[test]
fn codes_not_kept_yet_are_linked_to_from_the_second_factor_while_this_browser_has_them() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    set_up(&site, &boss, "boss@acme.example");
    let links = |page: &Answer| {
        let link = "<a href=\"/second-factor/recovery-codes\">";
        assert_eq!(
            page.body.contains(link),
            page.says("This browser can show your recovery codes again for")
        );
        page.body.contains(link)
    };
    let page = boss.get("/second-factor");
    assert!(
        links(&page) && page.says("for 10 minutes more."),
        "{}",
        page.text()
    );
    let wrong = boss.post("/second-factor/recovery-codes", &[("code", "000000")]);
    assert_eq!(wrong.status, 422);
    assert!(links(&wrong), "{}", wrong.text());
    // Not in another session, also with what that browser keeps.
    let sealed = boss.codes.borrow().clone();
    forget_step(&site);
    let other = arriving(&site, "boss@acme.example", PASSWORD);
    other.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    other.codes.replace(sealed);
    assert!(!links(&other.get("/second-factor")));
    // Nor once they are kept.
    boss.post("/second-factor/recovery-codes/receipt", &[]);
    assert!(!links(&boss.get("/second-factor")));
    forget_step(&site);
    let renewed = boss.post(
        "/second-factor/recovery-codes",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    codes_shown(&boss, &renewed);
    assert!(links(&boss.get("/second-factor")));
}

#[test]
fn who_administers_nothing_any_more_reaches_their_second_factor_and_is_told_when_it_is_off() {
    let site = Site::start();
    company(&site);
    let other = site.signed_in("other@acme.example");
    let boss = id_of(&site, "boss@acme.example");
    other.post(
        &format!("/users/{boss}/administrator"),
        &[("administrator", "no")],
    );
    let client = arriving(&site, "boss@acme.example", PASSWORD);
    let given = client.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    let (path, page) = followed(&client, given);
    assert_eq!(path, "/password");
    assert!(page.body.contains("<a href=\"/second-factor\">"));
    forget_step(&site);
    let off = client.post(
        "/second-factor/removal",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    let (path, page) = followed(&client, off);
    assert_eq!(path, "/password");
    assert!(
        page.says("The second factor is off.") && !page.says("you have just chosen"),
        "{}",
        page.text()
    );
}
