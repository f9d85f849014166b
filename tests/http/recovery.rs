//! "Forgot your password?".

use crate::site::{PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";

#[test]
fn a_link_by_mail_lets_its_holder_choose_a_password_once() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let open = site.signed_in("boss@acme.example");
    let answer = site.client().post_raw(
        "/forgot-password",
        b"username=Boss%40acme.example",
        &[("host", "evil.example")],
    );
    assert_eq!(answer.status, 303);
    let told = site.client().get(&answer.location.unwrap());
    assert!(told.says("a link to choose a new password is on its way there"));
    assert_eq!(open.get("/users").status, 200, "asking changes nothing");
    let path = site.mailed_recovery_path("boss@acme.example");
    let client = site.client();
    let page = client.get(&path);
    assert!(page.says("Choose your password") && !page.body.contains("name=\"current_password\""));
    let token = page.field("token");
    let fields = [
        ("token", token.as_str()),
        ("new_password", NEW),
        ("repeat_new_password", NEW),
    ];
    assert_eq!(client.post("/password", &fields).status, 303);
    assert_eq!(client.get("/users").status, 200, "signed in with it");
    assert_eq!(open.get("/users").status, 303, "other sessions end");
    assert_eq!(site.client().get(&path).status, 404);
    assert_eq!(site.client().post("/password", &fields).status, 404);
    assert_eq!(site.count("recovery_links"), 0);
}

#[test]
fn every_address_gets_the_same_answer_and_only_an_active_user_a_mail() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    let ask = |username: &str| {
        site.client()
            .post("/forgot-password", &[("username", username)])
    };
    let answers = [
        ask("boss@acme.example"),
        ask("gone@acme.example"),
        ask("nobody@acme.example"),
    ];
    for answer in &answers {
        assert_eq!(
            (
                answer.status,
                answer.location.as_deref(),
                answer.body.as_str()
            ),
            (303, Some("/forgot-password?sent=yes"), "")
        );
    }
    assert_eq!(site.count("mails"), 1);
    assert_eq!(ask("no address").status, 422);
}

#[test]
fn one_address_gets_few_links_and_a_second_address_gets_none() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    for _ in 0..6 {
        assert_eq!(
            site.client()
                .post("/forgot-password", &[("username", "boss@acme.example")])
                .status,
            303
        );
    }
    assert_eq!(site.count("mails where kind = 'recovery_link'"), 3);
    let twice = site.client().post(
        "/forgot-password",
        &[
            ("username", "boss@acme.example"),
            ("username", "thief@elsewhere.example"),
        ],
    );
    assert_eq!(twice.status, 400);
    assert_eq!(site.count("mails where kind = 'recovery_link'"), 3);
}

#[test]
fn a_link_dies_with_a_reset_and_with_deactivation() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "other@acme.example", true);
    for statement in ["reset", "deactivate"] {
        let path = site.recovery_path("boss@acme.example");
        assert_eq!(site.client().get(&path).status, 200);
        if statement == "reset" {
            let other = site.signed_in("other@acme.example");
            let id = site.value("select id from users where username like 'boss%'");
            other.post("/password-resets", &[("scope", "selected"), ("user", &id)]);
            site.deliver();
        } else {
            site.sql("update users set active = false, administrator = false, deactivated_at = now() where username like 'boss%'");
        }
        assert_eq!(site.client().get(&path).status, 404, "{statement}");
    }
}

#[test]
fn a_link_used_in_a_browser_that_was_signed_in_as_somebody_else_ends_that_session() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "ann@acme.example", true);
    let browser = site.signed_in("ann@acme.example");
    let before = browser.again();
    let token = browser
        .get(&site.recovery_path("boss@acme.example"))
        .field("token");
    let chosen = browser.post(
        "/password",
        &[
            ("token", &token),
            ("new_password", NEW),
            ("repeat_new_password", NEW),
        ],
    );
    assert_eq!(chosen.status, 303);
    assert_eq!(browser.get("/users").status, 200);
    assert_eq!(before.get("/users").status, 303);
    assert_eq!(site.count("sessions"), 1);
}

#[test]
fn whoever_is_guessed_at_from_everywhere_gets_in_by_the_link_and_from_there_by_password() {
    let site = Site::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    });
    site.company("Acme", "acme.example", 5);
    let sign_in = |password: &str, from: &str| {
        let form = format!(
            "username=boss%40acme.example&password={}",
            password.replace(' ', "+")
        );
        site.client()
            .post_raw("/sign-in", form.as_bytes(), &[("x-forwarded-for", from)])
    };
    let at_home = "198.51.100.7";
    for number in 0..35 {
        sign_in("something else entirely", &format!("203.0.113.{number}"));
    }
    let slowed = sign_in(PASSWORD, at_home);
    assert_eq!(slowed.status, 429);
    assert!(slowed.says("Forgot your password?”: its link lets you in at once"));
    let browser = site.client();
    let token = browser
        .get(&site.recovery_path("boss@acme.example"))
        .field("token");
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("token", token.as_str()),
            ("new_password", NEW),
            ("repeat_new_password", NEW),
        ])
        .finish();
    let chosen = browser.post_raw(
        "/password",
        form.as_bytes(),
        &[("x-forwarded-for", at_home)],
    );
    assert_eq!(chosen.status, 303, "{}", chosen.text());
    assert_eq!(browser.get("/users").status, 200);
    // Whoever guesses goes on guessing.
    assert_eq!(sign_in(NEW, "203.0.113.99").status, 429);
    assert_eq!(sign_in(NEW, at_home).status, 303);
}

#[test]
fn a_link_takes_only_so_many_passwords_that_have_to_be_judged() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.client();
    let token = client
        .get(&site.recovery_path("boss@acme.example"))
        .field("token");
    let choose = |password: &str| {
        let fields = [
            ("token", token.as_str()),
            ("new_password", password),
            ("repeat_new_password", password),
        ];
        client.post("/password", &fields)
    };
    let refused = (0..25)
        .map(|_| choose("aaaaaaaaaaaaaaaa"))
        .find(|answer| answer.status != 422)
        .unwrap();
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    // The link is none the worse for it.
    site.sql("delete from throttles");
    assert_eq!(choose(NEW).status, 303);
}
