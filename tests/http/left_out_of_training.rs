//! Who is left out of a request for training: counted before it, and listed whole after it.

use crate::client::Client;
use crate::site::{Company, Site};

/// Ann attended, Bea is asked for, Cam and Dan are new, Kim is inactive.
fn five_people(site: &Site) -> (Client, Vec<String>) {
    let acme = site.company("Acme", "acme.example", 9);
    let people: Vec<String> = ["ann", "bea", "cam", "dan", "kim"]
        .map(|name| {
            let username = format!("{name}@acme.example");
            site.person(acme, &username, false).to_string()
        })
        .to_vec();
    let client = site.signed_in("boss@acme.example");
    client.post(
        &format!("/users/{}/training", people[0]),
        &[("kind", "new_user")],
    );
    request(&client, "new_user", &people[1..2]);
    site.sql("update users set active = false, deactivated_at = now() where username like 'kim@%'");
    (client, people)
}

/// Asks for these, and leads to the page of the request.
fn request(client: &Client, kind: &str, people: &[String]) -> String {
    let mut fields = vec![("kind", kind), ("scope", "selected")];
    fields.push(("never_attended", "new_user"));
    fields.extend(people.iter().map(|id| ("user", id.as_str())));
    client.post("/training-requests", &fields).location.unwrap()
}

/// So many people who attended New User Training already.
fn trained(site: &Site, acme: Company, people: usize) {
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
         select '{0}', gen_random_uuid(), 'person' || lpad(n::text, 4, '0') || '@acme.example', 'Bo', 'Old', 'bo old', 'bo old', now()
         from generate_series(1, {people}) as n",
        acme.id
    ));
    site.sql(&format!(
        "insert into training_attendances (account_id, user_id, kind, recorded_at)
         select account_id, id, 'new_user', now() from users where account_id = '{0}' and last_name = 'Old'",
        acme.id
    ));
}

#[test]
fn the_pop_up_counts_who_would_be_asked_for_and_the_request_does_just_that() {
    let site = Site::start();
    let (client, people) = five_people(&site);
    let mut path = "/training-requests/new?q=acme".to_string();
    for id in &people {
        path.push_str(&format!("&user={id}"));
    }
    let dialog = client.get(&path).dialog();
    for said in [
        "New User Training: 2 of the 5 selected will be asked for; 3 are left out: 1 attended already, 1 is asked for already, 1 is inactive.",
        "Advanced Training: 1 of the 5 selected will be asked for; 3 never attended New User Training, and you are asked what to do; 1 is inactive and is left out.",
        "New User Training: 3 of the 5 that match will be asked for; 2 are left out: 1 attended already, 1 is asked for already.",
        "Advanced Training: 1 of the 5 active users will be asked for; 4 never attended New User Training, and you are asked what to do.",
    ] {
        assert!(dialog.says(said), "{said}\n{}", dialog.text());
    }
    let page = client.get(&request(&client, "new_user", &people));
    for said in [
        "Requested: New User Training for 2 users. Left out: Ann Tester (attended already), Bea Tester (already requested), Kim Tester (is inactive).",
        "For 2 users, requested by Boss Tester",
        "Left out: 3",
    ] {
        assert!(page.says(said), "{said}\n{}", page.text());
    }
    let nobody = client.get("/training-requests/new").dialog();
    assert!(
        !nobody.says("of the 0 selected") && nobody.says("of the 5 active users"),
        "{}",
        nobody.text()
    );
}

#[test]
fn where_nobody_is_left_the_reasons_are_counted() {
    let site = Site::start();
    let (client, people) = five_people(&site);
    let mut fields = vec![("kind", "new_user"), ("scope", "selected")];
    for n in [0, 1, 4] {
        fields.push(("user", people[n].as_str()));
    }
    let refused = client.post("/training-requests", &fields);
    assert_eq!(refused.status, 422);
    let said = "Nobody is left to request New User Training for: 1 attended already, 1 is asked for already, 1 is inactive. Select others.";
    assert!(refused.says(said), "{}", refused.dialog().text());
    let said = "New User Training: All 3 selected are left out: 1 attended already,";
    assert!(refused.dialog().says(said), "{}", refused.dialog().text());
}

#[test]
fn everybody_left_out_of_a_large_request_is_listed_page_by_page() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 1_000);
    site.person(acme, "ann@acme.example", false);
    trained(&site, acme, 130);
    let client = site.signed_in("boss@acme.example");
    let fields = [("kind", "new_user"), ("scope", "all_active")];
    let page = client.post("/training-requests", &fields).location.unwrap();
    let shown = client.get(&page);
    for said in [
        "Requested: New User Training for 2 users. 130 attended already and are left out. Who was left out",
        "Left out: 130",
        "and 80 more 130 attended already. Everybody who was left out",
    ] {
        assert!(shown.says(said), "{said}\n{}", shown.text());
    }
    let all = format!("{page}/left-out");
    assert!(shown.body.contains(&format!("href=\"{all}\"")));
    let first = client.get(&all);
    assert!(first.says("130 users when it was made: 130 attended already."));
    let second = client.get(&format!("{all}?page=1"));
    for (number, there) in [(1, &first), (100, &first), (101, &second), (130, &second)] {
        let line = format!("person{number:04} @acme.example Bo Old attended already");
        assert!(there.says(&line), "{line}\n{}", there.text());
    }
    assert!(first.says("Next") && !first.says("person0101 @"));
    assert!(!second.says("person0100 @") && second.body.contains("rel=\"prev\""));
    assert!(!second.body.contains("rel=\"next\""));
    assert!(!first.says("ann @acme.example"), "she is asked for");

    site.company("Globex", "globex.example", 9);
    let stranger = site.signed_in("boss@globex.example");
    assert_eq!(stranger.get(&all).status, 404);
}

#[test]
fn who_was_left_out_of_two_requests_of_one_click_is_named_on_both_pages() {
    let site = Site::start();
    let (client, people) = five_people(&site);
    let page = request(&client, "advanced", &people);
    let shown = client.get(&page);
    assert!(
        shown.says("together with Advanced Training"),
        "{}",
        shown.text()
    );
    let other = site.value("select id from training_requests where kind = 'advanced'");
    for path in [page, format!("/training-requests/{other}")] {
        let shown = client.get(&path);
        assert!(
            shown.says("Left out: 2 Bea Tester bea@acme.example already requested Kim Tester"),
            "{}",
            shown.text()
        );
        let all = client.get(&format!("{path}/left-out"));
        assert!(all.says("2 users when it was made: 1 is asked for already, 1 is inactive."));
        let file = client.get(&format!("{path}/people.csv"));
        assert!(file.body.contains("Left out: already requested"));
    }
}

#[test]
fn a_request_that_left_nobody_out_says_so() {
    let site = Site::start();
    let (client, people) = five_people(&site);
    let page = request(&client, "new_user", &people[2..4]);
    assert!(!client.get(&page).says("Left out"));
    let all = client.get(&format!("{page}/left-out"));
    assert!(all.says("Nobody was left out of this request."));
}
