//! Every route × everybody, made from the route table: a new route fails until it is listed here.

use actix_web::http::Method;
use user_accounts::web::routes::{Access, table};

use crate::client::Client;
use crate::site::Site;

/// What a route answers to somebody who may not (or need not) use it: (stranger, user, must choose).
fn expected(method: &Method, path: &str, access: Access) -> (u16, u16, u16) {
    let get = *method == Method::GET;
    match (path, access) {
        ("/sign-in", _) if get => (200, 303, 303),
        ("/sign-in" | "/forgot-password", _) if !get => (422, 422, 422),
        ("/sign-out", _) => (303, 303, 303),
        ("/forgot-password" | "/healthz" | "/readyz", _) => (200, 200, 200),
        ("/second-factor", _) => (303, 303, 303),
        ("/second-factor/setup", _) => (303, 403, 303),
        (
            "/second-factor/confirmation"
            | "/second-factor/recovery-codes"
            | "/second-factor/removal",
            _,
        ) => (303, 422, 303),
        ("/password", _) if get => (303, 200, 200),
        ("/password", _) => (303, 422, 422),
        ("/dev/mailbox" | "/static/{file}", _) => (404, 404, 404),
        ("/", _) => (303, 303, 303),
        (_, Access::Administrator) if get => (303, 303, 303),
        (_, Access::Administrator) => (303, 403, 303),
        _ => panic!("{method} {path} is listed nowhere: say what it answers to whom"),
    }
}

#[test]
fn every_route_answers_everybody_as_the_table_says() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    site.newcomer(acme, "new@acme.example");
    let mailed = site.mailed_password("new@acme.example");
    let must_choose = || {
        let client = site.client();
        client.post(
            "/sign-in",
            &[("username", "new@acme.example"), ("password", &mailed)],
        );
        client
    };
    let globex = site.company("Globex", "globex.example", 9);
    site.person(globex, "other@globex.example", false);
    for entry in table() {
        let path = entry
            .path
            .replace("{id}", &ann.to_string())
            .replace("{file}", "none.css");
        let call = |client: &Client| match entry.method {
            Method::GET => client.get(&path).status,
            _ => client.post(&path, &[]).status,
        };
        let (stranger, user, choosing) = expected(&entry.method, entry.path, entry.access);
        let named = format!("{} {}", entry.method, entry.path);
        assert_eq!(call(&site.client()), stranger, "{named}: a stranger");
        assert_eq!(
            call(&site.signed_in("ann@acme.example")),
            user,
            "{named}: a user"
        );
        assert_eq!(
            call(&must_choose()),
            choosing,
            "{named}: must choose a password"
        );
        if entry.access == Access::Administrator {
            let own = call(&site.signed_in("boss@acme.example"));
            assert!(
                [200, 303, 400, 404, 422].contains(&own),
                "{named}: the administrator got {own}"
            );
            if entry.path.contains("{id}") {
                assert_eq!(
                    call(&site.signed_in("boss@globex.example")),
                    if entry.method == Method::POST && entry.path.ends_with("/administrator") {
                        400
                    } else {
                        404
                    },
                    "{named}: of another account"
                );
            }
            let inactive = site.signed_in("ann@acme.example");
            site.sql("update users set administrator = true where username like 'ann%'");
            site.sql("update users set active = false, administrator = false, deactivated_at = now() where username like 'ann%'");
            assert_eq!(call(&inactive), 303, "{named}: inactive");
            site.sql(
                "update users set active = true, deactivated_at = null where username like 'ann%'",
            );
        }
        site.sql("delete from throttles");
    }
}

#[test]
fn other_methods_are_answered_with_what_is_allowed() {
    let site = Site::start();
    for (path, allow) in [
        ("/users", "GET, HEAD, POST"),
        ("/sign-out", "POST"),
        ("/healthz", "GET, HEAD"),
    ] {
        for method in ["PUT", "DELETE", "PATCH"] {
            let answer = site.client().send(method, path, b"", &[]);
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
        }
    }
}
