//! `/account`.

use crate::site::Site;

#[test]
fn the_accounts_own_details_are_seen_and_the_time_zone_is_changed() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let page = client.get("/account");
    for words in [
        "Acme",
        "acme.example",
        "1 of 9 seats",
        "Boss Tester",
        "Time zone",
    ] {
        assert!(page.says(words), "{words}");
    }
    assert!(page.says("shown in one time zone, UTC,"), "{}", page.text());
    assert!(
        page.body
            .contains("<option value=\"Asia/Tokyo\">Tokyo (UTC+09:00)</option>")
    );
    assert_eq!(page.body.matches(" selected>").count(), 1);
    assert!(
        client
            .get("/users")
            .says("Times are shown in the time zone UTC."),
        "a new account says so with its first steps"
    );
    assert_eq!(
        client
            .post("/account", &[("time_zone", "Asia/Tokyo")])
            .status,
        303
    );
    assert_eq!(site.value("select time_zone from accounts"), "Asia/Tokyo");
    assert!(client.get("/account").says("Times are shown in Asia/Tokyo"));
    // A name that was stored long ago is taken, and stays the one that is chosen.
    assert_eq!(
        client
            .post("/account", &[("time_zone", "Asia/Calcutta")])
            .status,
        303
    );
    let old = client.get("/account");
    assert!(
        old.body
            .contains("<option value=\"Asia/Calcutta\" selected>")
    );
    client.post("/account", &[("time_zone", "Asia/Tokyo")]);
    let page = client.post(
        "/account",
        &[
            ("time_zone", "Middle/Earth"),
            ("seats", "999"),
            ("name", "Evil"),
        ],
    );
    assert_eq!(page.status, 422);
    assert!(page.error_at("time_zone").is_some());
    assert_eq!(
        site.value("select seats || name || time_zone from accounts"),
        "9AcmeAsia/Tokyo"
    );
    assert_eq!(site.count("events where kind = 'time_zone_changed'"), 3);
}
