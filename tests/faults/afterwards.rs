//! What fails when the thing itself is done and committed: nobody is told that nothing was changed.

use crate::authenticator::code;
use crate::site::{PASSWORD, Site};

const NEW: &str = "velvet harbour sixteen geese";

/// From now on PostgreSQL refuses to give a try back, and to keep a message for the next page.
fn refuse_what_follows(site: &Site) {
    site.sql(
        "create function fail_afterwards() returns trigger language plpgsql as $$ begin
             raise exception using errcode = '57014', message = 'canceling statement due to statement timeout';
         end $$",
    );
    site.sql(
        "create trigger fail_afterwards before update on throttles for each row
         when (new.used_until < old.used_until) execute function fail_afterwards()",
    );
    site.sql(
        "create trigger fail_afterwards before update of flash on sessions for each row
         when (new.flash is not null) execute function fail_afterwards()",
    );
}

#[test]
fn a_sign_in_that_is_done_is_answered_as_done() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    refuse_what_follows(&site);
    let client = site.signed_in("boss@acme.example");
    assert_eq!(client.get("/users").status, 200);
}

#[test]
fn a_password_that_is_saved_is_answered_as_saved_and_its_session_goes_on() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    let path = site.recovery_path("boss@acme.example");
    refuse_what_follows(&site);
    let fields = [
        ("current_password", PASSWORD),
        ("new_password", NEW),
        ("repeat_new_password", NEW),
    ];
    assert_eq!(client.post("/password", &fields).status, 303);
    assert_eq!(client.get("/users").status, 200, "with the new session");
    // The link died with it: another one.
    assert_eq!(site.client().get(&path).status, 404);
    let path = site.recovery_path("boss@acme.example");
    let by_link = site.client();
    let token = by_link.get(&path).field("token");
    let again = "copper lantern ninety walrus";
    let fields = [
        ("token", token.as_str()),
        ("new_password", again),
        ("repeat_new_password", again),
    ];
    assert_eq!(by_link.post("/password", &fields).status, 303);
    assert_eq!(by_link.get("/users").status, 200);
}

#[test]
fn a_second_factor_that_is_on_shows_its_recovery_codes_and_one_that_is_off_is_off() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    let client = site.signed_in("boss@acme.example");
    refuse_what_follows(&site);
    let begun = client.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    assert_eq!(begun.status, 303, "{}", begun.text());
    let typed = code(&site, "boss@acme.example", 0);
    let on = client.post("/second-factor/confirmation", &[("code", &typed)]);
    assert_eq!(on.status, 303, "{}", on.text());
    let page = client.get("/second-factor/recovery-codes");
    assert!(page.says("Recovery codes"), "{}", page.text());
    site.sql("update second_factors set last_used_step = 0");
    let typed = code(&site, "boss@acme.example", 0);
    let off = client.post("/second-factor/removal", &[("code", &typed)]);
    assert_eq!(off.status, 303, "{}", off.text());
    assert_eq!(site.count("second_factors"), 0);
}
