//! A record that somebody attended a training, person by person, and taken back.

use crate::attendance::{requested, state};
use crate::client::Client;
use crate::site::Site;

/// The hidden field of the message's `Undo`.
fn undo(client: &Client, page: &str, path: &str) -> u16 {
    let recorded = client.get(page).field("recorded");
    client.post(path, &[("recorded", &recorded)]).status
}

#[test]
fn of_a_request_those_ticked_attended_the_others_stay_requested_and_a_wrong_record_is_taken_back() {
    let site = Site::start();
    let (client, [ann, bea, kim], page) = requested(&site);
    deliver_request(&site);
    let shown = client.get(&page);
    for name in ["ann", "bea"] {
        let label = format!("aria-label=\"Select {name}@acme.example\"");
        assert!(shown.body.contains(&label), "{}", shown.body);
    }
    let path = format!("{page}/attendance");
    let nobody = client.post(&path, &[]);
    assert_eq!(nobody.status, 422);
    assert!(
        nobody.says("Nobody is ticked, so nothing was recorded."),
        "{}",
        nobody.text()
    );
    // Kim is no part of it.
    let fields = [("attended", ann.as_str()), ("attended", kim.as_str())];
    assert_eq!(client.post(&path, &fields).status, 303);
    let standing = || ["ann", "bea", "kim"].map(|name| state(&site, name));
    assert_eq!(standing(), ["attended", "requested", "never"]);
    let told = client.get(&page);
    assert!(
        told.says("Recorded as attended: 1 user. Undo"),
        "{}",
        told.text()
    );
    client.post(&path, &[("everybody", "yes")]);
    assert_eq!(standing(), ["attended", "attended", "never"]);
    // The second of the two records.
    assert_eq!(undo(&client, &page, &format!("{path}/undo")), 303);
    assert_eq!(standing(), ["attended", "requested", "never"]);
    assert!(client.get(&page).says("Taken back: 1 user"));
    client.post(&path, &[("attended", &bea)]);
    let history = client.get(&format!("/users/{bea}/history")).text();
    assert_eq!(
        history
            .matches("New User Training was recorded as attended.")
            .count(),
        2
    );
    assert_eq!(
        history
            .matches("New User Training is not recorded as attended any more.")
            .count(),
        1
    );
    assert!(
        !client
            .get(&format!("/users/{ann}/history"))
            .says("any more")
    );
}

pub fn deliver_request(site: &Site) {
    site.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    site.deliver();
}

#[test]
fn several_recorded_together_and_taken_back_together_are_told_once_and_to_each() {
    let site = Site::start();
    let (client, [ann, bea, kim], page) = requested(&site);
    deliver_request(&site);
    client.post(&format!("{page}/attendance"), &[("everybody", "yes")]);
    assert_eq!(
        undo(&client, &page, &format!("{page}/attendance/undo")),
        303
    );
    let activity = client.get("/activity?kind=training").text();
    for said in [
        "New User Training was recorded as attended for 2 users.",
        "New User Training is not recorded as attended any more for 2 users.",
    ] {
        assert_eq!(activity.matches(said).count(), 1, "{activity}");
    }
    for person in [&ann, &bea] {
        let history = client.get(&format!("/users/{person}/history")).text();
        assert_eq!(
            history.matches("was recorded as attended.").count(),
            1,
            "{history}"
        );
        assert_eq!(
            history.matches("as attended any more.").count(),
            1,
            "{history}"
        );
    }
    assert!(
        !client
            .get(&format!("/users/{kim}/history"))
            .says("attended")
    );
    assert_eq!(site.count("training_request_people where open"), 2);
    let again = client.post(&format!("{page}/attendance/undo"), &[("recorded", "1")]);
    assert_eq!(again.status, 303);
    assert!(client.get(&page).says("Nothing is left to take back."));
}

#[test]
fn a_person_did_not_attend_after_all() {
    let site = Site::start();
    let (client, [ann, ..], _) = requested(&site);
    let path = format!("/users/{ann}/training");
    client.post(&path, &[("kind", "advanced")]);
    assert_eq!(state(&site, "ann"), "attended");
    // The message's Undo takes back what that click recorded: both.
    assert_eq!(undo(&client, "/users", &format!("{path}/withdrawal")), 303);
    assert_eq!(
        (site.count("training_attendances"), state(&site, "ann")),
        (0, "requested".into())
    );
    for _ in 0..2 {
        client.post(&path, &[("kind", "advanced")]);
    }
    let dialog = client.get(&path).dialog();
    assert!(
        dialog.says(
            "New User Training: not attended after all Advanced Training: not attended after all"
        ),
        "{}",
        dialog.text()
    );
    let withdraw = |kind: &str| {
        let answer = client.post(&format!("{path}/withdrawal"), &[("kind", kind)]);
        assert_eq!(answer.status, 303);
        client.get("/users").text()
    };
    let told = withdraw("advanced");
    assert!(
        told.contains("Taken back for Ann Tester. New User Training attended"),
        "{told}"
    );
    assert_eq!(state(&site, "ann"), "attended");
    client.post(&path, &[("kind", "advanced")]);
    withdraw("new_user");
    assert_eq!(
        site.count("training_attendances"),
        0,
        "the one does not stand without the other"
    );
    assert!(withdraw("new_user").contains("Nothing is left to take back for Ann Tester."));
    assert_eq!(state(&site, "ann"), "requested");
    assert_eq!(
        site.count("training_request_people where open"),
        2,
        "hers is open again"
    );
    assert!(
        client
            .get(&format!("/users/{ann}/history"))
            .says("is not recorded as attended any more")
    );
}
