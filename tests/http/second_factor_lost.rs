//! The second factor when the phone is lost, when somebody guesses, and when the account demands it.

use crate::second_factor::{arriving, code, codes_shown, company, id_of, set_up};
use crate::site::{PASSWORD, Site};

#[test]
fn a_recovery_code_signs_in_once_and_is_told_by_mail() {
    let site = Site::start();
    let (_, codes) = company(&site);
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    let typed = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(
        half.post("/second-factor", &[("code", &typed)])
            .location
            .as_deref(),
        Some("/")
    );
    assert!(half.get("/second-factor").says("9 recovery codes are left"));
    assert!(
        site.deliver()
            .iter()
            .any(|(_, subject, _)| subject.contains("a recovery code was used"))
    );
    assert_eq!(
        site.value("select details->>'left' from events where kind = 'recovery_code_used'"),
        "9"
    );
    let again = arriving(&site, "boss@acme.example", PASSWORD);
    let used = again.post("/second-factor", &[("code", &codes[3])]);
    assert_eq!(used.status, 422);
    assert!(
        used.says("nor an unused recovery code of yours") && !used.says("Wait for the next one"),
        "{}",
        used.text()
    );
    let nothing = again.post("/second-factor", &[("code", " ")]);
    assert!(nothing.says("or one of your recovery codes"));
    // New ones end the old ones, and take a code from the app.
    assert_eq!(
        half.post("/second-factor/recovery-codes", &[("code", &codes[4])])
            .status,
        422
    );
    let renewed = half.post(
        "/second-factor/recovery-codes",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    let renewed = codes_shown(&half, &renewed);
    assert_eq!(renewed.len(), 10);
    assert_eq!(
        again.post("/second-factor", &[("code", &codes[5])]).status,
        422
    );
    assert_eq!(
        again
            .post("/second-factor", &[("code", &renewed[0])])
            .status,
        303
    );
}

#[test]
fn turning_off_with_a_recovery_code_is_told_as_that_and_not_as_a_sign_in() {
    let site = Site::start();
    let (boss, codes) = company(&site);
    site.deliver();
    let off = boss.post("/second-factor/removal", &[("code", &codes[0])]);
    assert_eq!(off.status, 303, "{}", off.text());
    let told: Vec<String> = site.deliver().into_iter().map(|mail| mail.1).collect();
    assert_eq!(told, ["User Accounts: the second factor was removed"]);
    assert_eq!(site.count("events where kind = 'recovery_code_used'"), 1);
}

#[test]
fn guesses_are_counted_before_they_are_compared() {
    let site = Site::start();
    company(&site);
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    for _ in 0..5 {
        assert_eq!(
            half.post("/second-factor", &[("code", "123123")]).status,
            422
        );
    }
    let refused = half.post(
        "/second-factor",
        &[("code", &code(&site, "boss@acme.example", 0))],
    );
    assert_eq!(refused.status, 429, "also the right one");
    assert!(
        refused.says("Wait 5 minutes") || refused.says("Wait 6 minutes"),
        "{}",
        refused.text()
    );
    // Another browser, another session: the same person.
    let elsewhere = arriving(&site, "boss@acme.example", PASSWORD);
    assert_eq!(
        elsewhere
            .post("/second-factor", &[("code", "123123")])
            .status,
        429
    );
    assert_eq!(
        half.post("/second-factor", &[("code", "")]).status,
        422,
        "nothing typed is no guess"
    );
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'second_factor'"),
        "5",
        "each wrong one is on record"
    );
}

#[test]
fn guesses_at_the_code_from_elsewhere_keep_nobody_out_where_they_signed_in_before() {
    let site = Site::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    company(&site);
    // Somebody who knows the password, from two networks.
    let from = |place: &str, path: &str, body: String, cookie: Option<String>| {
        let client = site.client();
        client.cookie.replace(cookie);
        let answer = client.post_raw(path, body.as_bytes(), &[("x-forwarded-for", place)]);
        (answer.status, client.cookie.borrow().clone())
    };
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("username", "boss@acme.example"), ("password", PASSWORD)])
        .finish();
    let guess = |place: &str, cookie: &Option<String>| {
        let body = "code=123123".to_string();
        from(place, "/second-factor", body, cookie.clone()).0
    };
    let (_, one) = from("203.0.113.9", "/sign-in", form.clone(), None);
    let (_, other) = from("198.51.100.9", "/sign-in", form, None);
    for place in ["203.0.113.9", "198.51.100.9"].into_iter().cycle().take(5) {
        let cookie = if place.starts_with("203") {
            &one
        } else {
            &other
        };
        assert_eq!(guess(place, cookie), 422, "{place}");
    }
    assert_eq!(guess("203.0.113.9", &one), 429);
    assert_eq!(
        guess("198.51.100.9", &other),
        429,
        "all of elsewhere counts as one"
    );
    // The person themself, where they set it up.
    let boss = arriving(&site, "boss@acme.example", PASSWORD);
    let code = code(&site, "boss@acme.example", 0);
    assert_eq!(boss.post("/second-factor", &[("code", &code)]).status, 303);
    for _ in 0..5 {
        let half = arriving(&site, "boss@acme.example", PASSWORD);
        assert_eq!(
            half.post("/second-factor", &[("code", "123123")]).status,
            422
        );
    }
    let half = arriving(&site, "boss@acme.example", PASSWORD);
    let answer = half.post("/second-factor", &[("code", "123123")]);
    assert_eq!(answer.status, 429, "guesses at that place count too");
}

#[test]
fn another_administrator_removes_it_and_only_in_their_own_account() {
    let site = Site::start();
    let (boss, _) = company(&site);
    let globex = site.company("Globex", "globex.example", 9);
    site.person(globex, "x@globex.example", false);
    let id = id_of(&site, "boss@acme.example");
    let path = format!("/users/{id}/second-factor-removal");
    assert_eq!(
        site.signed_in("boss@globex.example")
            .post(&path, &[])
            .status,
        404
    );
    assert_eq!(
        site.signed_in("ann@acme.example").post(&path, &[]).status,
        403
    );
    assert_eq!(boss.post(&path, &[]).status, 422, "not one's own this way");
    assert_eq!(site.count("second_factors"), 1);
    let other = site.signed_in("other@acme.example");
    assert!(
        other
            .get(&format!("/users/{id}"))
            .dialog()
            .says("Second factor On since"),
        "{}",
        other.get(&format!("/users/{id}")).dialog().text()
    );
    assert!(
        other
            .get(&path)
            .dialog()
            .says("Make sure that it is they who asked")
    );
    assert_eq!(other.post(&path, &[]).location.as_deref(), Some("/users"));
    assert!(
        other
            .get("/users")
            .says("The second factor of Boss Tester is removed.")
    );
    assert_eq!(
        boss.get("/users").location.as_deref(),
        Some("/sign-in"),
        "signed out"
    );
    assert_eq!(site.count("second_factors"), 0);
    assert_eq!(site.count("recovery_codes"), 0);
    assert!(
        site.deliver()
            .iter()
            .any(|(to, subject, _)| to == "boss@acme.example" && subject.contains("was removed"))
    );
    assert_eq!(
        site.signed_in("boss@acme.example").get("/users").status,
        200
    );
    assert_eq!(
        site.value("select string_agg(actor_user_id::text, ',') from events where kind = 'second_factor_off'"),
        id_of(&site, "other@acme.example").to_string()
    );
}

#[test]
fn an_account_that_demands_one_lets_administrators_do_nothing_before() {
    let site = Site::start();
    let (boss, _) = company(&site);
    let other = site.signed_in("other@acme.example");
    let refused = other.post("/account/second-factor", &[("required", "yes")]);
    assert_eq!(refused.status, 422);
    assert!(refused.says("Set up a second factor for yourself first"));
    // Whom it stops is said before the button.
    assert!(boss.get("/account").says("1 of 2 administrators has one."));
    let before = boss.get("/account/second-factor");
    assert!(
        before.says(
            "1 of 2 administrators has none yet: Other Tester other@acme.example They set one up"
        ),
        "{}",
        before.text()
    );
    assert!(before.says("can do nothing else here before"));
    assert_eq!(before.field("required"), "yes");
    assert_eq!(
        site.value("select second_factor_required from accounts"),
        "false",
        "looking changes nothing"
    );
    assert_eq!(
        boss.post("/account/second-factor", &[("required", "yes")])
            .status,
        303
    );
    assert!(
        boss.get("/account")
            .says("Administrators must give a code from an app")
    );
    for path in ["/users", "/activity", "/account"] {
        assert_eq!(
            other.get(path).location.as_deref(),
            Some("/second-factor"),
            "{path}"
        );
    }
    assert_eq!(
        other
            .post("/account/second-factor", &[("required", "no")])
            .location
            .as_deref(),
        Some("/second-factor")
    );
    assert!(
        other
            .get("/second-factor")
            .says("Your account requires administrators to use a second factor.")
    );
    set_up(&site, &other, "other@acme.example");
    assert_eq!(other.get("/users").status, 200);
    assert_eq!(
        other
            .post(
                "/second-factor/removal",
                &[("code", &code(&site, "other@acme.example", 0))]
            )
            .status,
        403
    );
    let no_more = boss.get("/account/second-factor");
    assert!(no_more.says("Whoever has a second factor keeps it"));
    assert_eq!(no_more.field("required"), "no");
    // Users who administer nothing are asked nothing.
    assert_eq!(
        site.signed_in("ann@acme.example").get("/password").status,
        200
    );
    assert_eq!(
        boss.post("/account/second-factor", &[("required", "no")])
            .status,
        303
    );
    assert_eq!(
        other
            .post(
                "/second-factor/removal",
                &[("code", &code(&site, "other@acme.example", 0))]
            )
            .location
            .as_deref(),
        Some("/second-factor")
    );
    assert_eq!(
        site.signed_in("other@acme.example").get("/users").status,
        200
    );
    assert_eq!(
        site.count("events where kind = 'second_factor_demanded'"),
        2
    );
}
