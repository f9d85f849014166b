//! What became of a reset or of a request for training, as a file.

use uuid::Uuid;

use crate::client::Client;
use crate::site::Site;

/// A company of 4,003: its administrator, "gone", and those whose addresses begin with p.
fn company(site: &Site) -> (Client, Uuid) {
    let acme = site.company("Acme", "acme.example", 5_000);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
         select '{}', gen_random_uuid(), 'p' || lpad(n::text, 4, '0') || '@acme.example', 'First', 'Last', 'p' || n, 'first last', now()
         from generate_series(1, 4001) as n",
        acme.id
    ));
    (site.signed_in("boss@acme.example"), gone)
}

/// Fails unless the file names all of them by username, each once, and last of all "gone", who was left out.
fn names_everybody(client: &Client, page: &str) {
    let file = client.get(&format!("{page}/people.csv"));
    assert_eq!(file.status, 200);
    let usernames: Vec<&str> = file
        .body
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(usernames.len(), 4_004, "boss, gone, 4,001, and gone again");
    assert_eq!(usernames[4_003], "gone@acme.example");
    assert!(file.body.contains("Left out: is inactive"), "{}", file.body);
    assert!(
        usernames[..4_003].windows(2).all(|two| two[0] < two[1]),
        "by username, each once"
    );
}

#[test]
fn the_file_of_a_reset_is_read_in_pieces_and_names_everybody_once_and_last_who_was_left_out() {
    let site = Site::start();
    let (client, gone) = company(&site);
    let page = client
        .post("/password-resets", &[("scope", "all_active")])
        .location
        .unwrap();
    site.sql(&format!(
        "insert into password_reset_omissions select account_id, id, '{gone}', 'inactive' from password_resets"
    ));
    names_everybody(&client, &page);
}

#[test]
fn the_file_of_a_request_for_training_is_read_in_pieces_too() {
    let site = Site::start();
    let (client, gone) = company(&site);
    let fields = [("scope", "all_active"), ("kind", "new_user")];
    let page = client.post("/training-requests", &fields).location.unwrap();
    let request = site.value("select id from training_requests");
    assert!(page.contains(&request), "{page}");
    site.sql(&format!(
        "insert into training_request_omissions select account_id, id, '{gone}', 'inactive' from training_requests"
    ));
    names_everybody(&client, &format!("/training-requests/{request}"));
}
