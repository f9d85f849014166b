//! The second factor: setting it up, on every way in, a code once.

use uuid::Uuid;

pub use crate::authenticator::code;
use crate::client::{Answer, Client};
use crate::site::{PASSWORD, Site};

/// Lets the next code of this half minute be taken again: a test does not wait for the next.
pub fn forget_step(site: &Site) {
    site.sql("update second_factors set last_used_step = 0");
}

pub fn codes_on(page: &Answer) -> Vec<String> {
    page.body
        .split("<code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_string())
        .collect()
}

/// Acme with `boss`, who has a second factor, and `other`, an administrator without; the codes.
pub fn company(site: &Site) -> (Client, Vec<String>) {
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "other@acme.example", true);
    site.person(acme, "ann@acme.example", false);
    let boss = site.signed_in("boss@acme.example");
    let codes = set_up(site, &boss, "boss@acme.example");
    (boss, codes)
}

pub fn set_up(site: &Site, client: &Client, username: &str) -> Vec<String> {
    let begun = client.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    assert_eq!(
        begun.location.as_deref(),
        Some("/second-factor"),
        "{}",
        begun.text()
    );
    let answer = client.post(
        "/second-factor/confirmation",
        &[("code", &code(site, username, 0))],
    );
    forget_step(site);
    codes_shown(client, &answer)
}

/// The codes on the page that this answer leads to.
pub fn codes_shown(client: &Client, answer: &Answer) -> Vec<String> {
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some("/second-factor/recovery-codes")),
        "{}",
        answer.text()
    );
    codes_on(&client.get("/second-factor/recovery-codes"))
}

/// Gives the password; the session is half of one.
pub fn arriving(site: &Site, username: &str, password: &str) -> Client {
    let client = site.client();
    let answer = client.post(
        "/sign-in",
        &[("username", username), ("password", password)],
    );
    assert_eq!(
        answer.location.as_deref(),
        Some("/second-factor"),
        "{}",
        answer.text()
    );
    client
}

pub fn id_of(site: &Site, username: &str) -> Uuid {
    site.value(&format!(
        "select id from users where username = '{username}'"
    ))
    .parse()
    .unwrap()
}

#[test]
fn setting_up_asks_for_the_password_and_a_right_code_and_ends_other_sessions() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "ann@acme.example", false);
    let boss = site.signed_in("boss@acme.example");
    let elsewhere = site.signed_in("boss@acme.example");
    let wrong = boss.post(
        "/second-factor/setup",
        &[("current_password", "something else entirely")],
    );
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_at("current_password").is_some());
    let empty = boss.post("/second-factor/setup", &[("current_password", "")]);
    assert_eq!(empty.status, 422);
    assert_eq!(
        empty.error_at("current_password").as_deref(),
        Some("Enter your current password.")
    );
    assert_eq!(site.count("second_factors"), 0);
    boss.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    let shown = boss.get("/second-factor");
    assert!(shown.body.contains("<svg class=\"qr\"") && shown.says("type this key into the app"));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    // Not asked for before the first right code.
    assert_eq!(
        site.signed_in("boss@acme.example").get("/users").status,
        200
    );
    assert_eq!(
        boss.post("/second-factor/confirmation", &[("code", "000000")])
            .status,
        422
    );
    let page = boss.post(
        "/second-factor/confirmation",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    let codes = codes_shown(&boss, &page);
    assert_eq!(codes.len(), 10);
    assert_eq!(boss.get("/users").status, 200);
    assert_eq!(
        elsewhere.get("/users").location.as_deref(),
        Some("/sign-in")
    );
    assert!(
        boss.get("/second-factor")
            .says("10 recovery codes are left")
    );
    assert_eq!(site.count("events where kind = 'second_factor_on'"), 1);
    let mails = site.deliver();
    assert!(
        mails
            .iter()
            .any(|(to, subject, _)| to == "boss@acme.example"
                && subject.contains("a second factor is set up"))
    );
    // Codes stand nowhere in clear.
    for code in &codes {
        assert_eq!(
            site.count(&format!(
                "recovery_codes where encode(digest, 'escape') ilike '%{code}%'"
            )),
            0
        );
    }
    // A user who is no administrator has none to set up.
    let ann = site.signed_in("ann@acme.example");
    assert_eq!(
        ann.post("/second-factor/setup", &[("current_password", PASSWORD)])
            .status,
        403
    );
}

#[test]
fn recovery_codes_are_shown_again_to_the_session_that_made_them_until_they_are_kept() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    let codes = set_up(&site, &boss, "boss@acme.example");
    let shown = |client: &Client| codes_on(&client.get("/second-factor/recovery-codes"));
    assert_eq!(shown(&boss), codes, "loaded again");
    let file = boss.get("/second-factor/recovery-codes.txt");
    assert_eq!(file.header("cache-control"), Some("no-store"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    assert!(codes.iter().all(|code| file.body.contains(code)));
    // Nowhere in clear: neither in the browser nor in the database.
    let sealed = boss.codes.borrow().clone().unwrap();
    let stored = site.everything();
    for code in &codes {
        assert!(!sealed.contains(code) && !stored.contains(code));
    }
    // Another session has nothing of them, also with that cookie.
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    half.post("/second-factor", &[("code", &codes[0])]);
    half.codes.replace(Some(sealed.clone()));
    assert!(shown(&half).is_empty());
    let page = half.get("/second-factor");
    assert!(page.says("make new ones here"), "{}", page.text());
    // Nor has who changed it, or who comes later.
    boss.codes
        .replace(Some(format!("{}A", &sealed[..sealed.len() - 1])));
    assert!(shown(&boss).is_empty());
    boss.codes.replace(Some(sealed.clone()));
    assert_eq!(shown(&boss), codes);
    let receipt = boss.post("/second-factor/recovery-codes/receipt", &[]);
    assert_eq!(receipt.location.as_deref(), Some("/"));
    assert_eq!(*boss.codes.borrow(), None, "the browser forgot them");
    assert!(shown(&boss).is_empty());
    // New ones end what a browser keeps of the old ones.
    forget_step(&site);
    let renewed = half.post(
        "/second-factor/recovery-codes",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    assert_eq!(codes_shown(&half, &renewed).len(), 10);
    boss.codes.replace(Some(sealed));
    assert!(shown(&boss).is_empty());
}

#[test]
fn a_session_without_the_code_reaches_nothing_and_runs_out_in_ten_minutes() {
    let site = Site::start();
    company(&site);
    let seen = site.value("select last_sign_in_at from users where username = 'boss@acme.example'");
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    for path in [
        "/",
        "/users",
        "/users.csv",
        "/activity",
        "/account",
        "/users/new",
    ] {
        assert_eq!(
            half.get(path).location.as_deref(),
            Some("/second-factor"),
            "{path}"
        );
    }
    assert_eq!(half.get("/password").location.as_deref(), Some("/sign-in"));
    assert_eq!(
        half.get("/sign-in").location.as_deref(),
        Some("/second-factor")
    );
    let id = id_of(&site, "ann@acme.example");
    for path in [
        "/users".to_string(),
        format!("/users/{id}"),
        "/second-factor/setup".into(),
        "/second-factor/removal".into(),
        "/second-factor/recovery-codes".into(),
        "/password".into(),
    ] {
        let answer = half.post(&path, &[("current_password", PASSWORD)]);
        assert_eq!(answer.status, 303, "{path}");
        assert!(
            matches!(
                answer.location.as_deref(),
                Some("/second-factor" | "/sign-in")
            ),
            "{path}"
        );
    }
    assert_eq!(
        site.value("select last_sign_in_at from users where username = 'boss@acme.example'"),
        seen,
        "they are not in yet"
    );
    let page = half.get("/second-factor");
    assert!(page.says("Enter the code that your app shows now.") && !page.says("Activity"));
    site.sql("update sessions set created_at = created_at - interval '11 minutes' where second_factor_due");
    assert_eq!(
        half.get("/second-factor").location.as_deref(),
        Some("/sign-in")
    );
    // Signing out half-way works too.
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    half.post("/sign-out", &[]);
    assert_eq!(
        site.count("sessions where second_factor_due and created_at > now() - interval '1 minute'"),
        0
    );
}

#[test]
fn a_code_is_good_once_however_many_give_it_at_the_same_time() {
    let site = Site::start();
    company(&site);
    let halves: Vec<Client> = (0..4)
        .map(|_| arriving(&site, "boss@acme.example", PASSWORD))
        .collect();
    let code = code(&site, "boss@acme.example", 0);
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = halves
            .into_iter()
            .map(|client| {
                let code = code.clone();
                scope.spawn(move || client.post("/second-factor", &[("code", &code)]).status)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 303).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        site.count("events where kind = 'signed_in'"),
        2,
        "the first one, and this one"
    );
    let again = arriving(&site, "boss@acme.example", PASSWORD);
    let used = again.post("/second-factor", &[("code", &code)]);
    assert_eq!(used.status, 422);
    assert!(used.says("it was used already"));
    assert!(
        !used.body.contains(&code),
        "what was typed is not sent back"
    );
    let next = self::code(&site, "boss@acme.example", 1);
    let spaced = format!(" {} {} ", &next[..3], &next[3..]);
    let answer = again.post("/second-factor", &[("code", &spaced)]);
    assert_eq!(answer.location.as_deref(), Some("/"), "{}", answer.text());
    assert_eq!(again.get("/users").status, 200);
}

#[test]
fn it_is_asked_after_a_mailed_password_and_after_a_recovery_link() {
    let site = Site::start();
    company(&site);
    let other = site.signed_in("other@acme.example");
    let boss = id_of(&site, "boss@acme.example").to_string();
    other.post(
        "/password-resets",
        &[("scope", "selected"), ("user", &boss)],
    );
    let mailed = site.mailed_password("boss@acme.example");
    let half = arriving(&site, "boss@acme.example", &mailed);
    assert_eq!(half.get("/password").location.as_deref(), Some("/sign-in"));
    let answer = half.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
    assert_eq!(
        half.get("/users").location.as_deref(),
        Some("/password"),
        "a mailed password is for one thing"
    );
    let new = "a completely different phrase 7";
    let saved = half.post(
        "/password",
        &[
            ("current_password", &mailed),
            ("new_password", new),
            ("repeat_new_password", new),
        ],
    );
    assert_eq!(saved.location.as_deref(), Some("/"), "{}", saved.text());
    assert_eq!(half.get("/users").status, 200);

    forget_step(&site);
    let path = site.recovery_path("boss@acme.example");
    let by_link = site.client();
    let link = by_link.get(&path).field("token");
    let newer = "yet another long phrase 42";
    let saved = by_link.post(
        "/password",
        &[
            ("token", &link),
            ("new_password", newer),
            ("repeat_new_password", newer),
        ],
    );
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(
        by_link.get("/users").location.as_deref(),
        Some("/second-factor")
    );
    by_link.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    assert_eq!(by_link.get("/users").status, 200);
}
