//! One act on several people is one line of the activity, and a line of each person's history.

use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::imports::{check, company, import};
use crate::site::Site;

/// Sentences of a page of history or activity, newest first.
fn sentences(page: &Answer) -> Vec<String> {
    assert_eq!(page.status, 200);
    page.body
        .split("<p class=\"what\">")
        .skip(1)
        .map(|rest| {
            let line = page.part(rest.split("</p>").next().unwrap());
            line.text().trim().to_string()
        })
        .collect()
}

/// The lines in which `words` stand.
fn lines_with(client: &Client, path: &str, words: &str) -> Vec<String> {
    let mut lines = sentences(&client.get(path));
    lines.retain(|line| line.contains(words));
    lines
}

fn three(site: &Site) -> [Uuid; 3] {
    let acme = site.company("Acme", "acme.example", 9);
    ["ann", "bea", "cam"].map(|name| site.person(acme, &format!("{name}@acme.example"), false))
}

fn id_of(page: &str) -> String {
    page.rsplit('/').next().unwrap().to_string()
}

#[test]
fn a_reset_of_several_is_told_once_and_in_the_history_of_each_of_them() {
    let site = Site::start();
    let [ann, bea, cam] = three(&site).map(|id| id.to_string());
    let client = site.signed_in("boss@acme.example");
    let fields = [("scope", "selected"), ("user", &ann), ("user", &bea)];
    let page = client.post("/password-resets", &fields).location.unwrap();
    let told = |path: &str| lines_with(&client, path, "reset.");
    let together = "The passwords of 2 users were reset.";
    assert_eq!(told("/activity"), [together]);
    assert_eq!(told("/activity?kind=passwords"), [together]);
    for person in [&ann, &bea] {
        let history = format!("/users/{person}/history");
        assert_eq!(told(&history), ["The password was reset."]);
        assert!(
            client
                .get(&history)
                .body
                .contains(&format!("<a href=\"{page}\">The reset</a>"))
        );
        assert_eq!(told(&format!("/activity?user={person}")), [together]);
        assert_eq!(
            told(&format!("/activity?user={person}&kind=people")),
            [""; 0]
        );
    }
    assert_eq!(told(&format!("/users/{cam}/history")), [""; 0]);
    assert_eq!(told(&format!("/activity?user={cam}")), [""; 0]);
    assert_eq!(told("/activity?person=ann"), [together]);
    // A mail that is sent once more makes no second line of it.
    site.sql(&format!(
        "insert into mails (account_id, id, kind, user_id, password_reset_id, created_at, next_attempt_at)
         select account_id, gen_random_uuid(), kind, user_id, password_reset_id, created_at, next_attempt_at
         from mails where user_id = '{ann}' and password_reset_id = '{}'",
        id_of(&page)
    ));
    assert_eq!(
        told(&format!("/users/{ann}/history")),
        ["The password was reset."]
    );

    client.post("/password-resets", &[("scope", "selected"), ("user", &cam)]);
    assert_eq!(
        told("/activity"),
        ["Cam Tester : The password was reset.", together]
    );
    assert_eq!(
        told(&format!("/users/{cam}/history")),
        ["The password was reset."]
    );
}

#[test]
fn sending_the_failed_mails_of_several_again_is_told_once_and_in_the_history_of_each_of_them() {
    let site = Site::start();
    let [ann, bea, cam] = three(&site).map(|id| id.to_string());
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("scope", "selected"),
        ("user", &ann),
        ("user", &bea),
        ("user", &cam),
    ];
    let page = client.post("/password-resets", &fields).location.unwrap();
    let fail = |people: &[&str]| {
        let people = people.join("', '");
        site.sql(&format!(
            "update mails set state = 'failed', settled_at = now(), explanation = '550 no such user'
             where state = 'waiting' and user_id in ('{people}')"
        ));
    };
    let retry = || assert_eq!(client.post(&format!("{page}/retry"), &[]).status, 303);
    let told = |path: &str| lines_with(&client, path, "sent again");
    let together = "The mails with a new password were sent again to 2 users.";
    let alone = "The mail with a new password was sent again.";
    fail(&[&ann, &bea]);
    retry();
    assert_eq!(told("/activity"), [together]);
    assert_eq!(told("/activity?kind=passwords"), [together]);
    for person in [&ann, &bea] {
        let history = format!("/users/{person}/history");
        assert_eq!(told(&history), [alone]);
        assert_eq!(
            client
                .get(&history)
                .body
                .matches(&format!("<a href=\"{page}\">The reset</a>"))
                .count(),
            2,
            "from the reset's line and from this one"
        );
        assert_eq!(told(&format!("/activity?user={person}")), [together]);
    }
    // Of the same reset, yet not among them.
    assert_eq!(told(&format!("/users/{cam}/history")), [""; 0]);
    assert_eq!(told(&format!("/activity?user={cam}")), [""; 0]);

    fail(&[&bea]);
    retry();
    assert_eq!(
        told("/activity"),
        [format!("Bea Tester : {alone}").as_str(), together]
    );
    assert_eq!(told(&format!("/users/{bea}/history")), [alone, alone]);
    assert_eq!(told(&format!("/users/{ann}/history")), [alone]);
    let reset = "The password was reset.";
    assert_eq!(
        lines_with(&client, &format!("/users/{bea}/history"), "reset."),
        [reset]
    );
}

#[test]
fn a_request_for_several_and_taking_it_back_are_told_once_and_in_the_history_of_each() {
    let site = Site::start();
    let [ann, bea, cam] = three(&site).map(|id| id.to_string());
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("kind", "new_user"),
        ("scope", "selected"),
        ("user", &ann),
        ("user", &bea),
    ];
    let page = client.post("/training-requests", &fields).location.unwrap();
    assert_eq!(client.post(&format!("{page}/undo"), &[]).status, 303);
    let told = |path: &str| lines_with(&client, path, "New User Training");
    let together = [
        "The request for New User Training for 2 users was taken back.",
        "New User Training was requested for 2 users.",
    ];
    assert_eq!(told("/activity"), together);
    assert_eq!(told("/activity?kind=training"), together);
    assert_eq!(told(&format!("/activity?user={bea}")), together);
    assert_eq!(
        told(&format!("/users/{bea}/history")),
        [
            "The request for New User Training was taken back.",
            "New User Training was requested.",
        ]
    );
    assert_eq!(told(&format!("/users/{cam}/history")), [""; 0]);
}

#[test]
fn an_attendance_recorded_for_several_is_told_once_and_in_the_history_of_each_of_them() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let [ann, bea, cam, dan] = ["ann", "bea", "cam", "dan"].map(|name| {
        let username = format!("{name}@acme.example");
        site.person(acme, &username, false).to_string()
    });
    let client = site.signed_in("boss@acme.example");
    let request = |kind: &str, people: &[&String]| {
        let mut fields = vec![("kind", kind), ("scope", "selected")];
        fields.extend(people.iter().map(|id| ("user", id.as_str())));
        fields.push(("never_attended", "vouch"));
        client.post("/training-requests", &fields).location.unwrap()
    };
    let page = request("new_user", &[&ann, &bea, &cam]);
    site.deliver();
    // Cam's was recorded before.
    client.post(&format!("/users/{cam}/training"), &[("kind", "new_user")]);
    for _ in 0..2 {
        assert_eq!(
            client
                .post(&format!("{page}/attendance"), &[("everybody", "yes")])
                .status,
            303
        );
    }
    let told = |path: &str| lines_with(&client, path, "attended");
    let together = "New User Training was recorded as attended for 2 users.";
    let alone = "New User Training was recorded as attended.";
    let cams = format!("Cam Tester : {alone}");
    assert_eq!(told("/activity"), [together, &cams]);
    assert_eq!(told("/activity?kind=training"), [together, &cams]);
    assert_eq!(told(&format!("/activity?user={bea}")), [together]);
    for person in [&ann, &bea, &cam] {
        assert_eq!(told(&format!("/users/{person}/history")), [alone], "once");
    }
    assert!(
        client
            .get(&format!("/users/{ann}/history"))
            .body
            .contains(&format!("<a href=\"{page}\">The request</a>"))
    );

    // Who is vouched for attended with nobody else.
    let page = request("advanced", &[&ann, &cam, &dan]);
    site.deliver();
    client.post(&format!("{page}/attendance"), &[("everybody", "yes")]);
    let advanced = "Advanced Training was recorded as attended.";
    for (person, lines) in [
        (&ann, vec![advanced, alone]),
        (&bea, vec![alone]),
        (&cam, vec![advanced, alone]),
        (&dan, vec![advanced, alone]),
    ] {
        assert_eq!(told(&format!("/users/{person}/history")), lines);
    }
    assert_eq!(
        told("/activity"),
        [
            "Advanced Training was recorded as attended for 3 users.",
            &format!("Dan Tester : {alone}"),
            together,
            &cams,
        ]
    );
}

#[test]
fn an_import_is_told_by_its_beginning_and_its_end_and_each_line_in_the_history_of_the_person() {
    let (site, acme, client) = company();
    let tom = site.person(acme, "tom@acme.example", false);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql(&format!(
        "update users set active = false, deactivated_at = now() where id = '{gone}'"
    ));
    let before = sentences(&client.get("/activity"));
    let path = check(
        &client,
        "Username,First name,Last name,Replaces\nmia@acme.example,Mia,Moe,tom@acme.example\nnora@acme.example,Nora,New,\ngone@acme.example,Gone,Tester,\n",
    );
    import(&site, &client, &path);
    let mut expected = vec![
        "The import of a list finished: 1 added, 1 reactivated, 1 replaced.".to_string(),
        "The import of a list was started, with 3 users.".to_string(),
    ];
    expected.extend(before);
    assert_eq!(sentences(&client.get("/activity")), expected);
    for (kind, lines) in [("people", 2), ("passwords", 0)] {
        let page = client.get(&format!("/activity?kind={kind}"));
        let of_import = sentences(&page)
            .iter()
            .filter(|line| line.starts_with("The import"))
            .count();
        assert_eq!(of_import, lines, "{kind}");
    }
    let nora = site.value("select id from users where username = 'nora@acme.example'");
    for (person, line) in [
        (nora.clone(), "Added as Nora New, nora@acme.example."),
        (
            tom.to_string(),
            "Replaced: left, and Mia Moe came in their place.",
        ),
        (gone.to_string(), "Reactivated; a new password was mailed."),
    ] {
        let history = client.get(&format!("/users/{person}/history"));
        assert_eq!(sentences(&history)[0], line);
        assert!(
            history
                .body
                .contains(&format!("<a href=\"{path}\">The import</a>"))
        );
    }
    // Whoever is asked for by name is asked for whole.
    assert_eq!(
        lines_with(&client, "/activity?person=nora", "Added as").len(),
        1
    );
    // Who ran it is told of the import, too, not of every line.
    let boss = site.value("select id from users where username like 'boss@%'");
    let by_boss = format!("/activity?user={boss}");
    assert_eq!(lines_with(&client, &by_boss, "The import").len(), 2);
    assert_eq!(lines_with(&client, &by_boss, "Added as Nora"), [""; 0]);
}
