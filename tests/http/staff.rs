//! What support staff see: how an address is read, who holds it, the replay of a decision; and the
//! trace that looking leaves.

use user_accounts::clock;
use user_accounts::support;

use crate::client::Client;
use crate::site::Site;

/// Adds somebody as the form does.
pub fn add(client: &Client, username: &str) -> crate::client::Answer {
    let id = user_accounts::ids::new().to_string();
    client.post(
        "/users",
        &[
            ("id", &id),
            ("username", username),
            ("first_name", "New"),
            ("last_name", "Person"),
            ("title", ""),
            ("department", ""),
            ("phone", ""),
        ],
    )
}

/// The reference code on a page.
fn code(page: &crate::client::Answer) -> String {
    let text = page.text();
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .find(|word| {
            word.len() == 9
                && word.as_bytes()[4] == b'-'
                && word
                    .chars()
                    .all(|c| c == '-' || c.is_ascii_uppercase() || c.is_ascii_digit())
        })
        .unwrap_or_else(|| panic!("no code in {text}"))
        .to_string()
}

/// Acme and Globex share shared.example; Kim is in Globex.
pub fn shared(site: &Site) -> Client {
    let acme = site.company("Acme", "acme.example", 5);
    let globex = site.company("Globex", "globex.example", 5);
    for company in [acme, globex] {
        site.sql(&format!(
            "insert into account_domains (account_id, domain, added_at) values ('{}', 'shared.example', now())",
            company.id
        ));
    }
    site.person(globex, "kim@shared.example", false);
    site.signed_in("boss@acme.example")
}

#[test]
fn a_case_tells_what_was_typed_who_holds_it_and_what_would_be_decided_today() {
    let site = Site::start();
    let client = shared(&site);
    let refused = add(&client, " KIM@Shared.example");
    assert_eq!(refused.status, 422);
    assert!(
        !refused.says("Globex"),
        "the page never tells of another account"
    );
    let code = code(&refused);
    let before = site.count("users");

    let report = support::explain_case(
        &site.db,
        &format!(" {} ", code.to_lowercase()),
        clock::now(),
    )
    .unwrap()
    .unwrap();
    assert_eq!(
        (report.case.account.as_str(), report.case.rule.as_str()),
        ("Acme", "elsewhere")
    );
    assert_eq!(report.case.asked_by.as_deref(), Some("Boss Tester"));
    assert!(report.case.typed.contains("KIM@Shared.example"));
    assert_eq!(report.today.username.as_deref(), Some("kim@shared.example"));
    let holder = report.today.holder.as_ref().unwrap();
    assert_eq!(
        (holder.account.as_str(), holder.name.as_str(), holder.active),
        ("Globex", "Kim Tester", true)
    );
    let decided = |report: &support::EmailReport| -> Vec<(String, &'static str)> {
        report
            .replay
            .iter()
            .map(|one| (one.account.clone(), one.decision))
            .collect()
    };
    assert_eq!(
        decided(&report.today),
        [
            ("Acme".to_string(), "elsewhere"),
            ("Globex".to_string(), "active_here")
        ]
    );
    assert_eq!(report.today.cases.len(), 1);
    assert_eq!(site.count("users"), before, "replaying adds nobody");
    assert_eq!(
        site.count("mails where state = 'waiting'"),
        0,
        "and mails nobody"
    );

    // Both accounts read that staff looked; the holder's does not read who asked.
    let traces = site.value(
        "select string_agg(accounts.name || ' ' || coalesce(users.first_name, '-') || ' ' || details::text, '; ' order by accounts.name)
         from events join accounts on accounts.id = events.account_id left join users on users.id = events.user_id
         where kind = 'support_looked_up'",
    );
    assert_eq!(
        traces,
        format!("Acme - {{\"code\": \"{code}\"}}; Globex Kim {{\"code\": null}}")
    );
    assert!(
        client
            .get("/activity")
            .says(&format!("Customer Success looked at the case {code}."))
    );

    // The holder leaves, and another one has no seat: the decision is another one.
    site.sql("update users set active = false, deactivated_at = now() where username = 'kim@shared.example'");
    let today = support::explain_email(&site.db, "kim@shared.example", clock::now()).unwrap();
    assert_eq!(decided(&today)[1].1, "inactive_here");
    let free = support::explain_email(&site.db, "nobody@shared.example", clock::now()).unwrap();
    assert!(free.holder.is_none() && free.cases.is_empty());
    assert_eq!(decided(&free)[0].1, "added");
    site.sql("update accounts set seats = 1 where name = 'Acme'");
    let full = support::explain_email(&site.db, "nobody@shared.example", clock::now()).unwrap();
    assert_eq!(
        (decided(&full)[0].1, decided(&full)[1].1),
        ("no_seat", "added")
    );
    let foreign = support::explain_email(&site.db, "a@elsewhere.example", clock::now()).unwrap();
    assert!(foreign.replay.is_empty());
    for unknown in ["AAAA-2222", "", "AAAA", "ÄÖÜ€-2222"] {
        let found = support::explain_case(&site.db, unknown, clock::now()).unwrap();
        assert!(found.is_none(), "{unknown}");
    }
    // As it is read out: without the dash.
    let spoken = code.replace('-', " ").to_lowercase();
    assert!(
        support::explain_case(&site.db, &spoken, clock::now())
            .unwrap()
            .is_some()
    );
}

#[test]
fn an_address_is_read_step_by_step() {
    let site = Site::start();
    shared(&site);
    let report = support::explain_email(
        &site.db,
        "\u{a0}Jo.Oak@B\u{fc}cher.Example \u{200b}",
        clock::now(),
    )
    .unwrap();
    let steps: Vec<&str> = report
        .steps
        .iter()
        .map(|step| step.address.as_str())
        .collect();
    assert_eq!(
        steps,
        [
            "Jo.Oak@B\u{fc}cher.Example",
            "Jo.Oak@xn--bcher-kva.example",
            "jo.oak@xn--bcher-kva.example"
        ]
    );
    let wrong = support::explain_email(&site.db, "stra\u{df}e@acme.example", clock::now()).unwrap();
    assert!(wrong.username.is_none());
    assert!(wrong.problem.unwrap().contains("plain letters"));
}

#[test]
fn a_former_address_tells_for_whom_it_is_kept() {
    let site = Site::start();
    let client = shared(&site);
    let kim = site.value("select id from users where username = 'kim@shared.example'");
    site.sql(&format!(
        "update users set username = 'kim.new@shared.example' where id = '{kim}'"
    ));
    site.sql(&format!(
        "insert into reserved_usernames (username, account_id, user_id, reserved_until)
         select 'kim@shared.example', account_id, id, now() + interval '30 days' from users where id = '{kim}' on conflict do nothing"
    ));
    let code = code(&add(&client, "kim@shared.example"));
    let report = support::explain_case(&site.db, &code, clock::now())
        .unwrap()
        .unwrap();
    assert_eq!(report.case.rule, "reserved");
    assert!(report.today.holder.is_none());
    let reserved = report.today.reserved.unwrap();
    assert_eq!(reserved.by.user_id.to_string(), kim);
    assert!(reserved.until > clock::now());
}

#[test]
fn looks_of_staff_push_nothing_out_and_the_change_of_the_username_stays() {
    let site = Site::start();
    shared(&site);
    let edited = r#"{"changes": [{"field": "Username", "before": "kim.old@shared.example", "after": "kim@shared.example"}]}"#;
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at)
         select account_id, id, 'staff', 'user_edited', '{edited}', now() from users where username = 'kim@shared.example'"
    ));
    let sign_in = r#"{"with": "own_password"}"#;
    let look = || {
        support::explain_email(&site.db, "kim@shared.example", clock::now())
            .unwrap()
            .holder
            .unwrap()
    };
    for _ in 0..9 {
        look();
    }
    let holder = look();
    assert!(holder.events[0].changed("Username"), "{:?}", holder.events);
    assert_eq!(holder.support_looks, 9);
    assert!(holder.last_support_look_at.is_some());
    site.sql(&format!(
        "insert into events (account_id, user_id, actor, kind, details, happened_at)
         select account_id, id, 'program', 'signed_in', '{sign_in}', now() from users, generate_series(1, 12)
         where username = 'kim@shared.example'"
    ));
    let holder = look();
    let kinds: Vec<&str> = holder
        .events
        .iter()
        .map(|line| line.kind.as_str())
        .collect();
    assert_eq!(kinds, [&["signed_in"; 8][..], &["user_edited"]].concat());
}

#[test]
fn staff_read_what_was_done_to_several_together() {
    let site = Site::start();
    let client = shared(&site);
    for username in ["ann@acme.example", "bea@acme.example"] {
        add(&client, username);
    }
    let id = |name: &str| {
        site.value(&format!(
            "select id from users where username = '{name}@acme.example'"
        ))
    };
    let (ann, bea) = (id("ann"), id("bea"));
    let fields = [("scope", "selected"), ("user", &ann), ("user", &bea)];
    assert_eq!(client.post("/password-resets", &fields).status, 303);
    let report = support::explain_email(&site.db, "bea@acme.example", clock::now()).unwrap();
    let events = report.holder.unwrap().events;
    let newest = &events[0];
    assert_eq!(newest.kind, "password_reset", "{events:?}");
    assert_eq!(
        newest.user_id.map(|id| id.to_string()),
        Some(bea),
        "told as hers"
    );
}

#[test]
fn looking_up_by_changing_a_username_draws_on_the_same_budget_and_opens_a_case() {
    let site = Site::start();
    let client = shared(&site);
    let acme = site.value("select id from accounts where name = 'Acme'");
    add(&client, "ann@acme.example");
    let ann = site.value("select id from users where username = 'ann@acme.example'");
    let dialog = client.get(&format!("/users/{ann}")).dialog();
    let names = [
        "original_active",
        "original_username",
        "original_first_name",
        "original_last_name",
        "original_title",
        "original_department",
        "original_phone",
        "first_name",
        "last_name",
        "title",
        "department",
        "phone",
    ];
    let values: Vec<(&str, String)> = names
        .iter()
        .map(|name| (*name, dialog.field(name)))
        .collect();
    let mut fields: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.push(("username", "kim@shared.example"));
    fields.push(("active", "yes"));
    fields.push(("same_person", "yes"));
    for round in 0..32 {
        let answer = client.post(&format!("/users/{ann}"), &fields);
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert_eq!(
            answer.says("cannot be added now") || answer.says("cannot be used now"),
            round >= 30,
            "{round}: {}",
            answer.dialog().text()
        );
    }
    assert_eq!(
        site.count(&format!(
            "address_conflicts where account_id = '{acme}' and rule = 'elsewhere'"
        )),
        30
    );
    assert_eq!(
        site.count(&format!(
            "address_conflicts where account_id = '{acme}' and rule = 'budget_spent'"
        )),
        1,
        "one for one address"
    );
    assert_eq!(
        site.value("select username from users where first_name = 'New'"),
        "ann@acme.example"
    );
}

#[test]
fn with_no_seat_free_staff_are_told_what_the_page_tells() {
    let site = Site::start();
    let client = shared(&site);
    add(&client, "ann@shared.example");
    site.sql("update accounts set seats = 2 where name = 'Acme'");
    let decided = |username: &str| {
        support::explain_email(&site.db, username, clock::now())
            .unwrap()
            .replay
            .into_iter()
            .find(|one| one.account == "Acme")
            .unwrap()
            .decision
    };
    // Somebody in Globex has it: the page says both.
    let page = add(&client, "kim@shared.example");
    assert!(
        page.says("No seat is free") && page.says("already in use"),
        "{}",
        page.dialog().text()
    );
    assert_eq!(decided("kim@shared.example"), "elsewhere");
    assert_eq!(decided("nobody@shared.example"), "no_seat");
    let page = add(&client, "ann@shared.example");
    assert!(page.says("already in use"), "{}", page.dialog().text());
    assert_eq!(decided("ann@shared.example"), "active_here");
    assert_eq!(
        site.count("users where first_name = 'Replay'")
            + site.count("mails where state = 'waiting'"),
        1,
        "Ann's welcome alone"
    );
}
