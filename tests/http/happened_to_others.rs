//! What went wrong in other people's programs, each tried here. What a whole file is about is tested there:
//! parallel guesses in `sign_in`, sessions that outlive their end in `sessions`, ids of others in `kept_apart`,
//! smuggled requests in `wire`, markup in mails in `tests/mail_worker`, log lines in `tests/faults`.

use crate::client::Client;
use crate::second_factor;
use crate::site::{PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";

#[test]
fn a_second_address_given_as_an_array_gets_no_link() {
    // GitLab CVE-2023-7028
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    for (body, status) in [
        (
            "username=boss%40acme.example&username=thief%40evil.example",
            400,
        ),
        (
            "username[]=boss%40acme.example&username[]=thief%40evil.example",
            422,
        ),
        (
            "username=boss%40acme.example&username[]=thief%40evil.example",
            303,
        ),
        (
            "username[0]=boss%40acme.example&username[1]=thief%40evil.example",
            422,
        ),
        ("username=boss%40acme.example%2Cthief%40evil.example", 422),
        (
            "username=boss%40acme.example%0D%0ACc%3A+thief%40evil.example",
            422,
        ),
        ("username=boss%40acme.example%3Bthief%40evil.example", 422),
    ] {
        let answer = site
            .client()
            .post_raw("/forgot-password", body.as_bytes(), &[]);
        assert_eq!(answer.status, status, "{body}");
    }
    let mails = site.deliver();
    assert_eq!(mails.len(), 1);
    assert!(mails.iter().all(|(to, ..)| to == "boss@acme.example"));
}

#[test]
fn a_letter_that_folds_into_another_is_another_address() {
    // Django CVE-2019-19844
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    for username in [
        "mike@acme.example",
        "kim@acme.example",
        "strasse@acme.example",
    ] {
        site.person(acme, username, false);
    }
    for typed in [
        "m\u{131}ke@acme.example",
        "\u{212a}im@acme.example",
        "stra\u{df}e@acme.example",
        "M\u{130}KE@acme.example",
    ] {
        let answer = site
            .client()
            .post("/forgot-password", &[("username", typed)]);
        assert_eq!(answer.status, 422, "{typed}");
        let answer = site
            .client()
            .post("/sign-in", &[("username", typed), ("password", PASSWORD)]);
        assert_eq!(answer.status, 422, "{typed}");
    }
    assert_eq!((site.count("mails"), site.count("sessions")), (0, 0));
}

#[test]
fn a_forged_host_is_in_no_link() {
    // Zitadel GHSA-2wmj-46rj-qm2w
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "//evil.example"),
    ];
    let answer = site.client().post_raw(
        "/forgot-password",
        b"username=boss%40acme.example",
        &headers,
    );
    assert_eq!(
        answer.location.as_deref(),
        Some("/forgot-password?sent=yes")
    );
    let page = site
        .client()
        .get(&site.mailed_recovery_path("boss@acme.example"));
    assert_eq!(page.status, 200);
    let client = site.signed_in("boss@acme.example");
    let fields = b"username=new%40acme.example&first_name=New&last_name=Body";
    assert_eq!(
        client
            .post_raw("/users", fields, &headers)
            .location
            .as_deref(),
        Some("/users")
    );
    let mails = site.deliver();
    assert!(
        !mails.is_empty() && mails.iter().all(|(_, _, text)| !text.contains("evil")),
        "{mails:?}"
    );
}

#[test]
fn a_link_does_not_let_in_who_was_deactivated_meanwhile_nor_after_a_changed_username() {
    // Synapse GHSA-26c5-ppr8-f33p
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    for (name, change) in [
        (
            "ann",
            "active_account_on_form=yes&username=ann%40acme.example",
        ),
        ("bea", "username=beatrice%40acme.example"),
    ] {
        let username = format!("{name}@acme.example");
        let id = site.person(acme, &username, false);
        let path = site.recovery_path(&username);
        let page = site.client().get(&path);
        let token = page.field("token");
        let first = name[..1].to_uppercase() + &name[1..];
        let body = format!("{change}&first_name={first}&last_name=Tester");
        assert_eq!(
            boss.post_raw(&format!("/users/{id}"), body.as_bytes(), &[])
                .status,
            303
        );
        let client = site.client();
        let fields = [
            ("token", token.as_str()),
            ("new_password", NEW),
            ("repeat_new_password", NEW),
        ];
        assert_eq!(client.post("/password", &fields).status, 404, "{name}");
        assert_eq!(
            client.get("/password").status,
            303,
            "{name} is not signed in"
        );
        assert_eq!(site.client().get(&path).status, 404, "{name}");
    }
    assert_eq!(site.count("events where kind = 'password_chosen'"), 0);
}

#[test]
fn a_step_of_getting_in_is_not_skipped() {
    // Keycloak CVE-2026-18963
    let site = Site::start();
    second_factor::company(&site);
    let passwords = "select string_agg(hash, ',' order by hash) from passwords";
    let before = site.value(passwords);
    let fields = |token: &'static str| {
        [
            ("token", token),
            ("new_password", NEW),
            ("repeat_new_password", NEW),
        ]
    };
    let half = second_factor::arriving(&site, "boss@acme.example", PASSWORD);
    let stranger = site.client();
    for client in [&stranger, &half] {
        assert_eq!(client.again().post("/password", &fields("")).status, 404);
        assert_eq!(client.again().post("/password", &fields("a")).status, 404);
        let change = [
            ("current_password", PASSWORD),
            ("new_password", NEW),
            ("repeat_new_password", NEW),
        ];
        assert_eq!(
            client
                .again()
                .post("/password", &change)
                .location
                .as_deref(),
            Some("/sign-in")
        );
        assert_eq!(
            client
                .again()
                .post("/second-factor/confirmation", &[("code", "123456")])
                .status,
            303
        );
        assert_eq!(
            client
                .again()
                .post("/second-factor/removal", &[("code", "123456")])
                .status,
            303
        );
        assert_eq!(
            client.again().post("/second-factor", &[]).status,
            if client.cookie.borrow().is_some() {
                422
            } else {
                303
            }
        );
    }
    assert_eq!(
        half.get("/users").location.as_deref(),
        Some("/second-factor")
    );
    assert_eq!(site.value(passwords), before);
}

#[test]
fn what_a_button_does_not_offer_is_refused_without_the_button_too() {
    // Zitadel CVE-2024-49757
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let boss = site.value("select id from users where username like 'boss%'");
    let refused = |path: String, body: &str| {
        let before = site.everything();
        let answer = client.post_raw(&path, body.as_bytes(), &[]);
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.text());
        assert_eq!(site.everything(), before, "{path} {body}");
    };
    let profile =
        |name: &str| format!("username={name}%40acme.example&first_name=Boss&last_name=Tester");
    refused("/users".into(), &profile("new"));
    refused(
        format!("/users/{boss}"),
        &format!("{}&active_account_on_form=yes", profile("boss")),
    );
    refused(format!("/users/{boss}/administrator"), "administrator=no");
    refused(format!("/users/{boss}/replacement"), &profile("next"));
    site.sql("update users set active = false, deactivated_at = now() where username like 'ann%'");
    site.person(acme, "bea@acme.example", false);
    refused(
        format!("/users/{ann}"),
        "username=ann%40acme.example&first_name=Ann&last_name=Tester&active_account_on_form=yes&active_account=yes",
    );
    refused(format!("/users/{ann}/administrator"), "administrator=yes");
    let before = site.everything();
    client.post(&format!("/users/{ann}/password-mail"), &[]);
    assert_eq!(site.everything(), before, "no mail to who is out");
}

#[test]
fn mails_that_cannot_be_sent_tell_nothing_about_an_address() {
    // Django CVE-2024-45231: the mail server is not asked while somebody waits for the page.
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let ask = |username: &str| {
        let answer = site
            .client()
            .post("/forgot-password", &[("username", username)]);
        // In whatever order they come.
        let headers: std::collections::BTreeSet<String> = answer
            .headers
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        (answer.status, answer.body.replace(username, ""), headers)
    };
    // No worker runs: nothing leaves.
    assert_eq!(ask("boss@acme.example"), ask("nobody@acme.example"));
    site.sql("update mails set state = 'failed', explanation = '550 no', settled_at = now()");
    assert_eq!(ask("boss@acme.example"), ask("nobody@acme.example"));
}

#[test]
fn a_request_that_is_under_way_does_not_bring_a_session_back() {
    // Zulip CVE-2022-24751: whatever a request writes about its session, it makes none.
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let copied: Client = client.again();
    site.sql("update sessions set last_seen_at = now() - interval '2 hours'");
    site.sql("create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.6); return new; end $$");
    site.sql(
        "create trigger slowly before update on sessions for each row execute function slowly()",
    );
    std::thread::scope(|scope| {
        let under_way = copied.again();
        let slow = scope.spawn(move || under_way.get("/users").status);
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert_eq!(client.post("/sign-out", &[]).status, 303);
        assert!([200, 303].contains(&slow.join().unwrap()));
    });
    assert_eq!(site.count("sessions"), 0);
    assert_eq!(copied.get("/users").status, 303);
}
