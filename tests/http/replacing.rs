//! The overwrite guard and `Replace`.

use crate::edit::edit;
use crate::site::Site;

fn site_with_ann() -> (Site, String) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 2);
    let ann = site.person(acme, "ann@acme.example", false);
    (site, format!("/users/{ann}"))
}

const TOBIAS: [(&str, &str); 3] = [
    ("username", "tobias@acme.example"),
    ("first_name", "Tobias"),
    ("last_name", "Keller"),
];

#[test]
fn an_edit_that_turns_a_person_into_another_one_stops_and_changes_nothing() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let page = edit(&client, &client.get(&path), &path, &TOBIAS);
    assert_eq!(page.status, 422);
    assert!(page.says("This looks like a different person") && page.says("It is the same person"));
    assert_eq!(page.field("username"), "tobias@acme.example");
    assert_eq!(site.everything(), before);
    let mut same = TOBIAS.to_vec();
    same.push(("same_person", "yes"));
    assert_eq!(edit(&client, &client.get(&path), &path, &same).status, 303);
    assert_eq!(
        site.value("select first_name from users where username like 'tobias%'"),
        "Tobias"
    );
    assert_eq!(site.count("users"), 2);
}

#[test]
fn replace_takes_the_one_out_and_the_other_in_also_with_no_seat_free() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let ann = site.signed_in("ann@acme.example");
    let answer = client.post(&format!("{path}/replacement"), &TOBIAS);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(
        client
            .get("/users")
            .says("Ann Tester was deactivated and Tobias Keller was added in their place")
    );
    assert_eq!(ann.get("/password").status, 303);
    assert_eq!(
        site.value(
            "select string_agg(username || ' ' || active, ', ' order by username) from users"
        ),
        "ann@acme.example false, boss@acme.example true, tobias@acme.example true"
    );
    assert_eq!(
        site.count("events where kind = 'user_replaced'"),
        2,
        "each history says it"
    );
    let tobias = site.value("select id from users where username like 'tobias%'");
    assert!(
        client
            .get(&format!("{path}/history"))
            .says("Replaced: left, and Tobias Keller came in their place.")
    );
    assert!(
        client
            .get(&format!("/users/{tobias}/history"))
            .says("Came in place of Ann Tester, who left.")
    );
    let file = client.get("/activity.csv").body;
    assert!(
        file.contains("Came in place of Ann Tester, who left."),
        "{file}"
    );
    assert_eq!(site.deliver().len(), 1);
}

#[test]
fn a_replacement_that_cannot_come_leaves_everything_as_it_was() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let taken = [
        ("username", "boss@acme.example"),
        ("first_name", "Tobias"),
        ("last_name", "Keller"),
    ];
    let page = client.post(&format!("{path}/replacement"), &taken);
    assert_eq!(page.status, 422);
    assert!(page.says("Email address is already in use"));
    // The leaver's own address stays theirs, and the page says whose it is.
    let kept = [
        ("username", "ann@acme.example"),
        ("first_name", "Tobias"),
        ("last_name", "Keller"),
    ];
    let page = client.post(&format!("{path}/replacement"), &kept);
    assert_eq!(
        (page.status, page.error_at("username").as_deref()),
        (422, Some("Email address is already in use"))
    );
    assert!(
        page.says("It is the username of Ann Tester, who leaves, and stays theirs."),
        "{}",
        page.dialog().text()
    );
    // So it is beside another field that is wrong.
    let mut twice_wrong = kept.to_vec();
    twice_wrong.push(("phone", "call me"));
    let page = client.post(&format!("{path}/replacement"), &twice_wrong);
    assert_eq!(
        (page.status, page.error_at("username").as_deref()),
        (422, Some("Email address is already in use"))
    );
    let told = page.dialog().text();
    assert!(
        page.error_at("phone").is_some()
            && told.contains("It is the username of Ann Tester, who leaves, and stays theirs.")
            && !told.contains("who is active in your account"),
        "{told}"
    );
    let boss = site.value("select id from users where username like 'boss%'");
    assert_eq!(
        client
            .post(&format!("/users/{boss}/replacement"), &TOBIAS)
            .status,
        422
    );
    assert_eq!(site.everything(), before);
}

#[test]
fn pressed_twice_a_replacement_happens_once_and_answers_the_same() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let guard = edit(&client, &client.get(&path), &path, &TOBIAS);
    let pop_up = client.get(&format!("{path}/replacement/new"));
    assert_ne!(guard.field("id"), pop_up.field("id"));
    let id = guard.field("id");
    let mut fields = TOBIAS.to_vec();
    fields.push(("id", &id));
    for round in ["first", "again"] {
        let answer = client.post(&format!("{path}/replacement"), &fields);
        assert_eq!(answer.status, 303, "{round}: {}", answer.dialog().text());
    }
    assert_eq!(site.count("users"), 3);
    assert_eq!(site.count("mails"), 1);
    assert_eq!(site.count("events where kind = 'user_replaced'"), 2);
    // A form of its own finds nobody to replace any more.
    let late = client.post(&format!("{path}/replacement"), &TOBIAS);
    assert!(
        late.status == 422 && late.says("This user is inactive already"),
        "{}",
        late.dialog().text()
    );
}

#[test]
fn after_an_edit_of_the_name_alone_replace_asks_for_an_address_and_blames_nobody() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let names = [("first_name", "Tobias"), ("last_name", "Keller")];
    let guard = edit(&client, &client.get(&path), &path, &names);
    assert!(guard.says("This looks like a different person"));
    let names = [
        "username",
        "first_name",
        "last_name",
        "id",
        "original_username",
    ];
    let fields: Vec<(&str, String)> = names.map(|name| (name, guard.field(name))).into();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = client.post(&format!("{path}/replacement"), &fields);
    assert!(
        page.says(
            "ann@acme.example stays the username of Ann Tester. Enter the new user’s own address."
        ),
        "{}",
        page.dialog().text()
    );
    assert!(!page.says("There is a problem"));
    assert_eq!(
        (
            page.field("username").as_str(),
            page.field("first_name").as_str(),
            page.field("id")
        ),
        ("", "Tobias", guard.field("id"))
    );
    assert_eq!(site.everything(), before);
}
