//! What is written, for whom, and what of it stays in the database.

use diesel::prelude::*;
use time::OffsetDateTime;
use user_accounts::db::Connection;
use user_accounts::mail::outbox::{self, Kind, NewMail};
use user_accounts::mail::{Composed, Composer, DueMail};
use user_accounts::mailings::Mailings;
use user_accounts::{access, clock};
use uuid::Uuid;

use crate::support::people::{Company, address};
use crate::support::postgres::fresh_database;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::{Running, local, plain_worker, settings, until, worker};

/// Writes every mail but one, at which it panics.
struct Poisoned {
    mailings: Mailings,
    user: Uuid,
}

impl Composer for Poisoned {
    fn compose(
        &self,
        tx: &mut Connection,
        due: &[DueMail],
        now: OffsetDateTime,
    ) -> QueryResult<Vec<Composed>> {
        let composed = self.mailings.compose(tx, due, now);
        assert!(
            due.iter().all(|mail| mail.user_id != Some(self.user)),
            "poison"
        );
        composed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_written_holds_up_no_other() {
    let company = Company::new(fresh_database(), 300, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let poisoned = Poisoned {
        mailings: Mailings::new(settings()),
        user: company.users[5],
    };
    let worker = Running::start(worker(&company.db, local(sink.port), poisoned));
    until("the others", || company.count("sent") == 299).await;
    worker.stop().await;
    let left: Vec<_> = company
        .mails()
        .into_iter()
        .filter(|mail| mail.state == "waiting")
        .collect();
    assert_eq!(left.len(), 1);
    assert_eq!(
        left[0].explanation,
        "The program could not write this mail. It is tried again."
    );
    assert!(left[0].next_attempt_at > clock::now());
    assert_eq!(sink.count(), 299);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_table_ever_holds_a_password_or_a_link_in_clear() {
    let company = Company::new(fresh_database(), 3, "Ann");
    company.mail_everybody();
    company.change(|tx| {
        let link = NewMail::to_user(Kind::RecoveryLink, company.users[0], clock::now());
        outbox::enqueue(tx, company.account, link, clock::now())
    });
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("everything sent", || company.count("sent") == 4).await;
    worker.stop().await;
    let dump = company.dump();
    assert!(dump.contains("person1@acme.example"));
    let mut passwords = 0;
    for mail in sink.arrived() {
        if mail.text.contains("Password: ") {
            assert!(!dump.contains(&mail.password()));
            passwords += 1;
        } else {
            let link = link_in(&mail.text);
            assert!(!dump.contains(&link));
            let holder = company.change(|tx| access::link_holder(tx, &link, clock::now()));
            assert_eq!(holder.unwrap().user_id, company.users[0]);
            let later = clock::now() + time::Duration::minutes(61);
            assert!(
                company
                    .change(|tx| access::link_holder(tx, &link, later))
                    .is_none()
            );
        }
    }
    assert_eq!(passwords, 3);
}

fn link_in(text: &str) -> String {
    let start = "https://users.vendor.example/password?link=";
    let line = text.lines().find_map(|line| line.strip_prefix(start));
    line.unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_links_of_one_person_work_at_a_time() {
    let company = Company::new(fresh_database(), 1, "Ann");
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    for sent in 1..=4 {
        company.change(|tx| {
            let link = NewMail::to_user(Kind::RecoveryLink, company.users[0], clock::now());
            outbox::enqueue(tx, company.account, link, clock::now())
        });
        until("sent", || company.count("sent") == sent).await;
    }
    worker.stop().await;
    let works: Vec<bool> = sink
        .arrived()
        .iter()
        .map(|mail| {
            let link = link_in(&mail.text);
            company
                .change(|tx| access::link_holder(tx, &link, clock::now()))
                .is_some()
        })
        .collect();
    assert_eq!(works, [false, true, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_looks_again_before_it_sends() {
    let company = Company::new(fresh_database(), 4, "Ann");
    company.mail_everybody();
    company.sql("update users set active = false, deactivated_at = now() where account_id = $1 and username like 'person1@%'");
    company.sql("update users set password_mail_id = null where account_id = $1 and username like 'person2@%'");
    company.sql(
        "update users set password_mail_id = (select id from mails where user_id <> users.id limit 1)
         where account_id = $1 and username like 'person3@%'",
    );
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("all settled", || company.count("waiting") == 0).await;
    worker.stop().await;
    let arrived = sink.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].recipient, address(4));
    let mut reasons: Vec<String> = company
        .mails()
        .into_iter()
        .filter(|mail| mail.state == "cancelled")
        .map(|mail| mail.explanation)
        .collect();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            "a newer password mail replaced this one",
            "the user has chosen a password",
            "the user was deactivated"
        ]
    );
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    locks: i64,
}

/// Locks on this database that somebody waits for.
fn locks_waited_for(company: &Company) -> i64 {
    let waiting: Waiting = company.change(|tx| {
        diesel::sql_query(
            "select count(*) as locks from pg_locks where not granted and pid in
             (select pid from pg_stat_activity where datname = current_database())",
        )
        .get_result(tx)
    });
    waiting.locks
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_being_changed_is_put_off_and_never_waited_for() {
    for change in ["title = 'Chief'", "username = 'moved@acme.example'"] {
        put_off(change).await;
    }
}

async fn put_off(change: &str) {
    let company = Company::new(fresh_database(), 2, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let (locked, now_locked) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel();
    let (db, account, user) = (company.db.clone(), company.account, company.users[0]);
    let change = format!(
        "update users set active = false, deactivated_at = now(), {change} where account_id = $1 and id = $2"
    );
    let deactivating = std::thread::spawn(move || {
        db.write(|tx| {
            diesel::sql_query(change)
                .bind::<diesel::sql_types::Uuid, _>(account)
                .bind::<diesel::sql_types::Uuid, _>(user)
                .execute(tx)?;
            locked.send(()).unwrap();
            released.recv().unwrap();
            // As deactivating does it: after the person, their mails.
            outbox::cancel_waiting(
                tx,
                account,
                &[user],
                &outbox::Kind::SECRET,
                "left",
                clock::now(),
            )
        })
    });
    now_locked.recv().unwrap();
    let worker = Running::start(plain_worker(&company.db, sink.port));
    // The changer goes on to the mails: a worker that waited with one in hand would be waited for in turn.
    until("the other one", || {
        assert_eq!(locks_waited_for(&company), 0, "the worker waits");
        company.count("sent") == 1
    })
    .await;
    release.send(()).unwrap();
    assert_eq!(deactivating.join().unwrap().unwrap(), [user]);
    until("cancelled", || company.count("cancelled") == 1).await;
    worker.stop().await;
    assert_eq!(sink.count(), 1);
    assert_eq!(
        company.mails().iter().map(|mail| mail.attempts).max(),
        Some(1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_and_line_breaks_in_a_name_are_inert() {
    let names = [
        "<script>x</script>",
        "<a href=//evil.example>win</a>",
        "Ann\r\nPassword: AAAAA",
        "http://evil.example",
    ];
    for name in names {
        let company = Company::new(fresh_database(), 1, name);
        company.mail_everybody();
        let sink = Sink::start(|_, _| Reply::Accept).await;
        let worker = Running::start(plain_worker(&company.db, sink.port));
        until("sent", || company.count("sent") == 1).await;
        worker.stop().await;
        let mail = sink.arrived().remove(0);
        assert!(
            !mail.text.contains("<script") && !mail.text.contains("evil"),
            "{}",
            mail.text
        );
        assert!(company.password_works(company.users[0], &mail.password()));
        assert_eq!(
            mail.text.matches("\nPassword: ").count(),
            2,
            "{}",
            mail.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_run_out_is_swept_away() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    company.sql(
        "insert into temporary_passwords
         select account_id, user_id, id, 1, decode(repeat('00', 16), 'hex'), decode(repeat('00', 32), 'hex'),
             now() - interval '8 days', now() - interval '1 day'
         from mails where account_id = $1",
    );
    company
        .sql("update mails set next_attempt_at = now() + interval '1 day' where account_id = $1");
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    let kept =
        || company.sql("update temporary_passwords set attempt = attempt where account_id = $1");
    until("swept", || kept() == 0).await;
    worker.stop().await;
}
