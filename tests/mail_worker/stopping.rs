//! Workers that end, and mails that are cancelled, in the middle of it.

use std::time::{Duration, Instant};

use user_accounts::clock;
use user_accounts::mail::outbox;

use crate::support::people::{Company, address};
use crate::support::postgres::fresh_database;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::{Running, Shift, local, plain_worker, shifted_worker, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_finishes_what_it_began_and_gives_back_the_rest() {
    let company = Company::new(fresh_database(), 100, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Slow(Duration::from_millis(400))).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("some under way", || {
        company.mails().iter().any(|mail| mail.attempts == 1)
    })
    .await;
    until("one asked", || {
        (1..=100).any(|number| sink.asked(&address(number)) > 0)
    })
    .await;
    let start = Instant::now();
    worker.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5));
    let (sent, now) = (company.count("sent"), clock::now());
    assert_eq!(sent, sink.count());
    assert!((1..100).contains(&sent), "{sent}");
    let waiting: Vec<_> = company
        .mails()
        .into_iter()
        .filter(|mail| mail.state == "waiting")
        .collect();
    assert_eq!(waiting.len(), 100 - sent);
    assert!(
        waiting.iter().all(|mail| mail.next_attempt_at <= now),
        "{waiting:?}"
    );

    // Whoever comes next sends the rest at once.
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("the rest", || company.count("sent") == 100).await;
    worker.stop().await;
    assert_eq!(sink.count(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_loses_nothing() {
    let company = Company::new(fresh_database(), 100, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Slow(Duration::from_millis(300))).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("some under way", || sink.count() > 0).await;
    worker.kill();
    // What was claimed is another's when the lease has run out, not before.
    let shift = Shift::default();
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(company.count("waiting") > 0);
    shift.forward(time::Duration::seconds(31));
    until("everything", || company.count("sent") == 100).await;
    worker.stop().await;
    for number in 1..=100 {
        let recipient = address(number);
        let to_them = sink
            .arrived()
            .into_iter()
            .filter(|mail| mail.recipient == recipient);
        assert!(to_them.count() >= 1, "{recipient}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_cancelled_while_it_is_sent_stays_cancelled_and_says_that_it_left() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Slow(Duration::from_millis(500))).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("under way", || sink.asked(&address(1)) == 1).await;
    let cancelled = company.change(|tx| {
        let kinds = &outbox::Kind::SECRET;
        outbox::cancel_waiting(
            tx,
            company.account,
            &company.users,
            kinds,
            "the user was deactivated",
            clock::now(),
        )
    });
    assert_eq!(cancelled.len(), 1);
    until("the mark", || company.mails()[0].recipient.is_some()).await;
    worker.stop().await;
    let mail = company.mails().remove(0);
    assert_eq!(mail.state, "cancelled");
    assert_eq!(
        mail.explanation,
        "the user was deactivated (too late: the mail server had it already)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_may_be_away_for_a_while() {
    let company = Company::new(fresh_database(), 50, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Slow(Duration::from_millis(50))).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        // Ends every connection of the worker in the middle of what it does.
        let _ = company.db.read(|connection| {
            diesel::RunQueryDsl::execute(
                diesel::sql_query(
                    "select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and pid <> pg_backend_pid()",
                ),
                connection,
            )
        });
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    until("everything", || {
        // The test's own connections were ended too.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| company.count("sent"))).ok()
            == Some(50)
    })
    .await;
    worker.stop().await;
    assert!(sink.count() >= 50);
}
