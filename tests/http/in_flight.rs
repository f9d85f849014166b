//! What was let in and waits for its turn while something changes that it stands on.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use user_accounts::db;
use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::second_factor::{code, id_of};
use crate::site::{PASSWORD, Site};

const NEW_PASSWORD: &str = "marble otter seventeen quilts";

/// Runs `statements` in a transaction, sends the request while it is open, and ends it once the request
/// waits for one of its locks, or after `patience` where it need not.
fn while_held(
    site: &Site,
    statements: &str,
    patience: Duration,
    request: impl FnOnce() -> Answer + Send,
) -> Answer {
    let (held, is_held) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let holder = scope.spawn(move || {
            site.owner
                .write(|tx| {
                    tx.batch_execute(statements)?;
                    held.send(()).unwrap();
                    may_end.recv().unwrap();
                    Ok::<_, db::Error>(())
                })
                .unwrap();
        });
        is_held.recv().unwrap();
        let answer = scope.spawn(request);
        let start = Instant::now();
        while site.count(WAITING) == 0 && start.elapsed() < patience && !answer.is_finished() {
            std::thread::sleep(Duration::from_millis(10));
        }
        end.send(()).unwrap();
        holder.join().unwrap();
        answer.join().unwrap()
    })
}

/// Locks that somebody on this database waits for; which, is not for every role to see.
const WAITING: &str = "pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())";
const PATIENCE: Duration = Duration::from_millis(1_500);

fn lock_and(what: &str) -> String {
    format!("select from accounts for no key update; {what}")
}

/// What an administrator may do that takes its turn: path and form.
fn acts(site: &Site, other: &Client) -> Vec<(String, Vec<(&'static str, String)>)> {
    let ann = id_of(site, "ann@acme.example");
    let boss = id_of(site, "boss@acme.example");
    let person = |username: &str| {
        vec![
            ("username", username.to_string()),
            ("first_name", "New".to_string()),
            ("last_name", "Body".to_string()),
        ]
    };
    let list = b"Username,First name,Last name\nlisted@acme.example,Listed,One\n";
    let import = other
        .upload("/imports", &[("file", Some("list.csv"), list)])
        .location
        .unwrap();
    let training = other
        .post(
            "/training-requests",
            &[
                ("kind", "new_user"),
                ("scope", "selected"),
                ("user", &boss.to_string()),
            ],
        )
        .location
        .unwrap();
    let selected = |kind: Option<&str>| {
        let mut form = vec![("scope", "selected".to_string()), ("user", ann.to_string())];
        form.extend(kind.map(|kind| ("kind", kind.to_string())));
        form
    };
    let one = |name: &'static str, value: &str| vec![(name, value.to_string())];
    vec![
        ("/users".into(), person("new@acme.example")),
        (format!("/users/{ann}"), person("ann@acme.example")),
        (
            format!("/users/{ann}/replacement"),
            person("new@acme.example"),
        ),
        (
            format!("/users/{ann}/administrator"),
            one("administrator", "yes"),
        ),
        (
            format!("/users/{boss}/administrator"),
            one("administrator", "no"),
        ),
        (format!("/users/{ann}/password-mail"), Vec::new()),
        (format!("/users/{ann}/training"), one("kind", "new_user")),
        (format!("/users/{boss}/second-factor-removal"), Vec::new()),
        ("/password-resets".into(), selected(None)),
        ("/training-requests".into(), selected(Some("new_user"))),
        (format!("{training}/undo"), Vec::new()),
        (format!("{training}/retry"), Vec::new()),
        (format!("{training}/attendance"), one("everybody", "yes")),
        (format!("{training}/attendance/undo"), one("recorded", "1")),
        (
            format!("/users/{ann}/training/withdrawal"),
            one("kind", "new_user"),
        ),
        (import, one("people", "1")),
        ("/account".into(), one("time_zone", "Europe/Paris")),
        ("/account/second-factor".into(), one("required", "no")),
    ]
}

#[test]
fn an_act_that_waits_while_its_administrator_is_taken_out_or_demoted_is_not_done() {
    for taken in [
        "active = false, administrator = false, deactivated_at = now()",
        "administrator = false",
    ] {
        let site = Site::start();
        let acme = site.company("Acme", "acme.example", 9);
        site.newcomer(acme, "ann@acme.example");
        let other = site.person(acme, "other@acme.example", true);
        let client = site.signed_in("other@acme.example");
        let acts = acts(&site, &client);
        for (path, form) in acts {
            site.sql(&format!("update users set active = true, administrator = true, deactivated_at = null where id = '{other}'"));
            let fields: Vec<(&str, &str)> = form
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let meanwhile = lock_and(&format!("update users set {taken} where id = '{other}'"));
            let answer = while_held(&site, &meanwhile, PATIENCE, {
                let window = client.again();
                let (path, fields) = (&path, &fields);
                move || window.post(path, fields)
            });
            assert_eq!(
                (answer.status, answer.location.as_deref()),
                (303, Some("/sign-in")),
                "{path}: {}",
                answer.text()
            );
            let by_them = format!(
                "events where actor_user_id = '{other}' and kind not in ('signed_in', 'training_requested')"
            );
            assert_eq!(site.count(&by_them), 0, "{path}");
            assert_eq!(site.count("imports where state <> 'checked'"), 0, "{path}");
        }
        assert_eq!(site.count("users where username like 'new@%'"), 0);
        assert_eq!(site.count("password_resets"), 0);
    }
}

#[test]
fn a_sign_in_under_way_while_a_second_factor_is_set_up_is_no_way_around_it() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    boss.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    let id = id_of(&site, "boss@acme.example");
    let code = code(&site, "boss@acme.example", 0);
    // As a sign-in that has seen no second factor and has not committed.
    let arriving = format!(
        "select from users where id = '{id}' for no key update;
         insert into sessions (token_digest, account_id, user_id, must_choose_password, created_at, last_seen_at)
         select decode(repeat('ab', 32), 'hex'), account_id, id, false, now(), now() from users where id = '{id}'"
    );
    let window = boss.again();
    let confirmed = while_held(&site, &arriving, PATIENCE, move || {
        window.post("/second-factor/confirmation", &[("code", &code)])
    });
    assert_eq!(confirmed.status, 303, "{}", confirmed.text());
    assert_eq!(site.count(&format!("sessions where user_id = '{id}'")), 1);
}

#[test]
fn choosing_a_password_in_a_session_that_ends_meanwhile_starts_no_new_one() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let boss = site.signed_in("boss@acme.example");
    let id: Uuid = id_of(&site, "boss@acme.example");
    // As setting up a second factor elsewhere does.
    let ended = format!(
        "select from users where id = '{id}' for no key update;
         delete from sessions where user_id = '{id}'"
    );
    let before = site.value("select hash from passwords");
    let window = boss.again();
    let answer = while_held(&site, &ended, PATIENCE, move || {
        window.post(
            "/password",
            &[
                ("current_password", PASSWORD),
                ("new_password", NEW_PASSWORD),
                ("repeat_new_password", NEW_PASSWORD),
            ],
        )
    });
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some("/sign-in")),
        "{}",
        answer.text()
    );
    assert_eq!(site.count("sessions"), 0);
    assert_eq!(site.value("select hash from passwords"), before);
}

#[test]
fn a_key_for_a_second_factor_that_was_begun_with_is_not_used_again_and_runs_out() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let secret = || site.value("select encode(secret, 'hex') from second_factors");
    let boss = site.signed_in("boss@acme.example");
    boss.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    let seen_by_somebody_else = secret();
    // Later, with that one signed out, the person themself sets one up.
    boss.post("/second-factor/setup", &[("current_password", PASSWORD)]);
    assert_ne!(secret(), seen_by_somebody_else);
    assert_eq!(site.count("second_factors"), 1);
    site.sql("update second_factors set begun_at = now() - interval '16 minutes'");
    let page = boss.get("/second-factor");
    assert!(!page.body.contains("<svg class=\"qr\""), "{}", page.text());
    let late = code(&site, "boss@acme.example", 0);
    let answer = boss.post("/second-factor/confirmation", &[("code", &late)]);
    assert_eq!(answer.status, 422, "{}", answer.text());
}

#[test]
fn a_failed_mail_is_not_sent_again_to_whoever_chooses_a_password_at_that_moment() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false).to_string();
    let boss = site.signed_in("boss@acme.example");
    let reset = boss
        .post("/password-resets", &[("scope", "selected"), ("user", &ann)])
        .location
        .unwrap();
    site.sql("update mails set state = 'failed', settled_at = now(), explanation = '550 no'");
    // As choosing by a link does.
    let chosen = format!(
        "select from users where id = '{ann}' for no key update;
         insert into passwords select account_id, id, '$argon2id$chosen', now() from users where id = '{ann}';
         update users set password_mail_id = null where id = '{ann}'"
    );
    let window = boss.again();
    let answer = while_held(&site, &chosen, PATIENCE, move || {
        window.post(&format!("{reset}/retry"), &[])
    });
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(site.count("mails where state = 'waiting'"), 0);
    assert_eq!(site.count("passwords where hash = '$argon2id$chosen'"), 1);
    assert_eq!(
        site.count(&format!(
            "users where id = '{ann}' and password_mail_id is null"
        )),
        1
    );
}
