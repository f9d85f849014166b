//! `Add a User`.

use crate::client::Answer;
use crate::site::Site;

pub const ANN: [(&str, &str); 6] = [
    ("username", " Ann.Meyer@ACME.example "),
    ("first_name", "Ann"),
    ("last_name", "Meyer"),
    ("title", "Buyer"),
    ("department", "Purchasing"),
    ("phone", "781.555.0111"),
];

#[test]
fn adding_a_user_writes_the_row_the_mail_and_the_event_and_says_so() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    assert!(
        client.get("/users/new").says("3 seats are free")
            || client.get("/users/new").says("4 seats are free")
    );
    let answer = client.post("/users?q=mey&sort=-name", &ANN);
    assert_eq!(
        answer.location.as_deref(),
        Some("/users?q=mey&sort=-name"),
        "{}",
        answer.text()
    );
    let list = client.get("/users?q=mey&sort=-name");
    assert!(list.says("Ann Meyer was added") && list.says("ann.meyer@acme.example"));
    // Also where the row is on another page, the message leads to the person.
    let id = site.value("select id from users where username like 'ann%'");
    let message = list.body.split("class=\"flash").nth(1).unwrap();
    let message = list.part(message.split("</div>").next().unwrap());
    assert!(
        message.body.contains(&format!("href=\"/users/{id}?")) && message.says("Open Ann Meyer"),
        "{}",
        message.body
    );
    assert!(!client.get("/users").says("was added"), "said once");
    let row = site.value(
        "select concat_ws('|', username, first_name, last_name, title, department, phone, active, administrator)
         from users where username like 'ann%'",
    );
    assert_eq!(
        row,
        "ann.meyer@acme.example|Ann|Meyer|Buyer|Purchasing|781.555.0111|t|f"
    );
    assert_eq!(
        site.value(&format!(
            "select active_users from accounts where id = '{}'",
            acme.id
        )),
        "2"
    );
    assert_eq!(
        site.count("events where kind = 'user_added' and actor = 'user'"),
        1
    );
    assert_eq!(
        site.count("temporary_passwords"),
        0,
        "no password before the mail is sent"
    );
    let password = site.mailed_password("ann.meyer@acme.example");
    assert_eq!(password.len(), 23);
    assert!(
        !site.everything().contains(&password),
        "a mailed password is stored nowhere"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_what_was_typed_stays() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let page = client.post(
        "/users",
        &[
            ("username", "ann@other.example"),
            ("first_name", " "),
            ("last_name", ""),
            ("title", "Buyer"),
            ("phone", "call me"),
        ],
    );
    assert_eq!(page.status, 422);
    for field in ["username", "first_name", "last_name", "phone"] {
        assert!(page.error_at(field).is_some(), "{field}");
    }
    assert!(page.error_at("title").is_none());
    assert!(page.error_at("username").unwrap().contains("@acme.example"));
    assert_eq!(
        (
            page.field("username").as_str(),
            page.field("title").as_str()
        ),
        ("ann@other.example", "Buyer")
    );
    assert_eq!(site.everything(), before);
}

#[test]
fn a_company_domain_is_compared_whole() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    for username in [
        "a@evilacme.example",
        "a@x.acme.example",
        "a@acme.example.evil.example",
        "a@acme.exampl",
    ] {
        let page = client.post(
            "/users",
            &[
                ("username", username),
                ("first_name", "A"),
                ("last_name", "B"),
            ],
        );
        assert_eq!(page.status, 422, "{username}");
        assert!(page.error_at("username").is_some(), "{username}");
    }
}

#[test]
fn sent_twice_a_form_adds_once_and_with_another_address_another_person() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let id = client.get("/users/new").field("id");
    let send = |username: &str| -> Answer {
        client.post(
            "/users",
            &[
                ("id", &id),
                ("username", username),
                ("first_name", "Ann"),
                ("last_name", "Meyer"),
            ],
        )
    };
    assert_eq!(send("ann@acme.example").status, 303);
    assert_eq!(send("ann@acme.example").status, 303);
    assert_eq!(site.count("users"), 2);
    assert_eq!(site.count("mails"), 1);
    assert_eq!(send("bea@acme.example").status, 303);
    assert_eq!(site.count("users"), 3);
}

#[test]
fn an_address_copied_with_its_name_is_told_once_what_to_leave_out() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let page = client.post(
        "/users",
        &[
            ("username", "Ann Lee <ann.lee@acme.example>"),
            ("first_name", "Ann"),
            ("last_name", "Lee"),
        ],
    );
    assert_eq!(page.status, 422);
    assert_eq!(
        page.error_at("username")
            .map(|words| words.replace("&#60;", "<").replace("&#62;", ">")),
        Some("Enter only the address: what stands between < and >.".to_string())
    );
    assert_eq!(site.count("users"), 1);
}

#[test]
fn fields_that_the_form_does_not_offer_do_nothing() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let globex = site.company("Globex", "globex.example", 5);
    let client = site.signed_in("boss@acme.example");
    let mut fields = ANN.to_vec();
    let other = globex.id.to_string();
    fields.extend([
        ("account_id", other.as_str()),
        ("administrator", "true"),
        ("password_hash", "x"),
        ("active", "false"),
    ]);
    assert_eq!(client.post("/users", &fields).status, 303);
    assert_eq!(site.count(&format!("users where username like 'ann%' and account_id = '{}' and not administrator and active", acme.id)), 1);
}

#[test]
fn an_address_in_use_is_said_also_when_another_field_is_wrong() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let bea = site.person(acme, "bea@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let wrong = [
        ("username", "bea@acme.example"),
        ("first_name", ""),
        ("last_name", "Meyer"),
        ("phone", "call me"),
    ];
    for path in [
        "/users".to_string(),
        format!(
            "/users/{}/replacement",
            site.person(acme, "cy@acme.example", false)
        ),
    ] {
        let page = client.post(&path, &wrong);
        assert_eq!(
            (page.status, page.error_at("username").as_deref()),
            (422, Some("Email address is already in use")),
            "{path}"
        );
        assert!(page.error_at("first_name").is_some() && page.error_at("phone").is_some());
    }
    // One's own stored address is nobody's conflict.
    let path = format!("/users/{bea}");
    let page = crate::edit::edit(&client, &client.get(&path), &path, &[("phone", "call me")]);
    assert_eq!((page.status, page.error_at("username")), (422, None));
    let taken = [("phone", "call me"), ("username", "boss@acme.example")];
    let page = crate::edit::edit(&client, &client.get(&path), &path, &taken);
    assert_eq!(
        page.error_at("username").as_deref(),
        Some("Email address is already in use")
    );
    assert_eq!(site.count("address_conflicts"), 0, "all of this account");
}

#[test]
fn what_is_too_long_is_named_also_in_the_summary() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let long = "x".repeat(101);
    let page = client.post("/users", &[("title", &long), ("department", &long)]);
    for label in ["Title", "Department"] {
        let words = format!("{label}: use at most 100 characters.");
        assert_eq!(page.dialog().text().matches(&words).count(), 2, "{words}");
    }
}
