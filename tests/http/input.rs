//! Bad input: every field, every kind of badness, never a 500.

use crate::site::Site;

const BAD: [&str; 8] = [
    "a%00b",
    "a%FFb",
    "a%0Ab",
    "a%07b",
    "a%E2%80%AEb",
    "a%E2%81%A6b",
    "%20%20%20",
    "%3Cscript%3E%00",
];

#[test]
fn bad_characters_in_any_field_of_any_form_are_told_or_refused_and_never_stored() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let profile = [
        "username",
        "first_name",
        "last_name",
        "title",
        "department",
        "phone",
    ];
    let good = "username=new%40acme.example&first_name=New&last_name=Body";
    let before = site.everything();
    let long = "x".repeat(1_000_000 / 4);
    for bad in BAD.iter().copied().chain([long.as_str()]) {
        for field in profile {
            if bad == "%20%20%20" && !["username", "first_name", "last_name"].contains(&field) {
                continue;
            }
            let rest: Vec<&str> = good
                .split('&')
                .filter(|pair| !pair.starts_with(&format!("{field}=")))
                .collect();
            let body = format!("{}&{field}={bad}", rest.join("&"));
            for path in [
                "/users".to_string(),
                format!("/users/{ann}"),
                format!("/users/{ann}/replacement"),
            ] {
                let answer = client.post_raw(&path, body.as_bytes(), &[]);
                assert_eq!(
                    answer.status,
                    422,
                    "{field} of {path}: {}",
                    &bad[..bad.len().min(20)]
                );
                assert!(
                    answer.error_at(field).is_some(),
                    "{field} of {path}: {}",
                    &bad[..bad.len().min(20)]
                );
            }
        }
        if bad != "%20%20%20" {
            let body = format!(
                "active_account_on_form=yes&reason={bad}&username=ann%40acme.example&first_name=Ann&last_name=Tester"
            );
            let answer = client.post_raw(&format!("/users/{ann}"), body.as_bytes(), &[]);
            assert_eq!(answer.status, 422, "reason: {}", &bad[..bad.len().min(20)]);
        }
        if !["%20%20%20", "a%0Ab"].contains(&bad) {
            let body = format!("kind=new_user&scope=all_active&note={bad}");
            let answer = client.post_raw("/training-requests", body.as_bytes(), &[]);
            assert_eq!(answer.status, 422, "note: {}", &bad[..bad.len().min(20)]);
        }
        for path in ["/sign-in", "/forgot-password", "/password", "/account"] {
            let body = format!(
                "username={bad}&password={bad}&time_zone={bad}&current_password={bad}&new_password={bad}&repeat_new_password={bad}"
            );
            let other = if path == "/sign-in" || path == "/forgot-password" {
                site.client()
            } else {
                client.again()
            };
            let answer = other.post_raw(path, body.as_bytes(), &[]);
            assert!(
                (400..500).contains(&answer.status),
                "{path} {}: {}",
                answer.status,
                &bad[..bad.len().min(20)]
            );
        }
    }
    let without_sign_ins = |text: String| -> Vec<String> {
        text.lines()
            .filter(|line| !line.contains("signed_in"))
            .map(str::to_string)
            .collect()
    };
    assert_eq!(
        without_sign_ins(site.everything()),
        without_sign_ins(before)
    );
}

#[test]
fn a_parameter_given_twice_where_one_is_meant_is_refused() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let body =
        "username=new%40acme.example&username=b%40acme.example&first_name=New&last_name=Body";
    assert_eq!(client.post_raw("/users", body.as_bytes(), &[]).status, 400);
    assert_eq!(
        client
            .post(
                "/password-resets",
                &[("scope", "selected"), ("scope", "all_active")]
            )
            .status,
        400
    );
    assert_eq!(client.get("/users?q=a&q=b").status, 400);
    assert_eq!(site.everything(), before);
}

#[test]
fn bodies_and_parameters_have_a_limit() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let large = format!("username={}", "a".repeat(600 * 1024));
    let answer = client.post_raw("/users", large.as_bytes(), &[]);
    assert_eq!(answer.status, 413);
    assert!(answer.says("That was too much at once"));
    let many = "user=01a20b9c-aaa0-70d8-b46a-6d49c5304d3b&".repeat(10_000);
    assert_eq!(
        client
            .post_raw("/password-resets", many.as_bytes(), &[])
            .status,
        400
    );
    let json = client.post_raw("/users", b"{}", &[("content-type", "application/json")]);
    assert!((400..500).contains(&json.status));
}

#[test]
fn a_password_of_a_megabyte_is_refused_without_being_hashed() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let start = std::time::Instant::now();
    // The one is not even read; the other is far longer than any password.
    for (length, status) in [(1024 * 1024, 413), (15_000, 422)] {
        let password = "a".repeat(length);
        let body = format!("username=boss%40acme.example&password={password}");
        let answer = site.client().post_raw("/sign-in", body.as_bytes(), &[]);
        assert_eq!(answer.status, status);
    }
    assert!(start.elapsed().as_secs() < 5);
}

#[test]
fn strangers_can_send_only_small_forms() {
    let site = Site::start();
    let small = format!("username=a&password={}", "x".repeat(65_000));
    let large = format!("username=a&password={}", "x".repeat(66_000));
    for path in [
        "/sign-in",
        "/forgot-password",
        "/password",
        "/second-factor",
    ] {
        let answer = |body: &str| site.client().post_raw(path, body.as_bytes(), &[]).status;
        assert_ne!(answer(&small), 413, "{path}");
        assert_eq!(answer(&large), 413, "{path}");
    }
}
