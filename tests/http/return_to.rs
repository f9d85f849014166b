//! Who follows a link and has to sign in first arrives where the link leads.

use crate::authenticator::code;
use crate::client::{Answer, Client};
use crate::second_factor::company as with_second_factor;
use crate::site::{PASSWORD, Site};

/// What a browser says that shows a page.
const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn navigate(client: &Client, path: &str) -> Answer {
    client.send("GET", path, b"", &[PAGE])
}

/// The cookie that leads back, as set: all of it, and what a browser sends of it.
fn return_to(answer: &Answer) -> Option<(String, String)> {
    let mut set = answer
        .headers
        .iter()
        .filter(|(name, value)| name == "set-cookie" && value.contains("return-to="));
    let whole = set.next()?.1.clone();
    assert_eq!(set.next(), None);
    let pair = whole.split(';').next().unwrap().to_string();
    Some((whole, pair))
}

fn sign_in(site: &Site, cookie: &str) -> (Client, Answer) {
    let client = site.client();
    let body = format!(
        "username=boss%40acme.example&password={}",
        PASSWORD.replace(' ', "+")
    );
    let answer = client.send("POST", "/sign-in", body.as_bytes(), &[("cookie", cookie)]);
    (client, answer)
}

#[test]
fn who_signs_in_arrives_at_the_page_that_they_asked_for_once() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    for path in [
        format!("/users/{ann}"),
        "/users?q=a%3Bb&sort=-name".to_string(),
        "/activity?kind=passwords".to_string(),
    ] {
        let asked = navigate(&site.client(), &path);
        assert_eq!(asked.location.as_deref(), Some("/sign-in"), "{path}");
        let (whole, pair) = return_to(&asked).unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"] {
            assert!(whole.contains(part), "{part}: {whole}");
        }
        assert!(
            !whole.contains("Domain") && !whole.contains(&path),
            "{whole}"
        );
        let (client, answer) = sign_in(&site, &pair);
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some(path.as_str()))
        );
        assert!(
            return_to(&answer).unwrap().0.contains("Max-Age=0"),
            "kept once"
        );
        assert_eq!(client.get(&path).status, 200, "{path}");
    }
}

#[test]
fn nothing_else_leads_anywhere_but_home() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let stranger = site.client();
    // What a script fetches, a download, a form, the way home.
    let fetched = stranger.send(
        "GET",
        "/users?q=a",
        b"",
        &[PAGE, ("sec-fetch-mode", "cors")],
    );
    for answer in [
        fetched,
        stranger.get("/users?q=a"),
        navigate(&stranger, "/users.csv"),
        navigate(&stranger, "/"),
        stranger.send("POST", "/users", b"username=a", &[PAGE]),
    ] {
        assert_eq!(answer.location.as_deref(), Some("/sign-in"));
        assert_eq!(return_to(&answer), None);
    }
    // Cookies that the program never wrote: "//evil.example", "https://evil.example/", broken ones.
    for value in [
        "Ly9ldmlsLmV4YW1wbGU",
        "aHR0cHM6Ly9ldmlsLmV4YW1wbGUv",
        "L3VzZXJzDQphOiBi",
        "!",
        "",
    ] {
        let (_, answer) = sign_in(&site, &format!("return-to={value}"));
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some("/")),
            "{value}"
        );
    }
}

#[test]
fn what_is_asked_for_last_counts_and_home_is_nowhere_else() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let (_, pair) = return_to(&navigate(&site.client(), "/account")).unwrap();
    let with = |path: &str| {
        let headers = [PAGE, ("cookie", pair.as_str())];
        return_to(&site.client().send("GET", path, b"", &headers)).unwrap()
    };
    for path in ["/activity", "/password", "/second-factor"] {
        let (_, later) = with(path);
        let (_, answer) = sign_in(&site, &later);
        assert_eq!(answer.location.as_deref(), Some(path));
    }
    for path in ["/", "/users.csv"] {
        assert!(with(path).0.contains("Max-Age=0"), "{path}");
    }
}

#[test]
fn it_waits_for_a_password_to_be_chosen() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    site.person(acme, "other@acme.example", true);
    let other = site.signed_in("other@acme.example");
    let boss = site.value("select id from users where username = 'boss@acme.example'");
    other.post(
        "/password-resets",
        &[("scope", "selected"), ("user", &boss)],
    );
    let mailed = site.mailed_password("boss@acme.example");
    let (_, pair) = return_to(&navigate(&site.client(), "/account")).unwrap();
    let client = site.client();
    let fields = [
        ("username", "boss@acme.example"),
        ("password", mailed.as_str()),
    ];
    let answer = client.post("/sign-in", &fields);
    assert_eq!(answer.location.as_deref(), Some("/password"));
    let both = format!("{}; {pair}", client.cookie.borrow().clone().unwrap());
    client.cookie.replace(Some(both));
    let new = "velvet harbour sixteen geese";
    let answer = client.post(
        "/password",
        &[
            ("current_password", mailed.as_str()),
            ("new_password", new),
            ("repeat_new_password", new),
        ],
    );
    assert_eq!(
        answer.location.as_deref(),
        Some("/account"),
        "{}",
        answer.text()
    );
    assert!(return_to(&answer).unwrap().0.contains("Max-Age=0"));
    assert!(client.get("/account").says("Your new password is saved."));
}

#[test]
fn it_waits_for_a_forgotten_password_too() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let (_, pair) = return_to(&navigate(&site.client(), "/account")).unwrap();
    let path = site.recovery_path("boss@acme.example");
    let client = site.client();
    client.cookie.replace(Some(pair));
    let page = client.get(&path);
    let new = "velvet harbour sixteen geese";
    let answer = client.post(
        "/password",
        &[
            ("token", page.field("token").as_str()),
            ("new_password", new),
            ("repeat_new_password", new),
        ],
    );
    assert_eq!(
        answer.location.as_deref(),
        Some("/account"),
        "{}",
        answer.text()
    );
    assert!(return_to(&answer).unwrap().0.contains("Max-Age=0"));
}

#[test]
fn it_waits_for_the_second_factor_and_is_forgotten_on_signing_out() {
    let site = Site::start();
    with_second_factor(&site);
    let (_, pair) = return_to(&navigate(&site.client(), "/account")).unwrap();
    let (client, half) = sign_in(&site, &pair);
    assert_eq!(half.location.as_deref(), Some("/second-factor"));
    assert_eq!(return_to(&half), None, "kept until then");
    let both = format!("{}; {pair}", client.cookie.borrow().clone().unwrap());
    client.cookie.replace(Some(both));
    let typed = code(&site, "boss@acme.example", 0);
    let answer = client.post("/second-factor", &[("code", &typed)]);
    assert_eq!(
        answer.location.as_deref(),
        Some("/account"),
        "{}",
        answer.text()
    );
    let both = format!("{}; {pair}", client.cookie.borrow().clone().unwrap());
    client.cookie.replace(Some(both));
    let left = client.post("/sign-out", &[]);
    assert!(return_to(&left).unwrap().0.contains("Max-Age=0"));
}

#[test]
fn on_https_the_cookie_is_secure_and_bound_to_the_host() {
    let site = Site::start_with(|settings| settings.https = true);
    let (whole, _) = return_to(&navigate(&site.client(), "/account")).unwrap();
    assert!(
        whole.starts_with("__Host-return-to=") && whole.contains("Secure"),
        "{whole}"
    );
}
