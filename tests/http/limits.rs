//! The program's own limits, each reached: the right status, when to come again, and a page that says
//! what to do. Those on tries at passwords and codes are in `sign_in`, `own_password` and `second_factor_lost`;
//! those on bodies and heads as bytes in `wire`; those on time in `tests/faults`.

use std::sync::Barrier;
use std::thread::scope;

use crate::client::Answer;
use crate::site::Site;

fn tells_when_to_come_again(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&seconds), "{seconds}");
    assert!(
        answer.body.starts_with("<!doctype html>") && answer.says(words),
        "{}",
        answer.text()
    );
}

#[test]
fn more_passwords_at_once_than_the_queue_holds_are_told_to_come_again() {
    const AT_ONCE: usize = 120;
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let start = Barrier::new(AT_ONCE);
    let answers: Vec<Answer> = scope(|scope| {
        let tries: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (client, start) = (site.client(), &start);
                scope.spawn(move || {
                    let username = format!("p{number}@acme.example");
                    start.wait();
                    client.post(
                        "/sign-in",
                        &[("username", &username), ("password", "a wrong guess")],
                    )
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|attempt| attempt.join().unwrap())
            .collect()
    });
    let busy: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 503)
        .collect();
    assert!(!busy.is_empty(), "the queue was never full");
    for answer in &busy {
        tells_when_to_come_again(answer, 503, "Try again in a few seconds");
    }
    assert!(
        answers
            .iter()
            .all(|answer| [422, 503].contains(&answer.status))
    );
    assert!(
        answers.iter().any(|answer| answer.status == 422),
        "what fits is checked"
    );
}

#[test]
fn links_asked_for_from_one_place_come_to_an_end_whatever_the_addresses() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.client();
    scope(|scope| {
        for number in 0..60 {
            let client = site.client();
            scope.spawn(move || {
                let username = format!("p{number}@acme.example");
                let answer = client.post("/forgot-password", &[("username", &username)]);
                assert_eq!(answer.status, 303);
            });
        }
    });
    for username in ["boss@acme.example", "nobody@acme.example"] {
        let answer = client.post("/forgot-password", &[("username", username)]);
        tells_when_to_come_again(&answer, 429, "Wait a little");
    }
    assert_eq!(site.count("mails"), 0);
    let rows = site.count("refusals where kind = 'recovery'");
    assert!((1..=2).contains(&rows), "gathered by the hour: {rows}");
    assert_eq!(
        site.value("select sum(times) from refusals where kind = 'recovery'"),
        "60"
    );
}

#[test]
fn an_administrators_resets_are_never_throttled() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let boss = site.signed_in("boss@acme.example");
    for _ in 0..80 {
        let answer = boss.post("/password-resets", &[("scope", "selected"), ("user", &ann)]);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }
    assert_eq!(site.count("password_resets"), 80);
    assert_eq!(
        site.count("mails where state = 'waiting'"),
        1,
        "the newest; the others are void"
    );
}

#[test]
fn look_ups_end_for_the_account_and_not_for_its_neighbour_and_its_own_people_are_added_all_the_same()
 {
    let site = Site::start();
    site.company("Acme", "acme.example", 99);
    let globex = site.company("Globex", "globex.example", 99);
    site.company("Third", "third.example", 99);
    site.sql("insert into account_domains select id, 'labs.example', now() from accounts");
    site.person(globex, "grace@labs.example", false);
    let add = |by: &str, username: &str| {
        let fields = [
            ("username", username),
            ("first_name", "Some"),
            ("last_name", "Body"),
        ];
        site.signed_in(by).post("/users", &fields)
    };
    site.sql("delete from throttles");
    for _ in 0..30 {
        let answer = add("boss@acme.example", "grace@labs.example");
        assert!(answer.status == 422 && !answer.says("cannot be added now"));
    }
    let refused = add("boss@acme.example", "grace@labs.example");
    assert_eq!(refused.status, 422);
    assert!(
        refused.says("cannot be added now") && refused.says("help@vendor.example"),
        "{}",
        refused.text()
    );
    assert_eq!(add("boss@acme.example", "nora@acme.example").status, 303);
    let neighbour = add("boss@third.example", "grace@labs.example");
    assert!(!neighbour.says("cannot be added now"));
}

#[test]
fn ten_thousand_parameters_are_refused_in_a_form_and_in_an_address() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let before = site.everything();
    let many = "a=1&".repeat(10_000);
    for path in ["/users", "/password-resets", "/account"] {
        let answer = client.again().post_raw(path, many.as_bytes(), &[]);
        assert_eq!(answer.status, 400, "{path}");
        assert!(
            answer.says("Go back, load the page again"),
            "{}",
            answer.text()
        );
    }
    let stranger = site.client();
    assert_eq!(
        stranger.post_raw("/sign-in", many.as_bytes(), &[]).status,
        400
    );
    for path in ["/users", "/password-resets/new", "/activity"] {
        assert_eq!(client.get(&format!("{path}?{many}")).status, 400, "{path}");
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn a_list_that_is_too_large_is_a_page_that_says_how_large_it_may_be() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let file = "a@acme.example,Ann,Meyer\n".repeat(5 * 1024 * 1024 / 24);
    let page = client.upload("/imports", &[("file", Some("list.csv"), file.as_bytes())]);
    assert_eq!(page.status, 413, "{}", page.text());
    assert!(
        page.error_at("file").unwrap().contains("5 MB"),
        "{:?}",
        page.error_at("file")
    );
    let lines = "a@acme.example,Ann,Meyer\n".repeat(10_001);
    let page = client.upload("/imports", &[("file", Some("list.csv"), lines.as_bytes())]);
    assert_eq!(page.status, 422);
    assert!(
        page.error_at("file").unwrap().contains("10,000"),
        "{:?}",
        page.error_at("file")
    );
    assert_eq!(site.count("imports"), 0);
}

#[test]
fn lists_handed_in_come_to_an_end_for_the_account_and_not_for_its_neighbour() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    site.company("Globex", "globex.example", 9);
    let boss = site.signed_in("boss@acme.example");
    let list = "nora@acme.example,Nora,New\n";
    scope(|scope| {
        for _ in 0..6 {
            let window = boss.again();
            scope.spawn(move || {
                for _ in 0..10 {
                    let answer = window.upload("/imports", &[("list", None, list.as_bytes())]);
                    assert_eq!(answer.status, 303, "{}", answer.text());
                }
            });
        }
    });
    let refused = boss.upload("/imports", &[("list", None, list.as_bytes())]);
    let words = "seconds, then hand this one in again";
    assert!(refused.error_at("list").is_some());
    tells_when_to_come_again(&refused, 429, words);
    assert!(
        refused.body.contains("nora@acme.example,Nora,New"),
        "what was pasted stays"
    );
    assert_eq!(site.count("imports"), 60);
    let neighbour = site.signed_in("boss@globex.example");
    let answer = neighbour.upload("/imports", &[("list", None, list.as_bytes())]);
    assert_eq!(answer.status, 303);
    // A list that cannot be read is none.
    site.sql("delete from throttles");
    for _ in 0..70 {
        assert_eq!(
            boss.upload("/imports", &[("list", None, b"%PDF")]).status,
            422
        );
    }
}

#[test]
fn tries_that_nobody_had_time_to_look_at_are_not_counted() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let hasher = user_accounts::passwords::Hasher::start(1).unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let sign_in = || {
        let attempt = user_accounts::access::SignInAttempt {
            username: "boss@acme.example".into(),
            password: crate::site::PASSWORD.into(),
            source: Some([203, 0, 113, 9].into()),
            request_id: None,
            old_session: None,
        };
        user_accounts::access::sign_in(&site.db, &hasher, &attempt, user_accounts::clock::now())
    };
    scope(|scope| {
        for _ in 0..80 {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = hasher.verify(&"somebody else's".into(), None);
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            });
        }
        let busy = (0..60)
            .filter(|_| {
                let outcome = sign_in();
                matches!(outcome, Err(user_accounts::access::SignInError::Busy(_)))
            })
            .count();
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(busy > 40, "{busy}: the queue was not full");
    });
    assert!(sign_in().is_ok(), "the person's tries are used up");
}

#[test]
fn tries_at_one_address_beyond_its_limit_are_not_counted_against_its_neighbours() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.client();
    let guess = |username: &str| {
        let fields = [("username", username), ("password", "a wrong guess")];
        client.post("/sign-in", &fields).status
    };
    // More than one place may try in all, and nearly all of them at one address that lets ten through.
    let refused = (0..260)
        .filter(|_| guess("ann@acme.example") == 429)
        .count();
    assert!(refused >= 245, "{refused}");
    assert_eq!(guess("bo@acme.example"), 422, "looked at, and wrong");
    // Three limits count it: the address from here, everything from here, the address from anywhere.
    assert_eq!(site.count("throttles"), 5);
}
