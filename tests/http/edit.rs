//! `Edit User`.

use crate::client::{Answer, Client};
use crate::site::Site;

/// The form as the pop-up shows it, with some fields changed.
pub fn edit(client: &Client, dialog: &Answer, path: &str, changes: &[(&str, &str)]) -> Answer {
    let names = [
        "username",
        "first_name",
        "last_name",
        "title",
        "department",
        "phone",
    ];
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in names {
        let original = dialog.field(&format!("original_{name}"));
        let typed = changes.iter().find(|(changed, _)| *changed == name);
        fields.push((
            name.to_string(),
            typed.map_or(original.clone(), |(_, value)| value.to_string()),
        ));
        fields.push((format!("original_{name}"), original));
    }
    fields.push(("original_active".into(), dialog.field("original_active")));
    for (name, value) in changes.iter().filter(|(name, _)| !names.contains(name)) {
        fields.push((name.to_string(), value.to_string()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post(path, &fields)
}

/// A second administrator, signed in.
fn second(site: &Site) -> Client {
    let acme = site.value("select id from accounts where name = 'Acme'");
    let id = site.person(
        crate::site::Company {
            id: acme.parse().unwrap(),
        },
        "second@acme.example",
        true,
    );
    site.sql(&format!(
        "update users set first_name = 'Nora' where id = '{id}'"
    ));
    site.signed_in("second@acme.example")
}

fn site_with_ann() -> (Site, String) {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    (site, format!("/users/{ann}"))
}

#[test]
fn an_edit_is_saved_told_in_history_and_comes_back_to_where_one_was() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get(&path);
    assert!(dialog.says("Edit User") && dialog.says("Active Account"));
    let there = format!("{path}?q=ann&sort=name");
    let answer = edit(
        &client,
        &dialog,
        &there,
        &[("title", "Head of Purchasing"), ("phone", "781.555.0199")],
    );
    assert_eq!(answer.location.as_deref(), Some("/users?q=ann&sort=name"));
    assert!(
        client
            .get("/users")
            .says("Your changes to Ann Tester are saved")
    );
    let history = client.get(&format!("{path}/history"));
    assert!(history.says("Title: nothing → Head of Purchasing") && history.says("Boss Tester"));
    assert_eq!(site.count("mails"), 0);
    assert_eq!(
        site.count("users where active"),
        2,
        "a form without the box deactivates nobody"
    );
}

#[test]
fn edits_of_different_fields_are_merged_and_said() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let nora = second(&site);
    let (mine, theirs) = (client.get(&path), nora.get(&path));
    let other_window = client.get(&path);
    assert_eq!(
        edit(&nora, &theirs, &path, &[("department", "Sales")]).status,
        303
    );
    assert_eq!(
        edit(
            &client,
            &other_window,
            &path,
            &[("phone", "781.555.0100"), ("first_name", "Anne")]
        )
        .status,
        303
    );
    client.get("/users");
    assert_eq!(
        edit(&client, &mine, &path, &[("title", "Buyer")]).status,
        303
    );
    let told = client.get("/users");
    assert!(
        told.says("Nora Tester changed department meanwhile; that was kept.")
            && told.says("You changed first name, phone in another window; that was kept."),
        "{}",
        told.text()
    );
    assert_eq!(
        site.value("select concat_ws('|', first_name, title, department, phone) from users where username like 'ann%'"),
        "Anne|Buyer|Sales|781.555.0100"
    );
}

#[test]
fn who_edits_somebody_that_was_taken_out_meanwhile_is_told_and_takes_nobody_in() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let nora = second(&site);
    let (mine, late, theirs) = (client.get(&path), client.get(&path), nora.get(&path));
    let out = [("active_account_on_form", "yes")];
    assert_eq!(edit(&nora, &theirs, &path, &out).status, 303);
    let still_ticked = [
        ("title", "Buyer"),
        ("active_account_on_form", "yes"),
        ("active_account", "yes"),
    ];
    assert_eq!(edit(&client, &mine, &path, &still_ticked).status, 303);
    let told = client.get("/users");
    assert!(
        told.says(
            "Your changes to Ann Tester are saved. Nora Tester deactivated Ann Tester meanwhile."
        ) && told.says("Open Ann Tester"),
        "{}",
        told.text()
    );
    // Both took them out: the second is told, and nothing happens twice.
    assert_eq!(edit(&client, &late, &path, &out).status, 303);
    let told = client.get("/users");
    assert!(
        told.says("Nora Tester deactivated Ann Tester meanwhile.") && !told.says("Undo"),
        "{}",
        told.text()
    );
    assert_eq!(site.count("users where not active"), 1);
    assert_eq!(site.count("events where kind = 'user_deactivated'"), 1);
}

#[test]
fn edits_of_the_same_field_come_back_side_by_side_and_lose_nothing() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let nora = second(&site);
    let (mine, theirs) = (client.get(&path), nora.get(&path));
    edit(
        &nora,
        &theirs,
        &path,
        &[("title", "Seller"), ("phone", "781.555.0100")],
    );
    // Somebody changed something else since: who changed the title is told all the same.
    edit(
        &client,
        &client.get(&path),
        &path,
        &[("first_name", "Anne")],
    );
    let page = edit(
        &client,
        &mine,
        &path,
        &[("title", "Buyer"), ("department", "Purchasing")],
    );
    assert_eq!(page.status, 409);
    assert_eq!(
        (
            page.field("title").as_str(),
            page.field("department").as_str()
        ),
        ("Buyer", "Purchasing")
    );
    assert_eq!(
        page.error_at("title").as_deref(),
        Some("Nora Tester changed the title meanwhile: compare both.")
    );
    assert!(
        page.says("Seller")
            && page.says("Nora Tester saved changes to Anne Tester")
            && page.says("Also changed meanwhile, and shown here as it is now: First name, Phone."),
        "{}",
        page.dialog().text()
    );
    assert_eq!(page.field("phone"), "781.555.0100");
    assert_eq!(
        site.value("select title from users where username like 'ann%'"),
        "Seller"
    );
    let again = edit(
        &client,
        &page,
        &path,
        &[("title", "Buyer"), ("department", "Purchasing")],
    );
    assert_eq!(again.status, 303, "saving again is a decision");
    assert_eq!(
        site.value("select title || '|' || department || '|' || phone from users where username like 'ann%'"),
        "Buyer|Purchasing|781.555.0100"
    );
}

#[test]
fn a_changed_username_tells_both_addresses_ends_sessions_and_reserves_the_old_one() {
    let (site, path) = site_with_ann();
    let ann = site.signed_in("ann@acme.example");
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get(&path);
    let changes = [
        ("username", "ann.meyer@acme.example"),
        ("last_name", "Meyer"),
    ];
    assert_eq!(edit(&client, &dialog, &path, &changes).status, 303);
    assert_eq!(ann.get("/password").status, 303);
    let mut told: Vec<String> = site.deliver().into_iter().map(|(to, ..)| to).collect();
    told.sort();
    assert_eq!(told, ["ann.meyer@acme.example", "ann@acme.example"]);
    let refused = client.post(
        "/users",
        &[
            ("username", "ann@acme.example"),
            ("first_name", "Zoe"),
            ("last_name", "Kay"),
        ],
    );
    assert!(refused.says("Email address is already in use"));
    let back = edit(
        &client,
        &client.get(&path),
        &path,
        &[("username", "ann@acme.example")],
    );
    assert_eq!(back.status, 303, "their own old address is theirs");
}

#[test]
fn a_password_that_was_mailed_to_a_wrong_address_goes_to_the_right_one_and_dies_at_the_wrong() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let id = site.newcomer(acme, "anm@acme.example");
    let wrong = site.mailed_password("anm@acme.example");
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{id}");
    let changes = [("username", "ann@acme.example"), ("first_name", "Ann")];
    let answer = edit(&client, &client.get(&path), &path, &changes);
    assert_eq!(answer.status, 303, "{}", answer.dialog().text());
    let right = site.mailed_password("ann@acme.example");
    let sign_in = |password: &str| {
        site.client()
            .post(
                "/sign-in",
                &[("username", "ann@acme.example"), ("password", password)],
            )
            .status
    };
    assert_eq!((sign_in(&wrong), sign_in(&right)), (422, 303));
}

#[test]
fn what_is_of_another_account_does_not_exist() {
    let (site, _) = site_with_ann();
    let globex = site.company("Globex", "globex.example", 5);
    let other = site.person(globex, "other@globex.example", false);
    let before = site.everything();
    let client = site.signed_in("boss@acme.example");
    for path in ["", "/history", "/administrator", "/replacement/new"] {
        assert_eq!(
            client.get(&format!("/users/{other}{path}")).status,
            404,
            "{path}"
        );
    }
    let fields = [
        ("username", "other@acme.example"),
        ("first_name", "X"),
        ("last_name", "Y"),
        ("administrator", "yes"),
    ];
    for path in ["", "/administrator", "/replacement"] {
        assert_eq!(
            client
                .post(&format!("/users/{other}{path}"), &fields)
                .status,
            404,
            "{path}"
        );
    }
    site.sql("delete from sessions");
    site.sql("update users set last_sign_in_at = null");
    assert_eq!(
        before
            .lines()
            .filter(|line| line.contains("globex"))
            .collect::<Vec<_>>(),
        site.everything()
            .lines()
            .filter(|line| line.contains("globex"))
            .collect::<Vec<_>>()
    );
}

#[test]
fn ones_own_second_window_is_not_somebody_else() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let old = client.get(&path);
    let first = [("title", "Seller"), ("username", "anne@acme.example")];
    assert_eq!(edit(&client, &client.get(&path), &path, &first).status, 303);
    let second = [("title", "Buyer"), ("username", "anna@acme.example")];
    let page = edit(&client, &old, &path, &second);
    assert_eq!(page.status, 409);
    for field in ["title", "username"] {
        assert_eq!(
            page.error_at(field).as_deref(),
            Some(format!("You changed the {field} in another window: compare both.").as_str())
        );
    }
    assert!(
        page.says("You saved changes to Ann Tester in another window today"),
        "{}",
        page.dialog().text()
    );
}

#[test]
fn who_may_be_out_of_sight_after_a_change_of_name_stays_a_click_away() {
    let (site, path) = site_with_ann();
    let client = site.signed_in("boss@acme.example");
    let save = |query: &str, changes: &[(&str, &str)]| {
        let dialog = client.get(&path);
        let saved = edit(&client, &dialog, &format!("{path}{query}"), changes);
        assert_eq!(saved.status, 303, "{}", saved.text());
        client.get(&format!("/users{query}"))
    };
    let list = save("?q=ann%40", &[("username", "a.tester@acme.example")]);
    assert!(
        list.says("Open Ann Tester")
            && list.body.contains(&format!("{path}?q=ann%40"))
            && !list.body.contains("Select a.tester@acme.example"),
        "{}",
        list.text()
    );
    // In the whole list they are there to be seen, and no search looks at a phone.
    for (query, change) in [
        ("", ("username", "ann@acme.example")),
        ("?q=ann%40", ("phone", "+1 212 555 0100")),
    ] {
        let list = save(query, &[change]);
        assert!(
            list.says("Your changes to Ann Tester are saved.") && !list.says("Open Ann Tester"),
            "{}",
            list.text()
        );
    }
}
