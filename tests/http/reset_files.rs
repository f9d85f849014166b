//! What became of a reset, as a file.

use crate::site::Site;

#[test]
fn the_file_of_a_reset_is_read_in_pieces_and_names_everybody_once_and_last_who_was_left_out() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5_000);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
         select '{}', gen_random_uuid(), 'p' || lpad(n::text, 4, '0') || '@acme.example', 'First', 'Last', 'p' || n, 'first last', now()
         from generate_series(1, 4001) as n",
        acme.id
    ));
    let client = site.signed_in("boss@acme.example");
    let page = client
        .post("/password-resets", &[("scope", "all_active")])
        .location
        .unwrap();
    site.sql(&format!(
        "insert into password_reset_omissions select account_id, id, '{gone}', 'inactive' from password_resets"
    ));
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
