//! `Reset Password`.

use crate::client::Answer;
use crate::site::{PASSWORD, Site};

fn people(site: &Site) -> (String, String, String) {
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let bea = site.person(acme, "bea@acme.example", false);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    (ann.to_string(), bea.to_string(), gone.to_string())
}

fn sign_in(site: &Site, username: &str, password: &str) -> Answer {
    site.client().post(
        "/sign-in",
        &[("username", username), ("password", password)],
    )
}

#[test]
fn selected_users_get_one_mail_each_and_their_old_passwords_and_sessions_die_at_once() {
    let site = Site::start();
    let (ann, bea, gone) = people(&site);
    let open = site.signed_in("ann@acme.example");
    let client = site.signed_in("boss@acme.example");
    for (path, button) in [
        ("/password-resets/new", "Reset Password"),
        ("/training-requests/new", "Provide Training"),
    ] {
        let how = format!(
            "Nobody is selected. To choose people, click Cancel, tick the boxes before their usernames, and click {button} again."
        );
        assert!(client.get(path).says(&how), "{path}");
        assert!(
            !client
                .get(&format!("{path}?user={ann}"))
                .says("Nobody is selected")
        );
    }
    let dialog = client.get(&format!(
        "/password-resets/new?user={ann}&user={bea}&user={gone}"
    ));
    assert!(dialog.says("Selected users (2)") && dialog.says("All Active Users (3)"));
    assert!(dialog.says("Gone Tester") && dialog.says("is inactive"));
    let opened = dialog.field("opened");
    let fields = [
        ("opened", opened.as_str()),
        ("scope", "selected"),
        ("user", &ann),
        ("user", &bea),
        ("user", &gone),
    ];
    let answer = client.post("/password-resets", &fields);
    let page = answer.location.unwrap();
    assert_eq!(open.get("/password").status, 303);
    assert_eq!(sign_in(&site, "ann@acme.example", PASSWORD).status, 422);
    assert_eq!(sign_in(&site, "boss@acme.example", PASSWORD).status, 303);
    // Left, it is found again where it is history.
    let way_back = format!("<a href=\"{page}\">The reset</a>");
    for path in [format!("/users/{ann}/history"), "/activity".to_string()] {
        assert!(client.get(&path).body.contains(&way_back), "{path}");
    }
    let shown = client.get(&page);
    assert!(
        shown
            .body
            .contains("<a href=\"/users\" aria-current=\"true\">Users</a>")
    );
    assert!(
        shown.says("0 of 2 done") && shown.says("Gone Tester") && shown.says("2 waiting"),
        "{}",
        shown.text()
    );
    let mails = site.deliver();
    assert_eq!(
        mails
            .iter()
            .map(|(to, ..)| to.as_str())
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        2
    );
    assert_eq!(mails.len(), 2);
    // An earlier reset's password works no more: the mail promises nothing of it.
    assert!(
        mails[0]
            .2
            .contains("If you got several of these mails, use the newest."),
        "{}",
        mails[0].2
    );
    assert!(client.get(&page).says("All 2 done"));
    assert_eq!(site.count("events where kind = 'password_reset'"), 1);
}

#[test]
fn all_active_users_includes_the_administrator_who_stays_signed_in_here_only() {
    let site = Site::start();
    people(&site);
    let client = site.signed_in("boss@acme.example");
    let elsewhere = site.signed_in("boss@acme.example");
    assert_eq!(
        client
            .post("/password-resets", &[("scope", "all_active")])
            .status,
        303
    );
    assert_eq!(client.get("/users").status, 200);
    assert_eq!(elsewhere.get("/users").status, 303);
    assert_eq!(sign_in(&site, "boss@acme.example", PASSWORD).status, 422);
    let mut told: Vec<String> = site.deliver().into_iter().map(|(to, ..)| to).collect();
    told.sort();
    assert_eq!(
        told,
        ["ann@acme.example", "bea@acme.example", "boss@acme.example"]
    );
}

#[test]
fn nothing_selected_is_an_error_and_never_everyone() {
    let site = Site::start();
    people(&site);
    let client = site.signed_in("boss@acme.example");
    let dialog = client.get("/password-resets/new");
    assert!(
        !dialog.body.contains("value=\"selected\" checked")
            && !dialog.body.contains("value=\"all_active\" checked")
    );
    let before = site.everything();
    for fields in [&[][..], &[("scope", "selected")][..]] {
        let page = client.post("/password-resets", fields);
        assert_eq!(page.status, 422);
        assert!(page.error_at("scope").is_some(), "{}", page.text());
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn pressed_twice_or_in_two_windows_it_mails_once_and_opened_later_it_resets_again() {
    let site = Site::start();
    let (ann, ..) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let opened = client.get("/password-resets/new").field("opened");
    let press = |opened: &str| {
        client.post(
            "/password-resets",
            &[("opened", opened), ("scope", "selected"), ("user", &ann)],
        )
    };
    assert_eq!(press(&opened).status, 303);
    let again = press(&opened);
    assert_eq!(again.status, 422);
    assert!(again.says("Nothing was sent twice"), "{}", again.text());
    assert_eq!(site.count("mails"), 1);
    let later = client.get("/password-resets/new").field("opened");
    assert_eq!(press(&later).status, 303);
    assert_eq!(site.deliver().len(), 1, "the first mail is void");
    assert_eq!(site.count("mails where state = 'cancelled'"), 1);
}

#[test]
fn a_selection_with_somebody_of_another_account_is_refused_whole() {
    let site = Site::start();
    let (ann, ..) = people(&site);
    let globex = site.company("Globex", "globex.example", 5);
    let other = site
        .person(globex, "other@globex.example", false)
        .to_string();
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let fields = [
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &other),
    ];
    assert_eq!(client.post("/password-resets", &fields).status, 404);
    assert_eq!(
        client
            .get(&format!("/password-resets/new?user={ann}&user={other}"))
            .status,
        404
    );
    assert_eq!(site.everything(), before);
    client.post("/password-resets", &[("scope", "all_active")]);
    let id = site.value("select id from password_resets");
    let stranger = site.signed_in("boss@globex.example");
    assert_eq!(stranger.get(&format!("/password-resets/{id}")).status, 404);
    assert_eq!(
        stranger
            .post(&format!("/password-resets/{id}/retry"), &[])
            .status,
        404
    );
}

#[test]
fn the_failed_are_tried_again_and_only_they() {
    let site = Site::start();
    let (ann, bea, _) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let fields = [
        ("scope", "selected"),
        ("user", ann.as_str()),
        ("user", &bea),
    ];
    let page = client.post("/password-resets", &fields).location.unwrap();
    site.deliver();
    site.sql(&format!("update mails set state = 'failed', explanation = '550 no such user' where user_id = '{ann}'"));
    let shown = client.get(&page);
    assert!(shown.says("1 failed") && shown.says("550 no such user") && shown.says("Retry failed"));
    assert!(client.get("/users").says("Mail failed"));
    assert_eq!(client.post(&format!("{page}/retry"), &[]).status, 303);
    assert_eq!(
        client.post(&format!("{page}/retry"), &[]).status,
        303,
        "pressing twice"
    );
    let mails = site.deliver();
    assert_eq!(
        mails.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(),
        ["ann@acme.example"]
    );
    assert!(client.get(&page).says("All 2 done"));
}

#[test]
fn all_that_match_are_counted_again_at_the_moment_of_the_act() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    for name in ["ann", "anna", "bea"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    let globex = site.company("Globex", "globex.example", 9);
    site.person(globex, "ann@globex.example", false);
    let client = site.signed_in("boss@acme.example");
    let everyone = client.get("/password-resets/new");
    assert!(!everyone.says("All that match"), "the list is not narrowed");
    let dialog = client.get("/password-resets/new?q=ann").dialog();
    assert!(dialog.says("All that match (2)"), "{}", dialog.text());
    assert!(dialog.says("“ann”"));
    // One more of them joins before the button is pressed.
    site.person(acme, "annika@acme.example", false);
    let answer = client.post(
        "/password-resets?q=ann",
        &[("scope", "matching"), ("opened", &dialog.field("opened"))],
    );
    assert_eq!(answer.status, 303);
    assert!(
        client
            .get(&answer.location.unwrap())
            .says("3 users who matched")
    );
    let mut mailed: Vec<String> = site.deliver().into_iter().map(|mail| mail.0).collect();
    mailed.sort();
    assert_eq!(
        mailed,
        [
            "ann@acme.example",
            "anna@acme.example",
            "annika@acme.example"
        ]
    );
    assert_eq!(
        client
            .post("/password-resets?q=zzz", &[("scope", "matching")])
            .status,
        422
    );
    assert!(site.deliver().is_empty());
}

#[test]
fn a_reset_of_many_people_that_takes_longer_than_a_request_may_wait_leads_to_a_page_that_waits() {
    const MANY: i64 = 1_200;
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9_999);
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
         select '{}', gen_random_uuid(), 'p' || n || '@acme.example', 'P', n::text, '', '', now()
         from generate_series(2, {MANY}) as n",
        acme.id
    ));
    let boss = site.signed_in("boss@acme.example");
    let opened = boss.get("/password-resets/new").field("opened");
    // As in an account of fifty thousand, on a machine that has other things to do.
    site.sql("create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.004); return new; end $$");
    site.sql("create trigger slow before update of password_mail_id on users for each row execute function slow()");
    let fields = [("opened", opened.as_str()), ("scope", "all_active")];
    let answer = boss.post("/password-resets", &fields);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = answer.location.unwrap();
    assert_eq!(site.count("password_resets"), 0);
    let meanwhile = boss.get(&page);
    assert_eq!(meanwhile.status, 200, "{}", meanwhile.text());
    assert_eq!(meanwhile.header("refresh"), Some("2"));
    let waits = "The passwords are being reset.";
    assert!(meanwhile.says(waits), "{}", meanwhile.text());
    let start = std::time::Instant::now();
    while boss.get(&page).says(waits) {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(30),
            "it never is"
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let done = boss.get(&page);
    assert!(done.says("all 1,200 active users"), "{}", done.text());
    assert_eq!(done.header("refresh"), None);
    let again = boss.post("/password-resets", &fields);
    assert!(again.says("Nothing was sent twice"), "{}", again.text());
    assert_eq!(site.count("password_resets"), 1);
    assert_eq!(site.count("mails where kind = 'password_reset'"), MANY);

    // What never was, or is somebody else's, is not waited for.
    let path = page.split('?').next().unwrap();
    let other = site.company("Other", "other.example", 9);
    assert!(other.id != acme.id);
    let stranger = site.signed_in("boss@other.example");
    assert_eq!(stranger.get(path).status, 404);
    for never in [
        "0193d3c8-0000-7000-8000-000000000000",
        "9b2fdc2e-6b0a-4f0e-8d6b-5f8d0c1f2a3b",
    ] {
        let answer = boss.get(&format!("/password-resets/{never}?begun=yes"));
        assert_eq!(answer.status, 404);
    }
}

#[test]
fn the_pop_up_says_who_of_the_chosen_is_oneself_and_why_nobody_is_left() {
    let site = Site::start();
    let (ann, _, gone) = people(&site);
    let client = site.signed_in("boss@acme.example");
    let boss = site.value("select id from users where username like 'boss%'");
    let told = |query: &str| client.get(&format!("/password-resets/new{query}")).dialog();
    let all = "All Active Users includes you: you stay signed in here, and get a mail too.";
    assert!(told("").says(all) && told(&format!("?user={ann}")).says(all));
    let both = told(&format!("?user={ann}&user={boss}"));
    assert!(both.says(
        "You are among the selected users, and among All Active Users: you stay signed in here"
    ));
    assert!(
        told("?q=ann")
            .says("All Active Users includes you, and so does All that match where it finds you:")
    );

    let nobody = told(&format!("?user={gone}"));
    assert!(nobody.says("Selected users (0)"));
    assert!(
        nobody.says("Everybody selected is left out, for the reasons below.")
            && nobody.says("Gone Tester"),
        "{}",
        nobody.text()
    );
    let one = client.post("/password-resets", &[("scope", "selected"), ("user", &ann)]);
    assert!(
        client
            .get(&one.location.unwrap())
            .says("The password of 1 user is reset. They get a mail with a new one.")
    );
}
