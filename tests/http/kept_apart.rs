//! Accounts kept apart: whatever names something of another account is as if it named nothing.

use uuid::Uuid;

use crate::client::Client;
use crate::site::Site;

/// Acme with ann and Globex with grace, whose administrator asks.
struct TwoAccounts {
    site: Site,
    ann: String,
    grace: String,
    client: Client,
}

fn two_accounts() -> TwoAccounts {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let globex = site.company("Globex", "globex.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let grace = site
        .person(globex, "grace@globex.example", false)
        .to_string();
    let client = site.signed_in("boss@globex.example");
    TwoAccounts {
        site,
        ann,
        grace,
        client,
    }
}

#[test]
fn an_id_of_another_account_in_a_path_a_body_or_a_selection_is_as_if_it_did_not_exist() {
    let TwoAccounts {
        site,
        ann,
        grace,
        client,
    } = two_accounts();
    let nobody = Uuid::from_u128(7).to_string();
    let profile = "username=new%40globex.example&first_name=New&last_name=Body";
    let before = site.everything();
    for (path, body) in [
        ("/password-resets", "scope=selected&user=GRACE&user=ID"),
        ("/password-resets", "scope=selected&user=ID"),
        (
            "/training-requests",
            "scope=selected&kind=new_user&user=GRACE&user=ID",
        ),
        ("/training-requests", "scope=selected&kind=new_user&user=ID"),
        ("/users", "PROFILE&deactivate=ID"),
        ("/users/ID", "PROFILE&active_account_on_form=yes"),
        ("/users/ID/administrator", "administrator=yes"),
        ("/users/ID/administrator", "administrator=no"),
        ("/users/ID/replacement", "PROFILE"),
        ("/users/ID/training", "kind=new_user"),
        ("/users/ID/training/withdrawal", "kind=new_user"),
        ("/users/ID/password-mail", ""),
        ("/users/ID/second-factor-removal", ""),
    ] {
        let answers = [&ann, &nobody].map(|id| {
            let fill = |text: &str| {
                text.replace("PROFILE", profile)
                    .replace("GRACE", &grace)
                    .replace("ID", id)
            };
            let answer = client.post_raw(&fill(path), fill(body).as_bytes(), &[]);
            assert_eq!(site.everything(), before, "{path} {body}");
            (answer.status, answer.text().replace(id.as_str(), "ID"))
        });
        assert_eq!(
            answers[0], answers[1],
            "{path} {body}: told apart from nobody's"
        );
        assert!(
            [404, 422].contains(&answers[0].0),
            "{path} {body}: {}",
            answers[0].0
        );
        assert!(
            !answers[0].1.contains("Ann") && !answers[0].1.contains("acme"),
            "{path}"
        );
    }
    for path in [
        "/password-resets/new?user=ID",
        "/training-requests/new?user=ID",
        "/users?user=ID",
        "/activity?user=ID",
        "/activity.csv?user=ID",
        "/users?show=ID",
    ] {
        let answers = [&ann, &nobody].map(|id| {
            let answer = client.get(&path.replace("ID", id));
            (answer.status, answer.text().replace(id.as_str(), "ID"))
        });
        assert_eq!(answers[0], answers[1], "{path}: told apart from nobody's");
        assert!(!answers[0].1.contains("Ann "), "{path}");
    }
    assert_eq!(site.everything(), before);
    assert_eq!(site.count("mails"), 0);
}

#[test]
fn the_id_in_the_path_is_the_one_that_counts_whatever_the_body_says() {
    let TwoAccounts {
        site,
        ann,
        grace,
        client,
    } = two_accounts();
    let about_ann = format!("select users::text from users where id = '{ann}'");
    let before = site.value(&about_ann);
    let acme = site.value("select id from accounts where name = 'Acme'");
    for field in [
        "id",
        "user",
        "user_id",
        "account",
        "account_id",
        "original_id",
    ] {
        for (path, fields) in [
            (
                format!("/users/{grace}"),
                "username=grace%40globex.example&first_name=Gracie&last_name=Tester",
            ),
            (format!("/users/{grace}/administrator"), "administrator=yes"),
            (format!("/users/{grace}/training"), "kind=new_user"),
            (format!("/users/{grace}/password-mail"), "x=1"),
            ("/account".to_string(), "time_zone=Asia%2FTokyo"),
        ] {
            for id in [&ann, &acme] {
                let answer =
                    client.post_raw(&path, format!("{fields}&{field}={id}").as_bytes(), &[]);
                assert!(
                    [303, 422].contains(&answer.status),
                    "{path} {field}: {}",
                    answer.status
                );
                assert_eq!(site.value(&about_ann), before, "{path} {field}");
            }
        }
    }
    assert_eq!(
        site.value("select time_zone from accounts where name = 'Acme'"),
        "UTC"
    );
    assert_eq!(
        site.value("select time_zone from accounts where name = 'Globex'"),
        "Asia/Tokyo"
    );
    assert_eq!(
        site.count(&format!(
            "users where id = '{grace}' and first_name = 'Gracie' and administrator"
        )),
        1
    );
    assert_eq!(site.count(&format!("mails where user_id = '{ann}'")), 0);
}

#[test]
fn no_form_takes_a_field_that_it_does_not_offer() {
    let TwoAccounts {
        site,
        grace,
        client,
        ..
    } = two_accounts();
    let acme = site.value("select id from accounts where name = 'Acme'");
    let extra = format!(
        "&account_id={acme}&account={acme}&administrator=yes&administrator=true&is_admin=1&role=administrator&password_hash=x&password=x&active=false&seats=9999&last_sign_in_at=2020-01-01&search_text=x&domain=acme.example"
    );
    let once = extra.replacen("&administrator=yes", "", 1);
    let profile = |name: &str| {
        format!("username={name}%40globex.example&first_name=New&last_name=Body{once}")
    };
    assert_eq!(
        client
            .post_raw("/users", profile("new").as_bytes(), &[])
            .status,
        303
    );
    let body = format!(
        "username=grace%40globex.example&first_name=Grace&last_name=Tester&active_account_on_form=yes&active_account=yes{once}"
    );
    assert_eq!(
        client
            .post_raw(&format!("/users/{grace}"), body.as_bytes(), &[])
            .status,
        303
    );
    let path = format!("/users/{grace}/replacement");
    assert_eq!(
        client
            .post_raw(&path, profile("next").as_bytes(), &[])
            .status,
        303
    );
    assert_eq!(
        client
            .post_raw("/account", format!("time_zone=UTC{once}").as_bytes(), &[])
            .status,
        303
    );
    assert_eq!(
        site.value("select string_agg(username || ' ' || active || ' ' || administrator, ', ' order by username) from users"),
        "ann@acme.example true false, boss@acme.example true true, boss@globex.example true true, \
         grace@globex.example false false, new@globex.example true false, next@globex.example true false"
    );
    assert_eq!(
        site.value("select string_agg(seats::text, ',') from accounts"),
        "9,9"
    );
    assert_eq!(site.count("passwords where hash not like '$argon2id$%'"), 0);
    assert_eq!(site.count("passwords"), 4, "nobody has got one");
}

#[test]
fn a_place_in_the_list_of_another_account_shows_nothing_of_it() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 900);
    let globex = site.company("Globex", "globex.example", 900);
    for number in 0..60 {
        site.person(acme, &format!("a{number:02}@acme.example"), false);
        site.person(globex, &format!("g{number:02}@globex.example"), false);
    }
    let page = site.signed_in("boss@acme.example").get("/users");
    let next = page
        .body
        .split("href=\"")
        .find(|part| part.contains("after="))
        .unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    assert!(!next.contains("acme") && !next.contains("%40"), "{next}");
    let there = site.signed_in("boss@globex.example").get(&next);
    assert!([200, 303, 400].contains(&there.status), "{}", there.status);
    assert!(!there.body.contains("@acme.example"));
}

#[test]
fn a_place_in_one_accounts_list_leads_to_the_start_of_anothers() {
    let site = Site::start();
    for name in ["acme", "globex"] {
        let domain = format!("{name}.example");
        let company = site.company(name, &domain, 99);
        for n in 0..60 {
            site.person(company, &format!("p{n:02}@{domain}"), false);
        }
    }
    let next_of = |username: &str| {
        let page = site.signed_in(username).get("/users");
        let start = page.body.find("after=").unwrap();
        let cursor = page.body[start..].split(['"', '&']).next().unwrap();
        format!("/users?{cursor}")
    };
    let next = next_of("boss@acme.example");
    let at_home = site.signed_in("boss@acme.example").get(&next);
    assert!(!at_home.says("p00 @acme.example") && at_home.says("p59 @acme.example"));
    let elsewhere = site.signed_in("boss@globex.example").get(&next);
    assert!(
        elsewhere.says("p00 @globex.example"),
        "{}",
        elsewhere.text()
    );
}
