//! The program killed at every statement of a change, and between the mail server's word and its own mark.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::proxy::Proxy;
use crate::site::{PASSWORD, Site};
use crate::support::people::Company;
use crate::support::postgres::{as_owner, fresh_database_url};
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::until;

/// More than adding somebody takes, whatever is asked besides.
const MOST_MESSAGES: usize = 80;

#[test]
fn killed_at_any_statement_of_adding_somebody_it_did_all_of_it_or_nothing_and_no_mail_is_lost() {
    let url = fresh_database_url();
    let proxy = Proxy::before(&url);
    let through = proxy.url(&url);
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    site.company("Acme", "acme.example", 500);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let (mut came, mut kills, mut answered) = (0, 0, false);
    for messages in 1..=MOST_MESSAGES {
        let program = Program::serve_at(&through, sink.port, Program::free_port());
        program.until_ready();
        let client = Client::new(&program.base());
        let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
        assert_eq!(client.post("/sign-in", &fields).status, 303);
        let username = format!("p{messages}@acme.example");
        proxy.kill_at(program.pid(), messages);
        let fields = [
            ("username", username.as_str()),
            ("first_name", "Pat"),
            ("last_name", "Poe"),
        ];
        let answer = client.attempt("/users", &fields);
        let was_killed = proxy.spare();
        let there = [
            format!("users where username = '{username}'"),
            format!("events where kind = 'user_added' and details ->> 'username' = '{username}'"),
            format!("mails join users on users.id = user_id where username = '{username}' and kind = 'welcome'"),
        ]
        .map(|rows| site.count(&rows));
        assert!(
            there == [0, 0, 0] || there == [1, 1, 1],
            "at message {messages}: {there:?}"
        );
        came += there[0];
        kills += usize::from(was_killed);
        answered = answer.is_some_and(|answer| answer.status == 303);
        assert!(!answered || there[0] == 1, "who was told so is in");
        if answered && !was_killed {
            break;
        }
    }
    assert!(
        answered,
        "adding somebody takes more than {MOST_MESSAGES} messages"
    );
    assert!(kills >= 10, "{kills}");
    let active = site.value("select active_users from accounts");
    assert_eq!(active, (came + 1).to_string(), "a seat each");

    let program = Program::serve_at(&url, sink.port, Program::free_port());
    program.until_ready();
    let patience = Instant::now();
    site.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    while site.count("mails where state = 'waiting'") > 0 {
        assert!(
            patience.elapsed() < Duration::from_secs(40),
            "mails are not sent"
        );
        sleep(Duration::from_millis(50));
    }
    let usernames =
        site.value("select string_agg(username, ' ') from users where username like 'p%'");
    for username in usernames.split(' ') {
        let mail = sink.newest_to(username).unwrap();
        let fields = [("username", username), ("password", &mail.password())];
        let answer = Client::new(&program.base()).post("/sign-in", &fields);
        assert_eq!(answer.location.as_deref(), Some("/password"), "{username}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_mail_servers_word_and_its_own_mark_it_mails_again_and_both_passwords_work()
 {
    let url = fresh_database_url();
    let company = Company::new(Db::new(&url, Purpose::Serving, 4), 1, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, nth| match nth {
        1 => Reply::Slow(Duration::from_millis(700)),
        _ => Reply::Accept,
    })
    .await;
    let program = Program::serve(&url, sink.port);
    until("the mail is offered", || {
        sink.asked("person1@acme.example") == 1
    })
    .await;
    let owner = Db::new(&as_owner(&url), Purpose::Maintenance, 1);
    let (locked, is_locked) = std::sync::mpsc::channel();
    let (killed, is_killed) = std::sync::mpsc::channel::<()>();
    let lock = std::thread::spawn(move || {
        owner
            .write(|tx| {
                // The mark has to wait.
                tx.batch_execute("lock table mails in exclusive mode")?;
                locked.send(()).unwrap();
                is_killed.recv().unwrap();
                Ok::<_, diesel::result::Error>(())
            })
            .unwrap();
    });
    is_locked.recv().unwrap();
    until("the server has taken it", || sink.count() == 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    program.kill();
    killed.send(()).unwrap();
    lock.join().unwrap();
    assert_eq!(
        company.count("waiting"),
        1,
        "taken by the server, not marked"
    );

    // As when the lease has run out.
    company.sql("update mails set next_attempt_at = now() where account_id = $1");
    let program = Program::serve(&url, sink.port);
    until("sent again", || company.count("sent") == 1).await;
    drop(program);
    let passwords: Vec<String> = sink.arrived().iter().map(|mail| mail.password()).collect();
    assert_eq!(passwords.len(), 2);
    assert_ne!(passwords[0], passwords[1]);
    for password in &passwords {
        assert!(company.password_works(company.users[0], password));
    }
    assert_eq!(company.mails().len(), 1);
}
