//! `/sign-in` and `/sign-out`.

use std::collections::BTreeMap;

use crate::site::{PASSWORD, Site};

#[test]
fn signing_in_leads_to_the_list_and_signing_out_ends_the_copied_cookie_too() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("  BOSS@Acme.example ");
    let page = client.get("/users");
    assert_eq!(page.status, 200);
    assert!(page.says("Acme") && page.says("Boss Tester") && page.says("Sign out"));
    let copied = client.again();
    let out = client.post("/sign-out", &[]);
    assert_eq!(out.location.as_deref(), Some("/sign-in?signed-out"));
    assert_eq!(out.header("clear-site-data"), Some("\"storage\""));
    assert_eq!(copied.get("/users").location.as_deref(), Some("/sign-in"));
    assert_eq!(site.count("sessions"), 0);
    assert_eq!(
        site.count("events where kind in ('signed_in', 'signed_out')"),
        2
    );
}

#[test]
fn everything_that_is_wrong_gets_the_same_answer() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    site.newcomer(acme, "late@acme.example");
    let expired = site.mailed_password("late@acme.example");
    site.sql("update temporary_passwords set expires_at = now() - interval '1 minute'");
    let reset = site.person(acme, "reset@acme.example", false).to_string();
    let boss = site.signed_in("boss@acme.example");
    assert_eq!(
        boss.post(
            "/password-resets",
            &[("scope", "selected"), ("user", &reset)]
        )
        .status,
        303
    );
    let tries = [
        ("nobody@acme.example", PASSWORD),
        ("nobody@elsewhere.example", PASSWORD),
        ("boss@acme.example", "not the password at all"),
        ("gone@acme.example", PASSWORD),
        ("late@acme.example", expired.as_str()),
        ("reset@acme.example", PASSWORD),
        ("no address", PASSWORD),
    ];
    let pages: Vec<_> = tries
        .iter()
        .map(|(username, password)| {
            let client = site.client();
            let page = client.post(
                "/sign-in",
                &[("username", username), ("password", password)],
            );
            assert_eq!(page.status, 422, "{username}");
            assert!(client.cookie.borrow().is_none(), "{username}");
            let headers: BTreeMap<String, String> = page
                .headers
                .iter()
                .filter(|(name, _)| name != "date" && name != "content-length")
                .cloned()
                .collect();
            assert!(!headers.contains_key("set-cookie"), "{username}");
            (page.body.replace(username, "WHO"), headers)
        })
        .collect();
    assert!(
        pages[0]
            .0
            .contains("The username or the password is not right")
    );
    assert!(pages.iter().all(|page| *page == pages[0]));
    assert_eq!(site.count("sessions"), 1, "the administrator's own");
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'sign_in'"),
        "7"
    );
    assert!(site.count("refusals") <= 4, "one row per account and hour");
}

#[test]
fn empty_fields_are_named_at_once_and_what_was_typed_stays() {
    let site = Site::start();
    let page = site
        .client()
        .post("/sign-in", &[("username", " "), ("password", "")]);
    assert_eq!(page.status, 422);
    assert!(page.error_at("username").is_some() && page.error_at("password").is_some());
    let page = site.client().post(
        "/sign-in",
        &[("username", "ann@acme.example"), ("password", "")],
    );
    assert_eq!(page.field("username"), "ann@acme.example");
}

#[test]
fn fifty_wrong_guesses_at_once_evaluate_no_more_than_the_limit() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..50)
            .map(|_| {
                scope.spawn(|| {
                    let fields = [
                        ("username", "boss@acme.example"),
                        ("password", "a wrong guess, again"),
                    ];
                    site.client().post("/sign-in", &fields).status
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|attempt| attempt.join().unwrap())
            .collect()
    });
    let evaluated = answers.iter().filter(|status| **status == 422).count();
    assert!((1..=10).contains(&evaluated), "{answers:?}");
    assert!(
        answers
            .iter()
            .all(|status| [422, 429, 503].contains(status)),
        "{answers:?}"
    );
    let page = site.client().post(
        "/sign-in",
        &[("username", "boss@acme.example"), ("password", PASSWORD)],
    );
    assert_eq!(page.status, 429);
    assert!(page.header("retry-after").is_some() && page.says("Wait"));
}

#[test]
fn a_forged_forwarded_for_does_not_escape_the_limit() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let mut last = 0;
    for number in 0..12 {
        let body = b"username=boss%40acme.example&password=wrong";
        let forged = format!("203.0.113.{number}");
        last = site
            .client()
            .post_raw("/sign-in", body, &[("x-forwarded-for", &forged)])
            .status;
    }
    assert_eq!(last, 429);
}

#[test]
fn behind_a_trusted_proxy_the_last_hop_counts_and_a_network_of_64_bits_is_one_place() {
    let site = Site::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    });
    site.company("Acme", "acme.example", 5);
    let guess = |hops: &str| {
        let body = b"username=boss%40acme.example&password=wrong";
        let headers = [("x-forwarded-for", hops)];
        site.client().post_raw("/sign-in", body, &headers).status
    };
    for number in 0..10 {
        assert_eq!(guess(&format!("2001:db8:1:2:{number:x}::1")), 422);
    }
    assert_eq!(guess("2001:db8:1:2:ffff::7"), 429, "the same network");
    assert_eq!(guess("2001:db8:1:3::7"), 422, "the next one");
    for number in 0..10 {
        // What stands before the last hop was sent by whoever wanted to.
        assert_eq!(guess(&format!("203.0.113.{number}, 198.51.100.9")), 422);
    }
    assert_eq!(guess("203.0.113.77, 198.51.100.9"), 429);
    assert_eq!(
        guess("::ffff:198.51.100.9"),
        429,
        "written as IPv6 it is the same place"
    );
    for with_port in [
        "198.51.100.9:4711",
        "[2001:db8:1:2::9]:443",
        "[2001:db8:1:2::9]",
    ] {
        assert_eq!(guess(with_port), 429, "{with_port} is the same place");
    }
    assert_eq!(site.count("refusals where source = '2001:db8:1:2::/64'"), 1);
}

#[test]
fn somebody_who_signs_in_from_the_usual_place_is_not_slowed_by_guesses_from_elsewhere() {
    let site = Site::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]
    });
    site.company("Acme", "acme.example", 5);
    let from = |place: &str, password: &str| {
        let body = format!(
            "username=boss%40acme.example&password={}",
            password.replace(' ', "+")
        );
        site.client()
            .post_raw("/sign-in", body.as_bytes(), &[("x-forwarded-for", place)])
            .status
    };
    assert_eq!(from("198.51.100.7", PASSWORD), 303);
    for number in 0..40 {
        from(&format!("203.0.113.{number}"), "a wrong guess");
    }
    assert_eq!(
        from("203.0.113.200", PASSWORD),
        429,
        "the address is guarded against new places"
    );
    assert_eq!(
        from("198.51.100.7", PASSWORD),
        303,
        "its owner comes in as usual"
    );
}

#[test]
fn broken_and_foreign_cookies_give_the_sign_in_page() {
    let site = Site::start();
    for cookie in [
        "session=",
        "session=x",
        &format!("session={}", "a".repeat(5_000)),
        "session=%00%ff",
        "other=1",
    ] {
        let client = site.client();
        client.cookie.replace(Some(cookie.to_string()));
        let answer = client.get("/users");
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some("/sign-in")),
            "{cookie}"
        );
    }
}

#[test]
fn a_session_ends_after_twelve_idle_hours_and_after_thirty_days() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    for change in [
        "last_seen_at = now() - interval '12 hours 1 minute'",
        "created_at = now() - interval '30 days 1 minute'",
    ] {
        let client = site.signed_in("boss@acme.example");
        assert_eq!(client.get("/users").status, 200);
        site.sql(&format!("update sessions set {change}"));
        assert_eq!(client.get("/users").status, 303, "{change}");
    }
}
