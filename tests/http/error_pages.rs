//! The page for what went wrong: whose menu it shows, and that it never fails itself.

use user_accounts::ids;

use crate::client::Answer;
use crate::site::Site;

fn has_menu_and_way_out(answer: &Answer) -> bool {
    answer.body.contains("href=\"/activity\"")
        && answer.body.contains("action=\"/sign-out\"")
        && answer.says("Boss Tester")
        && answer.says("Acme")
}

#[test]
fn an_error_page_for_somebody_signed_in_has_the_menu_and_the_way_out() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let boss = site.signed_in("boss@acme.example");
    let nobody = ids::new();
    let errors = [
        (404, boss.get("/nothing")),
        (404, boss.get(&format!("/users/{nobody}"))),
        (400, boss.get("/users?q=one&q=two")),
        (405, boss.post("/users.csv", &[])),
        (404, boss.post("/nothing", &[])),
        (
            413,
            boss.post("/users", &[("first_name", &"x".repeat(600_000))]),
        ),
    ];
    for (status, answer) in errors {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(has_menu_and_way_out(&answer), "{status}: {}", answer.text());
        assert!(!answer.body.contains("href=\"/sign-in\""), "{status}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_user_is_led_to_their_own_password_and_a_stranger_to_sign_in() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "ann@acme.example", false);
    let ann = site.signed_in("ann@acme.example");
    for (status, answer) in [(404, ann.get("/nothing")), (403, ann.post("/users", &[]))] {
        assert_eq!(answer.status, status);
        assert!(answer.says("Ann Tester") && answer.body.contains("action=\"/sign-out\""));
        assert!(
            !answer.body.contains("href=\"/users\"") && !answer.body.contains("href=\"/activity\"")
        );
        assert!(
            answer
                .body
                .contains("<li><a href=\"/password\">Your password</a></li>\n</ul>")
        );
    }
    let answer = site.client().get("/nothing");
    assert!(!answer.body.contains("/sign-out") && answer.body.contains("href=\"/sign-in\""));
}

#[test]
fn an_error_of_ours_still_shows_whose_session_it_is_once_that_was_known() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let boss = site.signed_in("boss@acme.example");
    site.sql("alter table imports rename to imports_away");
    let answer = boss.get(&format!("/imports/{}", ids::new()));
    assert_eq!(answer.status, 500);
    assert!(has_menu_and_way_out(&answer), "{}", answer.text());
}

#[test]
fn where_nobody_can_be_looked_up_the_page_is_drawn_all_the_same() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let boss = site.signed_in("boss@acme.example");
    site.sql("alter table sessions rename to sessions_away");
    for (status, path) in [(500, "/users"), (404, "/nothing")] {
        let answer = boss.get(path);
        assert_eq!(answer.status, status);
        assert!(answer.body.contains("<h1>") && answer.body.ends_with("</html>"));
        assert!(!answer.says("Boss Tester") && answer.body.contains("href=\"/sign-in\""));
    }
}

#[test]
fn what_a_browser_asks_for_by_itself_takes_no_message_away() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let boss = site.signed_in("boss@acme.example");
    assert_eq!(
        boss.post("/account", &[("time_zone", "Europe/Berlin")])
            .status,
        303
    );
    let icon = boss.get("/apple-touch-icon.png");
    assert_eq!(icon.status, 404);
    assert!(!icon.body.contains("class=\"flash"), "{}", icon.text());
    assert!(
        boss.get("/account")
            .body
            .contains("class=\"flash success\"")
    );
}

#[test]
fn head_of_an_error_page_says_the_length_that_get_sends() {
    let site = Site::start();
    let client = site.client();
    let whole = client.get("/nowhere");
    let head = client.send("HEAD", "/nowhere", b"", &[]);
    assert_eq!((whole.status, head.status), (404, 404));
    assert!(!whole.body.is_empty() && head.body.is_empty());
    assert_eq!(
        head.header("content-length"),
        whole.header("content-length")
    );
}
