//! What needs attention: chips that count and filter.

use user_accounts::clock;
use user_accounts::housekeeping::keep_house;

use crate::site::Site;
use crate::support::{WRONG_OPEN_PASSWORD_MAILS, WRONG_TALLIES};

/// Somebody of every kind; `boss` signed in and was never trained.
fn company(site: &Site) {
    let acme = site.company("Acme", "acme.example", 20);
    for name in ["failed", "expired", "fresh"] {
        site.newcomer(acme, &format!("{name}@acme.example"));
    }
    let trained = site.person(acme, "trained@acme.example", false);
    site.sql(&format!(
        "insert into training_attendances (account_id, user_id, kind, recorded_at) values ('{}', '{trained}', 'new_user', now())",
        acme.id
    ));
    site.sql("update users set last_sign_in_at = now() where username like 'trained@%'");
    settle(site, "failed", "failed", "now()");
    settle(site, "expired", "sent", "now() - interval '8 days'");
    settle(site, "fresh", "sent", "now() - interval '6 days'");
    // Another account's troubles are nobody's business here.
    let globex = site.company("Globex", "globex.example", 20);
    site.newcomer(globex, "theirs@globex.example");
    settle(site, "theirs", "failed", "now()");
}

fn settle(site: &Site, name: &str, state: &str, at: &str) {
    let settled = site.sql(&format!(
        "update mails set state = '{state}', settled_at = {at}, explanation = '550 no such mailbox'
         where user_id = (select id from users where username like '{name}@%')"
    ));
    assert_eq!(settled, 1, "{name}");
}

/// The users' own columns say what the mails and the trainings say.
fn assert_derived(site: &Site) {
    assert_eq!(
        site.count(
            "users left join mails on mails.account_id = users.account_id and mails.id = password_mail_id
             where (password_mail_state, password_mail_at) is distinct from (mails.state, mails.settled_at)"
        ),
        0
    );
    assert_eq!(
        site.count(
            "users where training <> case
                when exists (select from training_attendances where user_id = users.id) then 'attended'
                when exists (select from training_request_people where user_id = users.id and open) then 'requested'
                else 'never' end"
        ),
        0
    );
}

#[test]
fn each_chip_counts_and_lists_exactly_who_needs_it() {
    let site = Site::start();
    company(&site);
    let client = site.signed_in("boss@acme.example");
    let list = client.get("/users");
    for (chip, needs, who) in [
        ("1 mail failed", "mail-failed", vec!["failed"]),
        (
            "1 temporary password expired",
            "password-expired",
            vec!["expired"],
        ),
        ("1 other never signed in", "never-signed-in", vec!["fresh"]),
        (
            "4 never trained",
            "never-trained",
            vec!["boss", "expired", "failed", "fresh"],
        ),
    ] {
        assert!(list.says(chip), "{chip}: {}", list.text());
        let chosen = client.get(&format!("/users?needs={needs}"));
        assert_eq!(chosen.status, 200);
        for name in ["boss", "expired", "failed", "fresh", "trained"] {
            let listed = chosen.body.contains(&format!("Select {name}@acme.example"));
            assert_eq!(listed, who.contains(&name), "{needs}: {name}");
        }
        assert!(!chosen.body.contains("theirs@"), "{needs}");
        let words = if who.len() == 1 {
            "1 user matches".to_string()
        } else {
            format!("{} users match", who.len())
        };
        assert!(chosen.says(&words), "{needs}: {}", chosen.text());
    }
    assert!(
        list.says("2 of 5 signed in"),
        "everybody is counted once: {}",
        list.text()
    );
    assert!(!list.says("New User Training requested"), "nobody: no chip");
    assert_derived(&site);
}

#[test]
fn a_chip_and_a_search_narrow_together_and_the_place_keeps_both() {
    let site = Site::start();
    company(&site);
    let client = site.signed_in("boss@acme.example");
    let found = client.get("/users?needs=never-signed-in&q=fresh");
    assert!(found.says("1 user matches"), "{}", found.text());
    assert!(found.body.contains("needs=never-signed-in"));
    let nobody = client.get("/users?needs=mail-failed&q=fresh");
    assert!(nobody.says("Nobody here matches"), "{}", nobody.text());
    assert!(nobody.says("Look among all active users"));
    // A chip counts everybody, also beside a search: a click shows as many as it says.
    let searching = client.get("/users?q=fresh&sort=-name");
    assert!(searching.says("1 mail failed"), "{}", searching.text());
    assert!(
        searching
            .body
            .contains("href=\"/users?sort=-name&amp;needs=mail-failed\"")
            || searching
                .body
                .contains("href=\"/users?sort=-name&#38;needs=mail-failed\""),
        "{}",
        searching.body
    );
    // A word that is no need, and the other side of the filter, show everybody.
    assert!(
        client
            .get("/users?needs=coffee")
            .body
            .contains("Select trained@acme.example")
    );
    assert!(
        !client
            .get("/users?show=inactive&needs=mail-failed")
            .body
            .contains("Select failed@acme.example")
    );
}

#[test]
fn a_new_mail_a_request_for_training_and_its_undo_move_people_between_the_chips() {
    let site = Site::start();
    company(&site);
    let client = site.signed_in("boss@acme.example");
    let failed = site.value("(select id from users where username like 'failed@%')");
    client.post(
        "/password-resets",
        &[
            ("scope", "selected"),
            ("user", &failed),
            (
                "opened",
                &client.get("/password-resets/new").field("opened"),
            ),
        ],
    );
    assert!(
        !client.get("/users").says("mail failed"),
        "a new mail waits"
    );
    assert_derived(&site);
    let request = client
        .post(
            "/training-requests",
            &[
                ("kind", "new_user"),
                ("scope", "selected"),
                ("user", &failed),
            ],
        )
        .location
        .unwrap();
    let list = client.get("/users");
    assert!(
        list.says("3 never trained") && list.says("1 New User Training requested"),
        "{}",
        list.text()
    );
    assert_derived(&site);
    let undone = client.post(&format!("{}/undo", request.split('?').next().unwrap()), &[]);
    assert!(undone.status == 303, "{}", undone.status);
    assert!(client.get("/users").says("4 never trained"));
    assert_derived(&site);
    site.deliver();
    assert_derived(&site);
}

#[test]
fn thousands_are_counted_to_the_last_one_those_whom_time_alone_makes_after_the_clean_up() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5_000);
    site.sql(&format!(
        "with people as (select n, gen_random_uuid() as id, gen_random_uuid() as mail from generate_series(1, 1234) as n),
         mailed as (
             insert into mails (account_id, id, kind, user_id, created_at, next_attempt_at, state, settled_at)
             select '{0}', mail, 'welcome', id, now(), now(), 'sent', now() - interval '8 days' from people
         )
         insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at,
             password_mail_id, password_mail_state, password_mail_at)
         select '{0}', id, 'p' || n || '@acme.example', 'First', 'Last', 'p' || n, 'first last', now(), mail, 'sent',
             now() - interval '8 days'
         from people",
        acme.id
    ));
    let client = site.signed_in("boss@acme.example");
    let list = client.get("/users");
    for words in [
        "1 of 1,235 signed in",
        "1,000+ temporary password expired",
        "0 of 1,235 trained",
        "1,235 never trained",
    ] {
        assert!(list.says(words), "{words}: {}", list.text());
    }
    assert_eq!(list.body.matches("class=\"parts\"").count(), 2);
    assert!(
        !list.says("never signed in"),
        "each has a password that ran out"
    );
    let chosen = client.get("/users?needs=never-signed-in");
    assert!(chosen.says("Nobody is left here"), "{}", chosen.text());
    let expired = client.get("/users?needs=password-expired");
    assert!(
        expired.says("More than 1,000 users match"),
        "{}",
        expired.text()
    );

    let wrong = || {
        (
            site.count(WRONG_TALLIES),
            site.count(WRONG_OPEN_PASSWORD_MAILS),
        )
    };
    keep_house(&site.db, clock::now());
    assert_eq!(wrong(), (0, 0));
    assert!(
        client
            .get("/users")
            .says("1,234 temporary password expired")
    );
    // Who leaves or is mailed no more is counted no more, at once and after the next clean-up.
    for (set, left) in [
        (
            "last_sign_in_at = now() where username like 'p1@%'",
            "1,234",
        ),
        (
            "active = false, deactivated_at = now() where username like 'p2@%'",
            "1,233",
        ),
        (
            "password_mail_id = null where username like 'p3@%'",
            "1,232",
        ),
    ] {
        assert_eq!(site.sql(&format!("update users set {set}")), 1);
        for _ in 0..2 {
            assert_eq!(wrong(), (0, 0), "{set}");
            let list = client.get("/users");
            let words = format!("{left} temporary password expired");
            assert!(list.says(&words), "{words}: {}", list.text());
            keep_house(&site.db, clock::now());
        }
    }
}
