//! Every route × everybody: a route that is not listed here, or is listed and gone, fails.

use std::collections::BTreeSet;

use actix_web::http::Method;
use user_accounts::web::routes::{Access, table};
use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::site::Site;

/// What everybody gets from a route, called with nothing but its address. Somebody inactive is a stranger.
struct Expected {
    method: &'static str,
    path: &'static str,
    stranger: u16,
    /// Signed in, no administrator.
    user: u16,
    /// Of the account that the address is about.
    administrator: u16,
    /// Of another one.
    other: u16,
    /// Signed in with a mailed password.
    choosing: u16,
}

/// In the order of the columns.
const fn row(method: &'static str, path: &'static str, statuses: [u16; 5]) -> Expected {
    let [stranger, user, administrator, other, choosing] = statuses;
    Expected {
        method,
        path,
        stranger,
        user,
        administrator,
        other,
        choosing,
    }
}

/// 303 is the way to sign in (a stranger), to the own password (a user, or whoever must choose one), or on
/// after an act; 422 a form with nothing in it.
#[rustfmt::skip]
const EXPECTED: [Expected; 67] = [
    row("GET", "/", [303, 303, 303, 303, 303]),
    row("GET", "/sign-in", [200, 303, 303, 303, 303]),
    row("POST", "/sign-in", [422, 422, 422, 422, 422]),
    row("POST", "/sign-out", [303, 303, 303, 303, 303]),
    row("GET", "/forgot-password", [200, 200, 200, 200, 200]),
    row("POST", "/forgot-password", [422, 422, 422, 422, 422]),
    row("GET", "/password", [303, 200, 200, 200, 200]),
    row("POST", "/password", [303, 422, 422, 422, 422]),
    row("GET", "/second-factor", [303, 303, 200, 200, 303]),
    row("POST", "/second-factor", [303, 303, 303, 303, 303]),
    row("POST", "/second-factor/setup", [303, 403, 422, 422, 303]),
    row("POST", "/second-factor/confirmation", [303, 422, 422, 422, 303]),
    row("POST", "/second-factor/recovery-codes", [303, 422, 422, 422, 303]),
    row("GET", "/second-factor/recovery-codes", [303, 303, 303, 303, 303]),
    row("GET", "/second-factor/recovery-codes.txt", [303, 303, 303, 303, 303]),
    row("POST", "/second-factor/recovery-codes/receipt", [303, 303, 303, 303, 303]),
    row("POST", "/second-factor/removal", [303, 422, 422, 422, 303]),
    row("GET", "/account", [303, 303, 200, 200, 303]),
    row("POST", "/account", [303, 403, 422, 422, 303]),
    row("GET", "/account/second-factor", [303, 303, 200, 200, 303]),
    row("POST", "/account/second-factor", [303, 403, 400, 400, 303]),
    row("GET", "/activity", [303, 303, 200, 200, 303]),
    row("GET", "/activity.csv", [303, 303, 200, 200, 303]),
    row("GET", "/help", [303, 303, 200, 200, 303]),
    row("GET", "/users", [303, 303, 200, 200, 303]),
    row("GET", "/users.csv", [303, 303, 200, 200, 303]),
    row("POST", "/users", [303, 403, 422, 422, 303]),
    row("GET", "/users/new", [303, 303, 200, 200, 303]),
    row("GET", "/users/{id}", [303, 303, 200, 404, 303]),
    row("POST", "/users/{id}", [303, 403, 422, 404, 303]),
    row("GET", "/users/{id}/history", [303, 303, 200, 404, 303]),
    row("GET", "/users/{id}/training", [303, 303, 200, 404, 303]),
    row("POST", "/users/{id}/training", [303, 403, 422, 404, 303]),
    row("POST", "/users/{id}/training/withdrawal", [303, 403, 422, 404, 303]),
    row("GET", "/users/{id}/second-factor-removal", [303, 303, 200, 404, 303]),
    row("POST", "/users/{id}/second-factor-removal", [303, 403, 303, 404, 303]),
    row("POST", "/users/{id}/password-mail", [303, 403, 303, 404, 303]),
    row("GET", "/users/{id}/administrator", [303, 303, 200, 404, 303]),
    row("POST", "/users/{id}/administrator", [303, 403, 400, 404, 303]),
    row("GET", "/users/{id}/replacement/new", [303, 303, 200, 404, 303]),
    row("POST", "/users/{id}/replacement", [303, 403, 422, 404, 303]),
    row("POST", "/password-resets", [303, 403, 422, 422, 303]),
    row("GET", "/password-resets/new", [303, 303, 200, 200, 303]),
    row("GET", "/password-resets/{id}", [303, 303, 200, 404, 303]),
    row("GET", "/password-resets/{id}/people.csv", [303, 303, 200, 404, 303]),
    row("POST", "/password-resets/{id}/retry", [303, 403, 303, 404, 303]),
    row("GET", "/training-requests", [303, 303, 200, 200, 303]),
    row("POST", "/training-requests", [303, 403, 422, 422, 303]),
    row("GET", "/training-requests/new", [303, 303, 200, 200, 303]),
    row("GET", "/training-requests/{id}/people.csv", [303, 303, 200, 404, 303]),
    row("GET", "/training-requests/{id}/left-out", [303, 303, 200, 404, 303]),
    row("POST", "/training-requests/{id}/retry", [303, 403, 303, 404, 303]),
    row("POST", "/training-requests/{id}/attendance", [303, 403, 422, 404, 303]),
    row("POST", "/training-requests/{id}/attendance/undo", [303, 403, 303, 404, 303]),
    row("GET", "/training-requests/{id}", [303, 303, 200, 404, 303]),
    row("POST", "/training-requests/{id}/undo", [303, 403, 303, 404, 303]),
    row("POST", "/imports", [303, 403, 400, 400, 303]),
    row("GET", "/imports/new", [303, 303, 200, 200, 303]),
    row("GET", "/imports/{id}", [303, 303, 200, 404, 303]),
    row("POST", "/imports/{id}/choice", [303, 403, 400, 404, 303]),
    row("GET", "/imports/{id}/refused.csv", [303, 303, 200, 404, 303]),
    row("POST", "/imports/{id}", [303, 403, 303, 404, 303]),
    row("POST", "/imports/{id}/delete", [303, 403, 303, 404, 303]),
    row("GET", "/dev/mailbox", [404, 404, 404, 404, 404]),
    row("GET", "/healthz", [200, 200, 200, 200, 200]),
    row("GET", "/readyz", [200, 200, 200, 200, 200]),
    row("GET", "/static/{file}", [404, 404, 404, 404, 404]),
];

/// Accounts with something at every kind of address.
struct World {
    site: Site,
    user: Uuid,
    reset: String,
    training: String,
    import: String,
}

impl World {
    fn new() -> World {
        let site = Site::start();
        let acme = site.company("Acme", "acme.example", 9);
        let user = site.person(acme, "ann@acme.example", false);
        site.person(acme, "gone@acme.example", true);
        site.newcomer(acme, "new@acme.example");
        site.company("Globex", "globex.example", 9);
        let boss = site.signed_in("boss@acme.example");
        let made = |answer: Answer| {
            answer
                .location
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_string()
        };
        let gone = site.value("select id from users where username like 'gone%'");
        let selected = [("scope", "selected"), ("user", gone.as_str())];
        let training = [&selected[..], &[("kind", "new_user")]].concat();
        let list: &[u8] = b"nora@acme.example,Nora,New\n";
        World {
            user,
            reset: made(boss.post("/password-resets", &selected)),
            training: made(boss.post("/training-requests", &training)),
            import: made(boss.upload("/imports", &[("list", None, list)])),
            site,
        }
    }

    fn address(&self, path: &str) -> String {
        let id = match path.split('/').nth(1).unwrap() {
            "password-resets" => &self.reset,
            "training-requests" => &self.training,
            "imports" => &self.import,
            _ => &self.user.to_string(),
        };
        path.replace("{id}", id).replace("{file}", "none.css")
    }

    /// Every row of every table, without what a look at a page changes, and without the records of what was refused.
    fn everything(&self) -> String {
        let tables = self.site.value(
            "select string_agg(table_name, ',' order by table_name) from information_schema.tables
             where table_schema = 'public' and table_name not in ('throttles', 'refusals')",
        );
        let rows = |table: &str| {
            self.site.value(&format!(
                "select string_agg((to_jsonb(t) - 'last_seen_at' - 'flash')::text, E'\\n' order by t::text) from {table} as t"
            ))
        };
        tables.split(',').map(rows).collect::<Vec<_>>().join("\n")
    }
}

fn call(client: &Client, method: &str, path: &str) -> Answer {
    match method {
        "GET" => client.get(path),
        _ => client.post(path, &[]),
    }
}

fn has_the_headers(answer: &Answer, named: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        // A file that is not there may be there tomorrow, hence no exception for it either.
        assert_eq!(answer.header(name), Some(value), "{named}: {name}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
        "{named}"
    );
    let kind = answer.header("content-type");
    assert!(
        answer.body.is_empty() || kind.unwrap().contains("charset=utf-8"),
        "{named}: {kind:?}"
    );
}

#[test]
fn every_route_is_listed_and_every_listed_route_is_there() {
    let there: BTreeSet<(String, &str)> = table()
        .iter()
        .map(|entry| (entry.method.to_string(), entry.path))
        .collect();
    let listed: BTreeSet<(String, &str)> = EXPECTED
        .iter()
        .map(|expected| (expected.method.to_string(), expected.path))
        .collect();
    assert_eq!(listed, there, "say what it answers to whom");
    for entry in table() {
        let expected = EXPECTED
            .iter()
            .find(|expected| {
                expected.method == entry.method.as_str() && expected.path == entry.path
            })
            .unwrap();
        if entry.access == Access::Administrator {
            let refused = if entry.method == Method::GET {
                303
            } else {
                403
            };
            assert_eq!(
                (expected.stranger, expected.user, expected.choosing),
                (303, refused, 303),
                "{} {} is for administrators",
                entry.method,
                entry.path
            );
            let is_about_something = entry.path.contains("{id}");
            assert!(
                !is_about_something || expected.other == 404,
                "{}",
                entry.path
            );
        }
    }
}

const A_USER: &str = "a user";
const MUST_CHOOSE: &str = "must choose a password";

#[test]
fn every_route_answers_everybody_as_the_table_says_and_changes_nothing_for_who_may_not() {
    let world = World::new();
    let site = &world.site;
    let mailed = site.mailed_password("new@acme.example");
    let boss = site.signed_in("boss@acme.example");
    let ann = site.signed_in("ann@acme.example");
    let other = site.signed_in("boss@globex.example");
    let choosing = site.client();
    choosing.post(
        "/sign-in",
        &[("username", "new@acme.example"), ("password", &mailed)],
    );
    site.sql("update passwords set hash = (select hash from passwords limit 1)");
    site.sql("insert into passwords select account_id, id, (select hash from passwords limit 1), now() from users where username like 'gone%'");
    let gone = site.signed_in("gone@acme.example");
    site.sql("update users set active = false, administrator = false, deactivated_at = now() where username like 'gone%'");
    site.sql("delete from refusals");
    for expected in EXPECTED {
        let named = format!("{} {}", expected.method, expected.path);
        let path = world.address(expected.path);
        // Each leaves their session: a copy stays for the rest.
        if expected.path == "/sign-out" {
            assert_eq!(
                call(&site.client(), "POST", &path).status,
                expected.stranger,
                "{named}"
            );
            continue;
        }
        let before = world.everything();
        for (who, client, status) in [
            ("a stranger", &site.client(), expected.stranger),
            ("somebody inactive", &gone, expected.stranger),
            (A_USER, &ann, expected.user),
            ("of another account", &other, expected.other),
            (MUST_CHOOSE, &choosing, expected.choosing),
        ] {
            let answer = call(client, expected.method, &path);
            assert_eq!(answer.status, status, "{named}: {who}");
            has_the_headers(&answer, &named);
            let may_not = [303, 403, 404].contains(&answer.status);
            // The frame of the page names whose session it is.
            let of_others = match who {
                A_USER => answer.body.replace("ann@acme.example", ""),
                MUST_CHOOSE => answer.body.replace("new@acme.example", ""),
                _ => answer.body,
            };
            assert!(
                !may_not || !of_others.contains("@acme.example"),
                "{named}: {who}"
            );
        }
        assert!(
            world.everything() == before,
            "{named} changes something for those who may not"
        );
        let answer = call(&boss, expected.method, &path);
        assert_eq!(
            answer.status, expected.administrator,
            "{named}: the administrator"
        );
        has_the_headers(&answer, &named);
        if expected.method == "GET" {
            assert!(
                world.everything() == before,
                "{named} is a GET and changes something"
            );
        }
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
        for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
            let answer = site.client().send(method, path, b"", &[]);
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, Some(allow)),
                "{method} {path}"
            );
        }
    }
}
