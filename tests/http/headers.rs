//! What every response carries, and who may send forms.

use crate::site::Site;

#[test]
fn every_kind_of_response_carries_the_security_headers() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let page = client.get("/users");
    let style = page
        .body
        .split("href=\"")
        .find(|part| part.starts_with("/static/look"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let answers = [
        client.get("/users"),
        client.get("/nothing"),
        client.get(style),
        client.get("/healthz"),
        client.get("/"),
        site.client().get("/users"),
        client.post("/users", &[]),
        client.send("PUT", "/users", b"", &[]),
        client.post_raw("/sign-out", b"", &[("sec-fetch-site", "cross-site")]),
        client.get("/users/not-an-id"),
        // What the framework answers by itself.
        client.send("GET", "/users", b"", &[("accept-encoding", "*;q=0")]),
    ];
    assert_eq!(answers[10].status, 406);
    for answer in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(
                answer.header(name),
                Some(value),
                "{name} at {}",
                answer.status
            );
        }
        let policy = answer.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{part}");
        }
        assert!(!policy.contains("unsafe") && answer.header("server").is_none());
        assert!(
            answer.header("strict-transport-security").is_none(),
            "not over http"
        );
        let kind = answer
            .header("content-type")
            .unwrap_or("text/html; charset=utf-8");
        assert!(kind.contains("charset=utf-8"), "{kind}");
    }
    assert_eq!(answers[0].header("cache-control"), Some("no-store"));
    assert!(
        answers[2]
            .header("cache-control")
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(
        (answers[7].status, answers[7].header("allow")),
        (405, Some("GET, HEAD, POST"))
    );
    assert!(
        !page.body.contains(" style=\"")
            && !page.body.contains(" onclick")
            && !page.body.contains("<style")
    );
}

#[test]
fn on_https_the_cookie_is_secure_and_bound_to_the_host() {
    let site = Site::start_with(|settings| settings.https = true);
    site.company("Acme", "acme.example", 5);
    let answer = site.client().post(
        "/sign-in",
        &[
            ("username", "boss@acme.example"),
            ("password", crate::site::PASSWORD),
        ],
    );
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-session=") && cookie.len() < 4096);
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age"));
    assert!(answer.header("strict-transport-security").is_some());
}

#[test]
fn forms_of_other_sites_are_refused_and_change_nothing() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let body = b"username=x%40acme.example&first_name=X&last_name=Y";
    let own = site.base.clone();
    for (headers, allowed) in [
        (vec![("sec-fetch-site", "cross-site")], false),
        (vec![("sec-fetch-site", "same-site")], false),
        (
            vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
            false,
        ),
        (vec![("origin", "http://evil.example")], false),
        (vec![("origin", "null")], false),
        (
            vec![("sec-fetch-site", "same-origin"), ("origin", own.as_str())],
            true,
        ),
    ] {
        let answer = client.post_raw("/users", body, &headers);
        assert_eq!(
            answer.status,
            if allowed { 303 } else { 403 },
            "{headers:?}"
        );
        if !allowed {
            assert_eq!(site.everything(), before, "{headers:?}");
        }
    }
}

#[test]
fn no_parameter_leads_to_another_host() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    for query in [
        "to=//evil.example",
        "next=https://evil.example",
        "return=/\\evil.example",
    ] {
        let body = format!(
            "username=boss%40acme.example&password={}&{query}",
            crate::site::PASSWORD.replace(' ', "+")
        );
        let answer = site.client().post_raw(
            &format!("/sign-in?{query}"),
            body.as_bytes(),
            &[("host", "evil.example")],
        );
        assert_eq!(answer.location.as_deref(), Some("/"));
    }
}

#[test]
fn the_mail_preview_is_not_for_a_page_elsewhere_whose_name_points_here() {
    let folder = std::env::temp_dir();
    let site = Site::start_with(|settings| settings.mailbox = Some(folder.join("no-mails")));
    let client = site.client();
    let asked_as = |host: &str| {
        client
            .send("GET", "/dev/mailbox", b"", &[("host", host)])
            .status
    };
    let port = site.base.rsplit(':').next().unwrap();
    assert_eq!(client.get("/dev/mailbox").status, 200);
    for ours in [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
    ] {
        assert_eq!(asked_as(&ours), 200, "{ours}");
    }
    for elsewhere in [
        format!("evil.example:{port}"),
        "localhost.evil.example".to_string(),
        "10.0.0.1".to_string(),
    ] {
        assert_eq!(asked_as(&elsewhere), 404, "{elsewhere}");
    }
}
