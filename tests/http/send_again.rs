//! The truth about each password mail, and sending it again.

use crate::site::Site;

/// How the mail of `username` went.
fn settle(site: &Site, username: &str, state: &str, explanation: &str) {
    let settled = site.sql(&format!(
        "update mails set state = '{state}', settled_at = now(), explanation = '{explanation}'
         where id = (select password_mail_id from users where username = '{username}')"
    ));
    assert_eq!(settled, 1);
}

#[test]
fn each_row_says_what_became_of_the_mail_in_the_servers_words() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 20);
    for name in [
        "waiting",
        "delayed",
        "sent",
        "failed",
        "cancelled",
        "expired",
    ] {
        site.newcomer(acme, &format!("{name}@acme.example"));
    }
    site.sql("update mails set attempts = 2, explanation = '451 greylisted' where id = (select password_mail_id from users where username like 'delayed%')");
    settle(&site, "sent@acme.example", "sent", "");
    settle(
        &site,
        "failed@acme.example",
        "failed",
        "550 5.1.1 No <such> mailbox",
    );
    settle(
        &site,
        "cancelled@acme.example",
        "cancelled",
        "the address changed",
    );
    settle(&site, "expired@acme.example", "sent", "");
    site.sql("update mails set settled_at = now() - interval '8 days' where id = (select password_mail_id from users where username like 'expired%')");
    let client = site.signed_in("boss@acme.example");
    let list = client.get("/users");
    for words in [
        "Password mail on its way",
        "Password mail delayed 451 greylisted",
        "Password sent ",
        "Mail failed 550 5.1.1 No <such> mailbox",
        "Password mail cancelled the address changed",
        "Password expired",
    ] {
        assert!(list.says(words), "{words} in {}", list.text());
    }
    for (name, offers) in [
        ("waiting", None),
        ("delayed", None),
        ("sent", Some("Send again")),
        ("failed", Some("Send again")),
        ("cancelled", Some("Send again")),
        ("expired", Some("Send a new password")),
    ] {
        let id = site.value(&format!(
            "select id from users where username = '{name}@acme.example'"
        ));
        let dialog = client.get(&format!("/users/{id}")).dialog();
        for label in ["Send again", "Send a new password"] {
            assert_eq!(dialog.says(label), offers == Some(label), "{name}: {label}");
        }
    }
}

#[test]
fn a_failed_mail_is_sent_again_once_with_a_new_password_and_is_history() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 20);
    let ann = site.newcomer(acme, "ann@acme.example");
    settle(&site, "ann@acme.example", "failed", "550 no");
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}/password-mail?needs=mail-failed");
    for said in [
        "A new password is on its way to ann@acme.example.",
        "A password is on its way to Ann Tester already.",
    ] {
        let answer = client.post(&path, &[]);
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some("/users?needs=mail-failed"))
        );
        assert!(client.get("/users").says(said), "{said}");
    }
    assert_eq!(site.count("events where kind = 'password_mailed_again'"), 1);
    assert_eq!(
        site.count("mails where state = 'waiting'"),
        1,
        "pressing twice mails once"
    );
    let mailed = site.mailed_password("ann@acme.example");
    let her = site.client();
    let answer = her.post(
        "/sign-in",
        &[("username", "ann@acme.example"), ("password", &mailed)],
    );
    assert_eq!(answer.location.as_deref(), Some("/password"));
}

#[test]
fn correcting_the_address_of_a_failed_mail_sends_a_new_password_there() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 20);
    let ann = site.newcomer(acme, "anm@acme.example");
    settle(
        &site,
        "anm@acme.example",
        "failed",
        "550 5.1.1 No such mailbox.",
    );
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get(&format!("/users/{ann}")).dialog();
    assert!(dialog.says("Correct the username if it is wrong: a new password goes there. Send again The mail server said 550 5.1.1 No such mailbox."));
    let mut fields: Vec<(String, String)> = [
        "original_active",
        "original_username",
        "original_first_name",
        "original_last_name",
        "original_title",
        "original_department",
        "original_phone",
        "first_name",
        "last_name",
        "title",
        "department",
        "phone",
    ]
    .iter()
    .map(|name| ((*name).to_string(), dialog.field(name)))
    .collect();
    fields.push(("username".into(), "ann@acme.example".into()));
    fields.push(("active".into(), "yes".into()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let saved = client.post(&format!("/users/{ann}"), &fields);
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert!(!site.mailed_password("ann@acme.example").is_empty());
}

#[test]
fn nothing_is_sent_to_who_is_out_has_chosen_or_is_of_another_account() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 20);
    let chosen = site.person(acme, "chosen@acme.example", false);
    let gone = site.newcomer(acme, "gone@acme.example");
    site.sql("update users set active = false, deactivated_at = now(), password_mail_id = null where username like 'gone%'");
    let globex = site.company("Globex", "globex.example", 20);
    let theirs = site.newcomer(globex, "theirs@globex.example");
    settle(&site, "theirs@globex.example", "failed", "550 no");
    let client = site.signed_in("boss@acme.example");
    client.get("/users");
    let mails = site.count("mails");
    for (id, said) in [
        (chosen, "Chosen Tester has chosen a password since."),
        (gone, "Gone Tester is inactive."),
    ] {
        assert_eq!(
            client
                .post(&format!("/users/{id}/password-mail"), &[])
                .status,
            303
        );
        assert!(client.get("/users").says(said), "{said}");
    }
    assert_eq!(
        client
            .post(&format!("/users/{theirs}/password-mail"), &[])
            .status,
        404
    );
    assert_eq!(site.count("mails"), mails);
    assert_eq!(site.count("events where kind = 'password_mailed_again'"), 0);
}
