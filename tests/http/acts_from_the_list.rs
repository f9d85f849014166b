//! An act on several begins at a place in the list: whom it finds there, and the way back.

use crate::site::Site;

#[test]
fn who_matches_nothing_in_particular_is_nobody_and_never_everyone() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    for query in [
        "",
        "?q=",
        "?q=%20",
        "?show=inactive",
        "?q=ann&show=inactive",
    ] {
        for (path, fields) in [
            ("/password-resets", [("scope", "matching"), ("opened", "")]),
            (
                "/training-requests",
                [("scope", "matching"), ("kind", "new_user")],
            ),
        ] {
            let answer = client.post(&format!("{path}{query}"), &fields);
            assert_eq!(answer.status, 422, "{path}{query}: {}", answer.text());
            assert!(answer.error_at("scope").is_some(), "{}", answer.text());
        }
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn the_place_in_the_list_comes_back_after_a_reset_and_a_request_for_training() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let client = site.signed_in("boss@acme.example");
    let query = "?q=ann&sort=-name";
    let back = "href=\"/users?q=ann&#38;sort=-name\"";
    for (path, fields, act) in [
        (
            "/password-resets",
            [("scope", "selected"), ("opened", ""), ("user", &ann)],
            "retry",
        ),
        (
            "/training-requests",
            [("scope", "selected"), ("kind", "new_user"), ("user", &ann)],
            "undo",
        ),
    ] {
        let asked = client.post(&format!("{path}{query}"), &fields);
        let page = asked.location.unwrap();
        assert!(
            page.starts_with(&format!("{path}/")) && page.ends_with(query),
            "{page}"
        );
        let shown = client.get(&page);
        assert!(shown.body.contains(back), "{}", shown.body);
        let (bare, _) = page.split_once('?').unwrap();
        let again = client.post(&format!("{bare}/{act}{query}"), &[]);
        assert_eq!(again.location.as_deref(), Some(page.as_str()));
        assert!(
            client.get(bare).body.contains("href=\"/users\""),
            "as before"
        );
    }
}

#[test]
fn adding_a_user_keeps_who_is_ticked_through_cancel_a_refusal_and_success() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    assert!(
        client
            .get("/users")
            .body
            .contains("formaction=\"/users/new\"")
    );

    let query = format!("?sort=-name&user={ann}");
    let written = format!("/users{}\"", query.replace('&', "&#38;"));
    let (cancel, form) = (format!("href=\"{written}"), format!("action=\"{written}"));
    let ticked_twice = format!("/users/new{query}&user={ann}");
    let opened = client.get(&ticked_twice);
    assert!(opened.body.contains(&cancel) && opened.body.contains(&form));
    let refused = client.post(&format!("/users{query}"), &[("username", "x")]);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains(&cancel) && refused.body.contains(&form));

    let added = client.post(
        &format!("/users{query}"),
        &[
            ("username", "new@acme.example"),
            ("first_name", "New"),
            ("last_name", "Person"),
        ],
    );
    assert_eq!(added.location, Some(format!("/users{query}")));
    assert_eq!(client.get("/users/new?user=nobody").status, 200);
}

#[test]
fn the_box_of_a_whole_page_names_everybody_on_it_once_where_no_script_ticks_them() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    for name in ["ann", "bea", "cem"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    let client = site.signed_in("boss@acme.example");
    let all = site.value("select string_agg(id::text, '.' order by username) from users");
    let list = client.get("/users");
    assert!(
        list.body
            .contains(&format!("id=\"select-all\" name=\"user\" value=\"{all}\""))
    );
    let ann = site.value("select id from users where username like 'ann%'");
    // Somebody ticked her as well.
    for path in ["/password-resets/new", "/training-requests/new"] {
        let dialog = client
            .get(&format!("{path}?user={all}&user={ann}"))
            .dialog();
        assert!(
            dialog.says("Selected users (4)"),
            "{path}: {}",
            dialog.text()
        );
    }
    let kept = client.get(&format!("/users?user={all}&user={ann}"));
    assert!(kept.says("4 kept."), "{}", kept.text());
    let asked = client.post(
        "/password-resets",
        &[("scope", "selected"), ("opened", ""), ("user", &all)],
    );
    assert_eq!(asked.status, 303);
    assert_eq!(
        site.count("mails where kind = 'password_reset'"),
        4,
        "each of them once"
    );
    assert_eq!(
        client
            .get(&format!("/password-resets/new?user={all}.x"))
            .status,
        404
    );
}
