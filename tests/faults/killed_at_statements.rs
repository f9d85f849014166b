//! The program killed at every statement of a change, and between the mail server's word and its own mark.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use secrecy::SecretString;
use user_accounts::db::{Db, Purpose};
use user_accounts::ids;

use crate::client::{Answer, Client};
use crate::program::Program;
use crate::proxy::Proxy;
use crate::site::{Company, PASSWORD, Site};
use crate::support::people;
use crate::support::postgres::{as_owner, fresh_database_url};
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::until;

/// More than any of these acts takes, whatever is asked besides.
const MOST_MESSAGES: usize = 120;

/// A form to be sent, and what in the database shows that it was done.
pub struct Act {
    pub path: String,
    pub fields: Vec<(&'static str, String)>,
    /// What is counted (`select count(*) from …`), and by how much doing it changes the count.
    pub shown_by: Vec<(String, i64)>,
}

impl Act {
    pub fn send(&self, client: &Client) -> Option<Answer> {
        let fields: Vec<_> = self.fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        client.attempt(&self.path, &fields)
    }

    pub fn counts(&self, site: &Site) -> Vec<i64> {
        let counted = self.shown_by.iter();
        counted.map(|(rows, _)| site.count(rows)).collect()
    }

    pub fn when_done(&self, before: &[i64]) -> Vec<i64> {
        let changes = self.shown_by.iter().map(|(_, change)| change);
        changes
            .zip(before)
            .map(|(change, was)| was + change)
            .collect()
    }
}

/// What the acts left behind, and a program that goes on.
struct Left {
    site: Site,
    sink: Sink,
    program: Program,
    /// How many acts there were; each is done.
    acts: usize,
    _runtime: tokio::runtime::Runtime,
}

pub fn start(url: &SecretString, sink: &Sink) -> (Program, Client) {
    let program = Program::serve_at(url, sink.port, Program::free_port());
    program.until_ready();
    let client = Client::new(&program.base());
    let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
    assert_eq!(client.post("/sign-in", &fields).status, 303);
    (program, client)
}

/// Does one act after the other, each with the program killed one statement later, until one is not hit.
/// Each is all done or not at all; sent again to the next program, it is done, once.
fn kill_at_every_statement(prepare: impl Fn(&Site, Company, &Client, usize) -> Act) -> Left {
    let url = fresh_database_url();
    let proxy = Proxy::before(&url);
    let through = proxy.url(&url);
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    let company = site.company("Acme", "acme.example", 500);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let (mut acts, mut kills, mut nothing, mut is_through) = (0, 0, 0, false);
    let (mut program, mut client) = start(&through, &sink);
    for messages in 1..=MOST_MESSAGES {
        let act = prepare(&site, company, &client, messages);
        let before = act.counts(&site);
        let done = act.when_done(&before);
        proxy.kill_at(program.pid(), messages);
        let answer = act.send(&client);
        let was_killed = proxy.spare();
        drop(program);
        let found = act.counts(&site);
        assert!(
            found == before || found == done,
            "at message {messages}: {found:?}, neither {before:?} nor {done:?}"
        );
        let answered = answer.is_some_and(|answer| answer.status == 303);
        assert!(!answered || found == done, "who was told so has it");
        (program, client) = start(&through, &sink);
        let again = act.send(&client).unwrap();
        let was_refused_as_done =
            found == done && again.status == 422 && again.says("Nothing was sent twice");
        assert!(
            again.status == 303 || was_refused_as_done,
            "after message {messages}: {}",
            again.text()
        );
        assert_eq!(act.counts(&site), done, "again after message {messages}");
        acts += 1;
        kills += usize::from(was_killed);
        nothing += usize::from(found == before);
        is_through = answered && !was_killed;
        if is_through {
            break;
        }
    }
    assert!(is_through, "it takes more than {MOST_MESSAGES} messages");
    assert!(
        kills >= 10 && nothing >= 5,
        "{kills} kills, {nothing} undone"
    );

    let patience = Instant::now();
    site.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    while site.count("mails where state = 'waiting'") > 0 {
        assert!(
            patience.elapsed() < Duration::from_secs(40),
            "mails are not sent"
        );
        sleep(Duration::from_millis(50));
    }
    assert_eq!(site.count("mails where state <> 'sent'"), 0);
    Left {
        site,
        sink,
        program,
        acts,
        _runtime: runtime,
    }
}

impl Left {
    /// The newest mail to each of these has a password that works.
    fn mailed_passwords_work(&self, usernames: impl Iterator<Item = String>) {
        for username in usernames {
            let mail = self.sink.newest_to(&username).unwrap();
            let fields = [
                ("username", username.as_str()),
                ("password", &mail.password()),
            ];
            let answer = Client::new(&self.program.base()).post("/sign-in", &fields);
            assert_eq!(answer.location.as_deref(), Some("/password"), "{username}");
        }
    }
}

/// A form that somebody new comes with.
pub fn coming(username: &str) -> Vec<(&'static str, String)> {
    vec![
        ("id", ids::new().to_string()),
        ("username", username.to_string()),
        ("first_name", "Pat".to_string()),
        ("last_name", "Poe".to_string()),
    ]
}

#[test]
fn killed_at_any_statement_of_adding_somebody_it_did_all_of_it_or_nothing_and_no_mail_is_lost() {
    let left = kill_at_every_statement(|_, _, _, nth| {
        let username = format!("p{nth}@acme.example");
        Act {
            path: "/users".into(),
            fields: coming(&username),
            shown_by: vec![
                (format!("users where username = '{username}'"), 1),
                (
                    format!(
                        "events where kind = 'user_added' and details ->> 'username' = '{username}'"
                    ),
                    1,
                ),
                (
                    format!(
                        "mails join users on users.id = user_id where username = '{username}' and kind = 'welcome'"
                    ),
                    1,
                ),
            ],
        }
    });
    let active = left.site.value("select active_users from accounts");
    assert_eq!(active, (left.acts + 1).to_string(), "a seat each");
    left.mailed_passwords_work((1..=left.acts).map(|nth| format!("p{nth}@acme.example")));
}

#[test]
fn killed_at_any_statement_of_replacing_somebody_both_changed_or_neither() {
    let left = kill_at_every_statement(|site, company, _, nth| {
        let leaving = site.person(company, &format!("l{nth}@acme.example"), false);
        let username = format!("p{nth}@acme.example");
        let replaced =
            format!("events where kind = 'user_replaced' and details ->> 'old_user' = '{leaving}'");
        Act {
            path: format!("/users/{leaving}/replacement"),
            fields: coming(&username),
            shown_by: vec![
                (format!("users where id = '{leaving}' and not active"), 1),
                (format!("users where username = '{username}' and active"), 1),
                (replaced, 2),
                (
                    format!("events where kind = 'user_deactivated' and user_id = '{leaving}'"),
                    1,
                ),
                (
                    format!(
                        "events where kind = 'user_added' and details ->> 'username' = '{username}'"
                    ),
                    1,
                ),
                (
                    format!(
                        "mails join users on users.id = user_id where username = '{username}' and kind = 'welcome'"
                    ),
                    1,
                ),
            ],
        }
    });
    let active = left.site.value("select active_users from accounts");
    assert_eq!(active, (left.acts + 1).to_string(), "the seat is handed on");
    left.mailed_passwords_work((1..=left.acts).map(|nth| format!("p{nth}@acme.example")));
}

#[test]
fn killed_at_any_statement_of_a_training_request_it_is_made_whole_or_not_and_mailed_once() {
    let left = kill_at_every_statement(|site, company, _, nth| {
        let id = ids::new();
        let person = site.person(company, &format!("p{nth}@acme.example"), false);
        Act {
            path: "/training-requests".into(),
            fields: vec![
                ("id", id.to_string()),
                ("kind", "new_user".into()),
                ("scope", "selected".into()),
                ("user", person.to_string()),
            ],
            shown_by: vec![
                (format!("training_requests where id = '{id}'"), 1),
                (
                    format!("training_request_people where user_id = '{person}' and open"),
                    1,
                ),
                (
                    format!("events where kind = 'training_requested' and user_id = '{person}'"),
                    1,
                ),
                (format!("mails where training_request_id = '{id}'"), 2),
            ],
        }
    });
    let mails = left.site.count("mails where kind = 'training_request'");
    assert_eq!(usize::try_from(mails).unwrap(), left.acts);
    assert!(left.sink.asked("boss@acme.example") >= left.acts);
}

#[test]
fn killed_at_any_statement_of_a_reset_everybody_selected_is_reset_and_mailed_or_nobody() {
    let left = kill_at_every_statement(|site, company, client, nth| {
        let mut fields = vec![
            ("opened", client.get("/password-resets/new").field("opened")),
            ("scope", "selected".into()),
        ];
        let people = ["a", "b", "c"].map(|letter| {
            let username = format!("{letter}{nth}@acme.example");
            site.person(company, &username, false).to_string()
        });
        fields.extend(people.iter().map(|person| ("user", person.clone())));
        let list = format!("('{}')", people.join("', '"));
        Act {
            path: "/password-resets".into(),
            fields,
            shown_by: vec![
                ("password_resets".into(), 1),
                (
                    format!("users where id in {list} and password_reset_at is not null"),
                    3,
                ),
                (format!("passwords where user_id in {list}"), -3),
                (
                    format!(
                        "events join mails using (account_id, password_reset_id)
                         where events.kind = 'password_reset' and mails.user_id in {list}"
                    ),
                    3,
                ),
                (
                    format!("mails where kind = 'password_reset' and user_id in {list}"),
                    3,
                ),
            ],
        }
    });
    left.mailed_passwords_work((1..=left.acts).map(|nth| format!("b{nth}@acme.example")));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_mail_servers_word_and_its_own_mark_it_mails_again_and_both_passwords_work()
 {
    let url = fresh_database_url();
    let company = people::Company::new(Db::new(&url, Purpose::Serving, 4), 1, "Ann");
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
