//! Values at the far ends of what a form and an address take.

use crate::site::Site;

/// As many characters as a name may have, each of which folds to a whole word (U+3300 to U+3357) or to
/// eighteen letters (U+FDFA), in an order that does not repeat.
fn unfolding(start: u32) -> String {
    (0..100_u32)
        .map(|n| match (n * 37 + start) % 89 {
            88 => '\u{fdfa}',
            word => char::from_u32(0x3300 + word).unwrap(),
        })
        .collect()
}

#[test]
fn a_name_that_is_searched_for_by_far_more_letters_than_it_has_is_taken_and_found() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    let (first, last) = (unfolding(0), unfolding(11));
    let fields = [
        ("username", "long@acme.example"),
        ("first_name", first.as_str()),
        ("last_name", last.as_str()),
        ("title", last.as_str()),
        ("department", first.as_str()),
    ];
    let answer = boss.post("/users", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(boss.get("/users?sort=name").says(&first));
    assert!(boss.get("/users?sort=-name").says(&last));
    let part: String = last.chars().skip(40).take(3).collect();
    let found = boss.get(&format!(
        "/users?q={}",
        url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>()
    ));
    assert!(found.says("long @acme.example"), "{}", found.text());
    // The same by a list.
    let list = format!("Username,First name,Last name\nlisted@acme.example,{first},{last}\n");
    let import = boss
        .upload("/imports", &[("file", Some("list.csv"), list.as_bytes())])
        .location
        .unwrap();
    assert_eq!(boss.post(&import, &[("people", "1")]).status, 303);
    while user_accounts::imports::run_next(&site.db, user_accounts::clock::now()).unwrap() {}
    assert_eq!(
        site.count("users where username = 'listed@acme.example'"),
        1
    );
}

#[test]
fn days_and_moments_before_all_calendars_are_refused_or_taken_and_never_a_fault() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let boss = site.signed_in("boss@acme.example");
    for day in [
        "-009999-01-01",
        "-4800-01-01",
        "0000-01-01",
        "9999-12-31",
        "+012000-01-01",
        "-999999-01-01",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(day.as_bytes()).collect();
        for path in ["/activity", "/activity.csv"] {
            for field in ["from", "to"] {
                let status = boss.get(&format!("{path}?{field}={encoded}")).status;
                assert!(
                    [200, 404].contains(&status),
                    "{path} {field}={day}: {status}"
                );
            }
        }
    }
    for moment in [
        i64::MIN.to_string(),
        i64::MAX.to_string(),
        "-300000000000000000".to_string(),
        "-230000000000000000".to_string(),
        "253402300799999999".to_string(),
        "0".to_string(),
    ] {
        let fields = [
            ("opened", moment.as_str()),
            ("scope", "selected"),
            ("user", &ann),
        ];
        let status = boss.post("/password-resets", &fields).status;
        assert!([303, 400, 422].contains(&status), "{moment}: {status}");
    }
    for number in [
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
    ] {
        for path in ["/activity?older_than=", "/users?after="] {
            assert_eq!(
                boss.get(&format!("{path}{number}")).status,
                200,
                "{path}{number}"
            );
        }
    }
}

#[test]
fn a_name_that_nobody_can_see_is_no_name() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    for unseen in [
        "\u{3164}",
        "\u{ffa0}\u{ffa0}",
        "\u{115f}\u{1160}",
        "\u{2800}\u{2800}",
        "\u{301}\u{302}",
        "\u{2062}\u{200d}",
        "\u{e0041}\u{e0042}",
        "\u{fe0f}",
    ] {
        let fields = [
            ("username", "unseen@acme.example"),
            ("first_name", unseen),
            ("last_name", "Seen"),
        ];
        let answer = boss.post("/users", &fields);
        assert_eq!(answer.status, 422, "{unseen:?}");
        let told = answer.error_at("first_name");
        assert_eq!(told.as_deref(), Some("Enter the first name."), "{unseen:?}");
    }
    assert_eq!(site.count("users"), 1);
}
