//! `Provide Training`.

use crate::site::Site;

pub fn people(site: &Site) -> (String, String) {
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let bea = site.person(acme, "bea@acme.example", false);
    site.sql(&format!(
        "insert into training_attendances (account_id, user_id, kind, recorded_at) values ('{}', '{bea}', 'new_user', now())",
        acme.id
    ));
    (ann.to_string(), bea.to_string())
}

/// Sends everything that waits, also what waits for another mail to be taken.
pub fn deliver_all(site: &Site) -> Vec<(String, String, String)> {
    let mut mails = Vec::new();
    while site.sql("update mails set next_attempt_at = now() where state = 'waiting'") > 0 {
        mails.extend(site.deliver());
    }
    mails
}

#[test]
fn new_user_training_goes_to_the_trainers_with_note_and_roster_after_ten_seconds() {
    let site = Site::start();
    let (ann, bea) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get(&format!("/training-requests/new?user={ann}&user={bea}"));
    assert!(dialog.says("Selected users (2)") && dialog.says("Note for the trainer"));
    assert!(dialog.says("Ann Tester and Bea Tester"), "who they are");
    let fields = [
        ("kind", "new_user"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &bea),
        ("note", "Mornings suit us.\r\nThank you <b>all</b>"),
    ];
    let page = client.post("/training-requests", &fields).location.unwrap();
    let shown = client.get(&page);
    assert!(shown.says("New User Training") && shown.says("Undo") && shown.says("Ann Tester"));
    assert!(
        shown.says("Bea Tester (attended already)"),
        "{}",
        shown.text()
    );
    assert!(site.deliver().is_empty(), "held for ten seconds");
    let mails = deliver_all(&site);
    let (_, subject, text) = mails
        .iter()
        .find(|(to, ..)| to == "training@vendor.example")
        .unwrap();
    assert!(subject.contains("New User Training") && subject.contains("Acme"));
    assert!(text.contains("ann@acme.example") && !text.contains("bea@acme.example"));
    assert!(text.contains("Mornings suit us.\nThank you <b>all</b>"));
    assert!(
        mails.iter().any(|(to, ..)| to == "boss@acme.example"),
        "a confirmation"
    );
    assert!(client.get(&page).says("Sent to the training team"));
    assert!(
        client
            .get(&format!("/users/{ann}"))
            .says("New User Training requested")
    );
    let again = client.post("/training-requests", &fields[..3]);
    assert_eq!(again.status, 422);
    assert!(
        again.says("requested for Ann Tester already"),
        "{}",
        again.text()
    );
}

#[test]
fn advanced_training_for_somebody_who_never_attended_asks_what_to_do() {
    let site = Site::start();
    let (ann, bea) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let base = [
        ("kind", "advanced"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &bea),
    ];
    let page = client.post("/training-requests", &base);
    assert_eq!(page.status, 422);
    assert!(page.says("1 user never attended New User Training") && page.says("Ann Tester"));
    assert_eq!(site.count("training_requests"), 0);
    let mut fields = base.to_vec();
    fields.push(("never_attended", "new_user"));
    assert_eq!(client.post("/training-requests", &fields).status, 303);
    assert_eq!(
        site.value(
            "select string_agg(username || ' ' || kind, ', ' order by username) from training_request_people
             join users on users.id = user_id"
        ),
        "ann@acme.example new_user, bea@acme.example advanced"
    );
}

#[test]
fn the_administrator_may_vouch_that_somebody_attended() {
    let site = Site::start();
    let (ann, _) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("kind", "advanced"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("never_attended", "vouch"),
    ];
    assert_eq!(client.post("/training-requests", &fields).status, 303);
    assert_eq!(
        site.count(&format!(
            "training_attendances where user_id = '{ann}' and recorded_by is not null"
        )),
        1
    );
    assert_eq!(site.count("events where kind = 'training_attended'"), 1);
}

#[test]
fn with_everybody_left_out_the_page_says_that_nobody_attended_the_first_training() {
    let site = Site::start();
    let (ann, _) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("kind", "advanced"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("never_attended", "leave_out"),
    ];
    let page = client.post("/training-requests", &fields);
    assert_eq!(page.status, 422);
    assert!(
        page.says("Nobody here attended New User Training, so nobody is left. Request that first, or select others."),
        "{}",
        page.text()
    );
    assert_eq!(site.count("training_requests"), 0);
}

#[test]
fn undo_takes_a_request_back_while_its_mail_is_held_and_not_later() {
    let site = Site::start();
    let (ann, _) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("kind", "new_user"),
        ("scope", "selected"),
        ("user", ann.as_str()),
    ];
    let page = client.post("/training-requests", &fields).location.unwrap();
    assert_eq!(client.post(&format!("{page}/undo"), &[]).status, 303);
    assert!(client.get(&page).says("Taken back"));
    assert!(deliver_all(&site).is_empty());
    let page = client
        .post("/training-requests", &fields)
        .location
        .expect("it may be asked for again");
    assert_eq!(deliver_all(&site).len(), 2);
    client.post(&format!("{page}/undo"), &[]);
    assert!(client.get(&page).says("cannot be taken back"));
    assert_eq!(site.count("training_request_people where open"), 1);
}

#[test]
fn undo_takes_back_that_somebody_was_vouched_for_with_the_request() {
    let site = Site::start();
    let (ann, bea) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let first = [("kind", "new_user"), ("scope", "selected"), ("user", &*ann)];
    client.post("/training-requests", &first);
    deliver_all(&site);
    let fields = [
        ("kind", "advanced"),
        ("scope", "selected"),
        ("user", &*ann),
        ("user", &*bea),
        ("never_attended", "vouch"),
    ];
    let page = client.post("/training-requests", &fields).location.unwrap();
    assert_eq!(site.count("training_attendances"), 2);
    for _ in 0..2 {
        assert_eq!(client.post(&format!("{page}/undo"), &[]).status, 303);
    }
    let standing = "select string_agg(username || ' ' || training, ', ' order by username) from users where not administrator";
    assert_eq!(
        site.value(standing),
        "ann@acme.example requested, bea@acme.example attended",
        "as before, the request of New User Training for her too"
    );
    let history = client.get(&format!("/users/{ann}/history"));
    for said in [
        "New User Training is not recorded as attended any more.",
        "The request for Advanced Training was taken back.",
        "New User Training was recorded as attended.",
    ] {
        assert!(history.says(said), "{}", history.text());
    }
    assert!(
        !client
            .get(&format!("/users/{bea}/history"))
            .says("any more")
    );
}

#[test]
fn undo_takes_back_both_requests_that_one_click_made() {
    let site = Site::start();
    let (ann, bea) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("kind", "advanced"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &bea),
        ("never_attended", "new_user"),
    ];
    let page = client.post("/training-requests", &fields).location.unwrap();
    assert_eq!(site.count("training_requests"), 2);
    assert_eq!(client.post(&format!("{page}/undo"), &[]).status, 303);
    let told = client.get(&page);
    assert!(
        told.says("are taken back")
            && told.says("New User Training")
            && told.says("Advanced Training"),
        "{}",
        told.text()
    );
    assert_eq!(site.count("training_requests where undone_at is null"), 0);
    assert_eq!(site.count("training_request_people where open"), 0);
    assert!(deliver_all(&site).is_empty());
}

#[test]
fn nothing_chosen_is_told_at_every_field_and_another_account_does_not_exist() {
    let site = Site::start();
    let (ann, _) = people(&site);
    let globex = site.company("Globex", "globex.example", 5);
    let other = site
        .person(globex, "other@globex.example", false)
        .to_string();
    let client = site.signed_in("boss@acme.example");
    let page = client.post("/training-requests", &[("note", &"x".repeat(2_001))]);
    assert_eq!(page.status, 422);
    assert!(
        page.error_at("kind").is_some()
            && page.error_at("scope").is_some()
            && page.error_at("note").is_some()
    );
    let fields = [
        ("kind", "new_user"),
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &other),
    ];
    assert_eq!(client.post("/training-requests", &fields).status, 404);
    assert_eq!(site.count("training_requests"), 0);
    client.post("/training-requests", &fields[..3]);
    let id = site.value("select id from training_requests");
    let stranger = site.signed_in("boss@globex.example");
    assert_eq!(
        stranger.get(&format!("/training-requests/{id}")).status,
        404
    );
    assert_eq!(
        stranger
            .post(&format!("/training-requests/{id}/undo"), &[])
            .status,
        404
    );
}

#[test]
fn pressed_twice_a_request_is_made_once_and_leads_to_its_page() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let bea = site.person(acme, "bea@acme.example", false).to_string();
    let client = site.signed_in("boss@acme.example");
    let id = client.get("/training-requests/new").field("id");
    let send = |id: &str, user: &str| {
        client.post(
            "/training-requests",
            &[
                ("id", id),
                ("kind", "new_user"),
                ("scope", "selected"),
                ("user", user),
            ],
        )
    };
    let first = send(&id, &ann);
    assert_eq!(first.location, Some(format!("/training-requests/{id}")));
    assert_eq!(send(&id, &ann).location, first.location);
    assert!(
        client
            .get(&format!("/training-requests/{id}"))
            .says("Requested: New User Training for 1 user."),
        "the message of the first time is not lost"
    );
    assert_eq!(site.count("training_requests"), 1);
    assert_eq!(site.count("mails where kind = 'training_request'"), 1);
    // The same form with somebody else in it is another request; a form of its own says why not.
    let other = send(&id, &bea);
    assert_eq!(other.status, 303);
    assert_ne!(other.location, first.location);
    let other_id = user_accounts::ids::new().to_string();
    let refused = send(&other_id, &ann);
    assert!(
        refused.status == 422
            && refused.says("New User Training is requested for Ann Tester already."),
        "{}",
        refused.dialog().text()
    );
    assert_eq!(site.count("training_requests"), 2);
}

#[test]
fn without_a_script_the_page_is_not_loaded_again_while_undo_is_offered() {
    let site = Site::start();
    let (ann, _) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [("kind", "new_user"), ("scope", "selected"), ("user", &ann)];
    let page = client.post("/training-requests", &fields).location.unwrap();
    let refresh = |page: &crate::client::Answer| -> u32 {
        let rest = page
            .body
            .split("http-equiv=\"refresh\" content=\"")
            .nth(1)
            .unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let shown = client.get(&page);
    assert!(shown.says("Undo"));
    let seconds: u32 = shown
        .text()
        .split("training team in ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(refresh(&shown), seconds + 1, "when it is over");
    // A script looks again sooner: it leaves the button where it is.
    assert!(shown.body.contains("data-refresh=\"2\""));
    site.sql("update training_requests set requested_at = requested_at - interval '11 seconds'");
    let later = client.get(&page);
    assert!(!later.says("Undo"));
    assert_eq!(refresh(&later), 2);
}

#[test]
fn the_trainers_read_the_day_of_a_request_in_the_time_zone_of_the_account() {
    let site = Site::start();
    let (ann, _) = people(&site);
    site.sql("update accounts set time_zone = 'Asia/Tokyo'");
    let client = site.signed_in("boss@acme.example");
    let fields = [("kind", "new_user"), ("scope", "selected"), ("user", &ann)];
    client.post("/training-requests", &fields);
    site.sql("update training_requests set requested_at = '2026-05-03 23:30+00'");
    let mails = deliver_all(&site);
    let (_, _, text) = mails
        .iter()
        .find(|(to, ..)| to == "training@vendor.example")
        .unwrap();
    assert!(text.contains("Requested on:  2026-05-04"), "{text}");
}
