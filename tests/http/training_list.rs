//! GET `/training-requests`: the requests of an account.

use crate::site::Site;
use crate::training::{deliver_all, people};

#[test]
fn every_request_of_the_account_is_found_again_with_where_it_stands() {
    let site = Site::start();
    let (ann, bea) = people(&site);
    let client = site.signed_in("boss@acme.example");
    assert!(
        client
            .get("/training-requests")
            .says("No training was requested yet.")
    );
    let ask = |kind: &str, user: &str| {
        let fields = [("kind", kind), ("scope", "selected"), ("user", user)];
        client.post("/training-requests", &fields).location.unwrap()
    };
    let taken_back = ask("new_user", &ann);
    client.post(&format!("{taken_back}/undo"), &[]);
    let first = ask("new_user", &ann);
    let second = ask("advanced", &bea);
    let list = client.get("/training-requests?q=bea");
    for (page, words) in [
        (&taken_back, "Taken back"),
        (&first, "Mail on its way"),
        (&second, "Mail on its way"),
    ] {
        assert!(
            list.body.contains(&format!("href=\"{page}?q=bea\"")),
            "{page}"
        );
        assert!(list.says(words));
    }
    deliver_all(&site);
    client.post(&format!("{first}/attendance"), &[("everybody", "yes")]);
    let list = client.get("/training-requests");
    assert!(
        list.says("Sent to the training team") && list.says("All attended"),
        "{}",
        list.text()
    );
    assert!(client.get(&first).body.contains("\"/training-requests\""));
    let under_the_users = client.get("/users?q=bea");
    assert!(
        under_the_users
            .body
            .contains("href=\"/training-requests?q=bea\">Training requests</a>"),
        "{}",
        under_the_users.text()
    );
    assert!(
        client
            .get("/training-requests/new")
            .body
            .contains("\"/training-requests\"")
    );

    site.company("Globex", "globex.example", 9);
    let other = site.signed_in("boss@globex.example");
    let id = first.rsplit('/').next().unwrap();
    for address in [
        "/training-requests".to_string(),
        format!("/training-requests?older_than={id}"),
    ] {
        assert!(!other.get(&address).body.contains(id), "{address}");
    }
}

#[test]
fn requests_are_read_page_by_page_newest_first() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 60);
    let client = site.signed_in("boss@acme.example");
    site.sql(&format!(
        "insert into training_requests (account_id, id, kind, scope, requested_by, requested_at)
         select '{}', gen_random_uuid(), 'advanced', 'selected', u.id, now() - n / 2 * interval '1 hour'
         from users u, generate_series(1, 45) n where u.username = 'boss@acme.example'",
        acme.id
    ));
    let mut seen = Vec::new();
    let mut next = Some("/training-requests".to_string());
    while let Some(address) = next {
        let page = client.get(&address);
        seen.extend(
            page.body
                .match_indices("<th scope=\"row\"><a href=\"/training-requests/")
                .map(|(at, found)| page.body[at + found.len()..][..36].to_string()),
        );
        next = page
            .body
            .split_once("rel=\"next\" href=\"")
            .map(|(_, rest)| rest.split('"').next().unwrap().to_string());
    }
    let expected = site.value(
        "select string_agg(id::text, ',' order by requested_at desc, id desc) from training_requests",
    );
    assert_eq!(seen.join(","), expected);
}
