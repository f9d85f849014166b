//! "Email address is already in use" beside everything else that is wrong, and what that costs.

use crate::already_in_use::two_companies;
use crate::client::{Answer, Client};
use crate::site::Site;

const IN_USE: &str = "Email address is already in use";

/// A form that comes back because of something else, whatever the address.
struct Stopped<'a> {
    client: &'a Client,
    path: String,
    first_name: &'a str,
    rest: Vec<(&'a str, &'a str)>,
}

impl Stopped<'_> {
    fn with(&self, username: &str) -> Answer {
        let mut form = vec![
            ("username", username),
            ("first_name", self.first_name),
            ("last_name", "Tester"),
        ];
        form.extend_from_slice(&self.rest);
        let page = self.client.post(&self.path, &form);
        assert_eq!(page.status, 422, "{}: {}", self.path, page.text());
        page.dialog()
    }

    /// The page without the address, to be compared with that of another one.
    fn words(&self, username: &str) -> String {
        self.with(username).text().replace(username, "…")
    }
}

fn id_of(site: &Site, username: &str) -> String {
    site.value(&format!(
        "select id from users where username = '{username}'"
    ))
}

/// Every form that an address is typed into, each stopped by something else.
fn stopped<'a>(site: &Site, client: &'a Client) -> Vec<Stopped<'a>> {
    let inactive = id_of(site, "inactive@acme.example");
    let boss = id_of(site, "boss@acme.example");
    let form = |path: &str, first_name, rest: &[(&'a str, &'a str)]| Stopped {
        client,
        path: path.to_string(),
        first_name,
        rest: rest.to_vec(),
    };
    let wrong_phone = [("phone", "call me")];
    let comes_back = [
        ("active_account_on_form", "1"),
        ("active_account", "yes"),
        ("original_active", "no"),
    ];
    let leaves = [("active_account_on_form", "1"), ("original_active", "yes")];
    vec![
        form("/users", "New", &[]),
        form("/users", "New", &wrong_phone),
        form(&format!("/users/{inactive}"), "Inactive", &comes_back),
        form(&format!("/users/{inactive}"), "Inactive", &wrong_phone),
        form(&format!("/users/{boss}"), "Boss", &leaves),
        form(&format!("/users/{inactive}/replacement"), "New", &[]),
        form(&format!("/users/{boss}/replacement"), "New", &wrong_phone),
    ]
}

/// Acme has no seat free.
fn full() -> Site {
    let site = two_companies();
    site.sql("update accounts set seats = active_users where name = 'Acme'");
    site
}

#[test]
fn an_address_that_is_taken_is_told_together_with_everything_else_that_is_wrong() {
    let site = full();
    let client = site.signed_in("boss@acme.example");
    let forms = stopped(&site, &client);
    for form in &forms {
        for username in ["active@acme.example", "grace@labs.example"] {
            let page = form.with(username);
            let summary = page.body.split("id=\"error-summary\"").nth(1).unwrap();
            let errors = summary
                .split("</ul>")
                .next()
                .unwrap()
                .matches("<li>")
                .count();
            assert_eq!(
                page.error_at("username").as_deref(),
                Some(IN_USE),
                "{}: {}",
                form.path,
                page.text()
            );
            assert!(errors > 1, "both are in the summary: {}", page.text());
        }
        assert!(form.with("grace@labs.example").says("reference code"));
        assert_eq!(
            form.with("nobody@labs.example").error_at("username"),
            None,
            "{}",
            form.path
        );
    }
    // What somebody of this account has costs nothing; each other one is a case, as when it alone is wrong.
    let cases = i64::try_from(forms.len() * 2).unwrap();
    assert_eq!(
        site.count("address_conflicts where rule = 'elsewhere'"),
        cases
    );
    assert_eq!(site.count("address_conflicts"), cases);
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'elsewhere'"),
        cases.to_string()
    );
}

#[test]
fn where_the_form_is_stopped_anyway_past_the_look_ups_taken_and_free_are_the_same() {
    let site = full();
    let client = site.signed_in("boss@acme.example");
    let forms = stopped(&site, &client);
    for _ in 0..30 {
        assert!(forms[0].words("grace@labs.example").contains(IN_USE));
    }
    for form in &forms {
        let taken = form.words("grace@labs.example");
        assert!(!taken.contains(IN_USE), "{}: {taken}", form.path);
        assert!(!taken.contains("cannot be added now"), "{taken}");
        assert_eq!(taken, form.words("nobody@labs.example"), "{}", form.path);
        // Who is in the account is no secret.
        assert!(form.words("active@acme.example").contains(IN_USE));
    }
    assert_eq!(site.count("address_conflicts"), 30);
}

#[test]
fn an_address_that_is_free_or_not_of_the_company_uses_up_no_look_ups() {
    let site = full();
    let client = site.signed_in("boss@acme.example");
    let form = &stopped(&site, &client)[1];
    for at in 0..35 {
        assert_eq!(
            form.with(&format!("free{at}@labs.example"))
                .error_at("username"),
            None
        );
        let foreign = form.with("grace@elsewhere.example").error_at("username");
        assert!(
            foreign
                .unwrap()
                .starts_with("Use an email address of your company")
        );
    }
    assert!(form.words("grace@labs.example").contains(IN_USE));
}

#[test]
fn ones_own_former_address_is_no_conflict_beside_another_wrong_field() {
    let site = two_companies();
    let client = site.signed_in("boss@acme.example");
    site.sql(
        "insert into reserved_usernames select 'former@acme.example', account_id, id, now() + interval '9 days'
         from users where username = 'active@acme.example'",
    );
    for (who, error) in [("active", None), ("inactive", Some(IN_USE))] {
        let path = format!("/users/{}", id_of(&site, &format!("{who}@acme.example")));
        let form = Stopped {
            client: &client,
            path,
            first_name: if who == "active" {
                "Active"
            } else {
                "Inactive"
            },
            rest: vec![("phone", "call me")],
        };
        assert_eq!(
            form.with("former@acme.example")
                .error_at("username")
                .as_deref(),
            error
        );
    }
}
