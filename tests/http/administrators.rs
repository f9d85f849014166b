//! Making and unmaking administrators.

use crate::site::Site;

#[test]
fn an_administrator_makes_and_unmakes_another_whose_sessions_end() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let ann = site.person(acme, "ann@acme.example", false);
    let client = site.signed_in("boss@acme.example");
    let path = format!("/users/{ann}/administrator");
    assert!(client.get(&path).says("Make administrator"));
    assert_eq!(client.post(&path, &[("administrator", "yes")]).status, 303);
    let other = site.signed_in("ann@acme.example");
    assert_eq!(other.get("/users").status, 200);
    assert_eq!(client.post(&path, &[("administrator", "no")]).status, 303);
    assert_eq!(other.get("/users").location.as_deref(), Some("/sign-in"));
    assert_eq!(
        site.count("events where kind in ('administrator_made', 'administrator_unmade')"),
        3
    );
}

#[test]
fn nobody_demotes_themself_and_an_inactive_user_is_made_nothing() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    let gone = site.person(acme, "gone@acme.example", false);
    site.sql("update users set active = false, deactivated_at = now() where username like 'gone%'");
    let client = site.signed_in("boss@acme.example");
    let boss = site.value("select id from users where username like 'boss%'");
    assert_eq!(
        client
            .post(
                &format!("/users/{boss}/administrator"),
                &[("administrator", "no")]
            )
            .status,
        422
    );
    assert_eq!(
        client
            .post(
                &format!("/users/{gone}/administrator"),
                &[("administrator", "yes")]
            )
            .status,
        422
    );
    assert_eq!(
        client
            .post(&format!("/users/{gone}/administrator"), &[])
            .status,
        400
    );
    assert_eq!(site.count("users where administrator"), 1);
}
