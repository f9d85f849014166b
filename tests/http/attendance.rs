//! Training as a state: requested, attended, and what a request's page can do.

use crate::client::Client;
use crate::site::Site;

/// Ann, Bea and Kim (inactive); the request of New User Training for all three.
pub fn requested(site: &Site) -> (Client, [String; 3], String) {
    let acme = site.company("Acme", "acme.example", 9);
    let people = ["ann", "bea", "kim"].map(|name| {
        site.person(acme, &format!("{name}@acme.example"), false)
            .to_string()
    });
    site.sql("update users set active = false, deactivated_at = now() where username like 'kim@%'");
    let client = site.signed_in("boss@acme.example");
    let mut fields = vec![("kind", "new_user"), ("scope", "selected")];
    fields.extend(people.iter().map(|id| ("user", id.as_str())));
    let page = client.post("/training-requests", &fields).location.unwrap();
    (client, people, page)
}

pub fn state(site: &Site, name: &str) -> String {
    site.value(&format!(
        "select training from users where username like '{name}@%'"
    ))
}

#[test]
fn attendance_is_recorded_from_the_pop_up_and_closes_the_request() {
    let site = Site::start();
    let (client, [ann, ..], page) = requested(&site);
    assert_eq!(
        (state(&site, "ann"), state(&site, "bea")),
        ("requested".into(), "requested".into())
    );
    let edit = client.get(&format!("/users/{ann}")).dialog();
    assert!(
        edit.says("by Boss Tester. Open the request Record"),
        "{}",
        edit.text()
    );
    let path = format!("/users/{ann}/training");
    let dialog = client.get(&path).dialog();
    assert!(
        dialog.says("Record as attended New User Training Advanced Training"),
        "{}",
        dialog.text()
    );
    let nothing = client.post(&path, &[]);
    assert_eq!(nothing.status, 422);
    assert!(nothing.says("Choose the training that was attended."));
    for _ in 0..2 {
        let answer = client.post(&path, &[("kind", "new_user")]);
        assert_eq!(
            (answer.status, answer.location),
            (303, Some("/users".to_string()))
        );
    }
    assert!(
        client
            .get("/users")
            .says("New User Training is recorded as attended for Ann Tester.")
    );
    assert_eq!(state(&site, "ann"), "attended");
    assert_eq!(state(&site, "bea"), "requested");
    assert_eq!(site.count("events where kind = 'training_attended'"), 1);
    assert!(client.get(&page).says("Ann Tester Attended, recorded"));
    let only_advanced = client.get(&path).dialog();
    assert!(
        !only_advanced.says("attended New User Training Advanced"),
        "{}",
        only_advanced.text()
    );
    assert!(only_advanced.says("Advanced Training"));
}

#[test]
fn who_attended_advanced_training_attended_new_user_training_too() {
    let site = Site::start();
    let (client, [ann, ..], _) = requested(&site);
    client.post(&format!("/users/{ann}/training"), &[("kind", "advanced")]);
    assert_eq!(
        site.value("select string_agg(kind, ',' order by kind) from training_attendances"),
        "advanced,new_user"
    );
    assert_eq!(
        site.count("training_request_people where open"),
        1,
        "hers is closed, Bea's is open"
    );
    let both = client.get(&format!("/users/{ann}/training")).dialog();
    assert!(both.says("Advanced Training attended") && !both.says("Record as attended"));
    // The database would not hold the one without the other.
    let alone = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        site.sql(
            "insert into training_attendances (account_id, user_id, kind, recorded_at)
                  select account_id, id, 'advanced', now() from users where username like 'bea@%'",
        )
    }));
    assert!(alone.is_err());
}

#[test]
fn the_requests_page_names_who_is_left_out_after_a_reload_and_in_its_file() {
    let site = Site::start();
    let (client, _, page) = requested(&site);
    for _ in 0..2 {
        let shown = client.get(&page);
        assert!(
            shown.says("Left out: 1 Kim Tester kim@acme.example is inactive"),
            "{}",
            shown.text()
        );
        assert!(shown.says("For 2 users, requested by Boss Tester"));
    }
    let file = client.get(&format!("{page}/people.csv"));
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        file.body.trim_start_matches('\u{feff}'),
        "Username,Name,Training (times in UTC)\r\nann@acme.example,Ann Tester,Requested\r\nbea@acme.example,Bea Tester,Requested\r\nkim@acme.example,Kim Tester,Left out: is inactive\r\n"
    );
}

#[test]
fn a_request_whose_mail_failed_is_mailed_again_once_and_then_recorded_for_all() {
    let site = Site::start();
    let (client, _, page) = requested(&site);
    assert!(
        !client.get(&page).says("Record as attended"),
        "not before it is sent"
    );
    site.sql("update mails set state = 'failed', settled_at = now(), explanation = '554 refused' where kind = 'training_request'");
    assert!(
        client
            .get(&page)
            .says("what the mail server said: 554 refused Send again")
    );
    for said in ["is on its way again", "has not failed"] {
        assert_eq!(client.post(&format!("{page}/retry"), &[]).status, 303);
        let shown = client.get(&page);
        assert!(shown.says(said), "{}", shown.text());
    }
    assert_eq!(
        site.count("mails where kind = 'training_request' and state = 'waiting'"),
        1
    );
    let mails = site.deliver();
    assert_eq!(
        mails
            .iter()
            .filter(|(to, ..)| to == "training@vendor.example")
            .count(),
        1
    );
    assert!(
        client
            .get(&page)
            .says("tick those who came and record them as attended")
    );
    for said in [
        "Recorded as attended: 2 users.",
        "Everybody here is recorded already.",
    ] {
        client.post(&format!("{page}/attendance"), &[("everybody", "yes")]);
        assert!(client.get(&page).says(said));
    }
    assert_eq!(
        (
            state(&site, "ann"),
            state(&site, "bea"),
            state(&site, "kim")
        ),
        ("attended".into(), "attended".into(), "never".into())
    );
    assert_eq!(
        site.count("events where kind = 'training_attended'"),
        1,
        "told of together"
    );
    assert_eq!(site.count("events where kind = 'training_mailed_again'"), 1);
}

#[test]
fn a_click_that_makes_two_requests_shows_each_on_the_others_page() {
    let site = Site::start();
    let (client, [ann, bea, _], _) = requested(&site);
    client.post(&format!("/users/{ann}/training"), &[("kind", "new_user")]);
    site.sql("update training_request_people set open = false");
    let answer = client.post(
        "/training-requests",
        &[
            ("kind", "advanced"),
            ("scope", "selected"),
            ("never_attended", "new_user"),
            ("user", &ann),
            ("user", &bea),
        ],
    );
    let first = client.get(&answer.location.unwrap());
    assert!(
        first.says("Requested together with Advanced Training"),
        "{}",
        first.text()
    );
    let other = first
        .body
        .split("together with <a href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(
        client
            .get(other)
            .says("Requested together with New User Training")
    );
}

#[test]
fn the_outcomes_of_a_reset_leave_as_a_file() {
    let site = Site::start();
    let (client, [ann, bea, kim], _) = requested(&site);
    let page = client
        .post(
            "/password-resets",
            &[
                ("scope", "selected"),
                ("user", &ann),
                ("user", &bea),
                ("user", &kim),
            ],
        )
        .location
        .unwrap();
    site.sql(&format!("update mails set state = 'failed', settled_at = now(), explanation = '=550 no' where user_id = '{bea}'"));
    let file = client.get(&format!("{page}/people.csv"));
    assert_eq!(
        file.body.trim_start_matches('\u{feff}'),
        "Username,Name,Outcome (times in UTC)\r\nann@acme.example,Ann Tester,Waiting\r\nbea@acme.example,Bea Tester,Failed: =550 no\r\nkim@acme.example,Kim Tester,Left out: is inactive\r\n"
    );
    assert!(
        client
            .get(&page)
            .body
            .contains(&format!("{page}/people.csv"))
    );
}
