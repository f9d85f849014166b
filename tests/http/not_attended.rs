//! Who did not come to a training that was requested: settled for them, and asked for again.

use crate::attendance::{requested, state};
use crate::client::Client;
use crate::site::Site;
use crate::withdrawing::deliver_request;

/// Records that the one did not come.
fn missed(client: &Client, page: &str, person: &str) {
    let fields = [("attended", person), ("missed", "yes")];
    let answer = client.post(&format!("{page}/attendance"), &fields);
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some(page))
    );
}

/// Presses the button beside the message.
fn undo(client: &Client, page: &str) {
    let shown = client.get(page);
    let at = shown.field("recorded");
    assert_eq!(shown.field("missed"), "yes");
    client.post(
        &format!("{page}/attendance/undo"),
        &[("recorded", &at), ("missed", "yes")],
    );
}

#[test]
fn training_can_be_requested_again_for_whoever_is_recorded_as_not_attended() {
    let site = Site::start();
    let (client, [ann, bea, _], page) = requested(&site);
    deliver_request(&site);
    assert!(client.get(&page).says("Record as not attended"));
    let again = [
        ("kind", "new_user"),
        ("scope", "selected"),
        ("user", ann.as_str()),
    ];
    assert_eq!(client.post("/training-requests", &again).status, 422);
    missed(&client, &page, &ann);
    let shown = client.get(&page);
    assert!(
        shown.says("Recorded as not attended: 1 user.")
            && shown.says("Ann Tester Did not attend")
            && shown.says("Bea Tester Requested"),
        "{}",
        shown.text()
    );
    assert_eq!(state(&site, "ann"), "never");
    assert_eq!(state(&site, "bea"), "requested");
    assert_eq!(site.count("training_attendances"), 0);
    assert_eq!(
        site.count(&format!(
            "events where kind = 'training_missed' and user_id = '{ann}'"
        )),
        1
    );
    assert!(
        client
            .get("/training-requests")
            .says("0 of 2 attended, 1 did not")
    );
    // A second click records nobody twice.
    missed(&client, &page, &ann);
    assert!(
        client
            .get(&page)
            .says("Everybody here is recorded already.")
    );
    assert_eq!(site.count("events where kind = 'training_missed'"), 1);
    assert!(
        client
            .get(&format!("/users/{ann}/history"))
            .says("New User Training was recorded as not attended.")
    );
    assert!(
        client
            .get(&format!("{page}/people.csv"))
            .body
            .contains("Ann Tester,Did not attend")
    );
    let second = client.post("/training-requests", &again).location.unwrap();
    assert_eq!(state(&site, "ann"), "requested");
    // What is recorded for the second request, and taken back, opens that one and not the first.
    client.post(&format!("/users/{ann}/training"), &[("kind", "new_user")]);
    assert_eq!(state(&site, "ann"), "attended");
    client.post(
        &format!("/users/{ann}/training/withdrawal"),
        &[("kind", "new_user")],
    );
    assert_eq!(state(&site, "ann"), "requested");
    let open = site.value(&format!(
        "select training_request_id from training_request_people where user_id = '{ann}' and open"
    ));
    assert!(second.ends_with(&open), "{second} {open}");
    assert_eq!(
        site.count(&format!(
            "training_request_people where user_id = '{bea}' and open"
        )),
        1
    );
}

#[test]
fn a_wrong_record_of_not_attended_is_taken_back_unless_more_happened_since() {
    let site = Site::start();
    let (client, [ann, ..], page) = requested(&site);
    deliver_request(&site);
    missed(&client, &page, &ann);
    undo(&client, &page);
    let shown = client.get(&page);
    assert!(
        shown.says("Taken back: 1 user") && shown.says("Ann Tester Requested"),
        "{}",
        shown.text()
    );
    assert_eq!(state(&site, "ann"), "requested");
    assert_eq!(
        site.count("events where kind = 'training_missed_taken_back'"),
        1
    );
    for since in ["attended", "asked for again"] {
        missed(&client, &page, &ann);
        let at = client.get(&page).field("recorded");
        if since == "attended" {
            client.post(&format!("/users/{ann}/training"), &[("kind", "new_user")]);
        } else {
            let again = [
                ("kind", "new_user"),
                ("scope", "selected"),
                ("user", ann.as_str()),
            ];
            assert_eq!(client.post("/training-requests", &again).status, 303);
        }
        let before = state(&site, "ann");
        client.post(
            &format!("{page}/attendance/undo"),
            &[("recorded", &at), ("missed", "yes")],
        );
        assert!(client.get(&page).says("Nothing is left to take back."));
        assert_eq!(state(&site, "ann"), before, "{since}");
        if since == "attended" {
            client.post(
                &format!("/users/{ann}/training/withdrawal"),
                &[("kind", "new_user")],
            );
            site.sql("update training_request_people set open = true, missed_at = null");
        }
    }
}
