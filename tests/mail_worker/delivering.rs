//! What a mail server says, and what becomes of the mail.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;
use user_accounts::mail::{CONNECTIONS, SmtpTls};
use user_accounts::schema::events;

use crate::support::people::{Company, Standing, address};
use crate::support::postgres::fresh_database;
use crate::support::self_signed::SelfSigned;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::{
    Running, Shift, local, plain_worker, shifted_worker, until, with_credentials,
};

/// The only mail of a company with one person.
fn only(company: &Company) -> Standing {
    company.mails().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_a_thousand_mails_once_each() {
    let company = Company::new(fresh_database(), 1_000, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let one = Running::start(plain_worker(&company.db, sink.port));
    let other = Running::start(plain_worker(&company.db, sink.port));
    until("everything sent", || company.count("sent") == 1_000).await;
    one.stop().await;
    other.stop().await;
    let arrived = sink.arrived();
    let recipients: HashSet<&str> = arrived.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!((arrived.len(), recipients.len()), (1_000, 1_000));
    let passwords: HashSet<String> = arrived.iter().map(|mail| mail.password()).collect();
    assert_eq!(passwords.len(), 1_000);
    let mail = only(&company);
    assert_eq!(
        (mail.explanation.as_str(), mail.attempts),
        ("2.0.0 taken", 1)
    );
    assert!(mail.recipient.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn not_now_is_tried_again_after_the_pause() {
    for reply in [
        Reply::Recipient("451 4.7.1 greylisted, come back"),
        Reply::Content("452 4.3.1 disk full"),
    ] {
        let company = Company::new(fresh_database(), 1, "Ann");
        company.mail_everybody();
        let sink = Sink::start(move |_, nth| if nth == 1 { reply } else { Reply::Accept }).await;
        let shift = Shift::default();
        let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
        until("the first attempt", || {
            !only(&company).explanation.is_empty()
        })
        .await;
        let mail = only(&company);
        assert_eq!(mail.state, "waiting");
        assert!(mail.explanation.starts_with("45"), "{mail:?}");
        let pause = mail.next_attempt_at - shift.now();
        assert!((28..=38).contains(&pause.whole_seconds()), "{pause}");
        assert_eq!(sink.count(), 0);
        shift.forward(time::Duration::seconds(40));
        until("the second attempt", || only(&company).state == "sent").await;
        assert_eq!((sink.count(), only(&company).attempts), (1, 2));
        worker.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_for_good_is_shown_with_the_server_s_words_and_holds_up_nobody() {
    let company = Company::new(fresh_database(), 3, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|recipient, _| match recipient {
        "person1@acme.example" => Reply::Recipient("550-5.1.1 no such user\r\n550 5.1.1 here"),
        "person2@acme.example" => Reply::Content("552 5.2.2 mailbox\x07 full"),
        _ => Reply::Accept,
    })
    .await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("all settled", || company.count("waiting") == 0).await;
    worker.stop().await;
    let explanations: HashSet<(String, String)> = company
        .mails()
        .into_iter()
        .map(|mail| (mail.state, mail.explanation))
        .collect();
    let expected = [
        ("failed", "550 5.1.1 no such user here"),
        ("failed", "552 5.2.2 mailbox full"),
        ("sent", "2.0.0 taken"),
    ]
    .map(|(state, words)| (state.to_string(), words.to_string()));
    assert_eq!(explanations, HashSet::from(expected));
    // The users stay as they were, and their history tells.
    assert_eq!(
        company.sql("update users set title = title where account_id = $1 and active"),
        3
    );
    let told: Vec<(String, serde_json::Value)> = company.change(|tx| {
        events::table
            .filter(events::account_id.eq(company.account))
            .filter(events::user_id.is_not_null())
            .select((events::kind, events::details))
            .load(tx)
    });
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .all(|(kind, details)| kind == "mail_settled" && details["outcome"] == "failed")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_for_three_days_is_given_up_with_the_last_reason() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Recipient("451 4.3.2 closed")).await;
    let shift = Shift::default();
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("the first attempt", || sink.asked(&address(1)) == 1).await;
    until("the first mark", || !only(&company).explanation.is_empty()).await;
    shift.forward(time::Duration::hours(73));
    until("given up", || only(&company).state == "failed").await;
    assert_eq!(only(&company).explanation, "451 4.3.2 closed");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_left_and_other_mails_go_on() {
    let company = Company::new(fresh_database(), 40, "Ann");
    company.mail_everybody();
    let hangs = address(7);
    let sink = Sink::start(move |recipient, nth| {
        if recipient == hangs && nth == 1 {
            Reply::Hang
        } else {
            Reply::Accept
        }
    })
    .await;
    let shift = Shift::default();
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("the others", || company.count("sent") == 39).await;
    let told = |mail: &Standing| mail.explanation == "The mail server did not answer in time.";
    until("the time-out", || company.mails().iter().any(told)).await;
    shift.forward(time::Duration::minutes(1));
    until("the last", || company.count("sent") == 40).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_after_the_mail_means_another_password_and_both_work() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, nth| {
        if nth == 1 {
            Reply::DropAfterData
        } else {
            Reply::Accept
        }
    })
    .await;
    let shift = Shift::default();
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("the first mark", || !only(&company).explanation.is_empty()).await;
    assert_eq!(only(&company).state, "waiting");
    shift.forward(time::Duration::minutes(1));
    until("sent", || only(&company).state == "sent").await;
    worker.stop().await;
    let passwords: Vec<String> = sink.arrived().iter().map(|mail| mail.password()).collect();
    assert_eq!(passwords.len(), 2);
    assert_ne!(passwords[0], passwords[1]);
    for password in &passwords {
        assert!(company.password_works(company.users[0], password));
    }
    assert!(company.password_works(company.users[0], &format!(" {}\n", passwords[1])));
    assert!(!company.password_works(company.users[0], "abcde-fghij-kmnop-qrstu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_our_own_burns_no_mail() {
    let company = Company::new(fresh_database(), 3, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let shift = Shift::default();
    let said = |words: &str| {
        company
            .mails()
            .iter()
            .all(|mail| mail.explanation.contains(words))
    };

    // The way to sign in is wrong.
    let worker = Running::start(shifted_worker(
        &company.db,
        with_credentials(sink.port),
        &shift,
    ));
    until("refused sign-in", || said("535 5.7.8 who are you")).await;
    worker.stop().await;

    // The server wants nothing from us.
    shift.forward(time::Duration::minutes(2));
    sink.greet_with(Some("554 5.3.2 no service for you"));
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("refused connection", || {
        said("554 5.3.2 no service for you")
    })
    .await;
    worker.stop().await;

    // Encryption is asked for and not to be had: nothing leaves in clear text.
    shift.forward(time::Duration::minutes(5));
    sink.greet_with(None);
    let mut encrypted = local(sink.port);
    encrypted.tls = SmtpTls::StartTls;
    let worker = Running::start(shifted_worker(&company.db, encrypted, &shift));
    until("no STARTTLS", || said("STARTTLS is not supported")).await;
    worker.stop().await;

    assert_eq!((sink.count(), company.count("waiting")), (0, 3));
    shift.forward(time::Duration::minutes(10));
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("repaired", || company.count("sent") == 3).await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    let server = SelfSigned::start().await;
    let mut encrypted = local(server.port);
    encrypted.host = "localhost".to_string();
    encrypted.tls = SmtpTls::Implicit;
    let worker = Running::start(shifted_worker(&company.db, encrypted, &Shift::default()));
    until("the first mark", || !only(&company).explanation.is_empty()).await;
    worker.stop().await;
    let mail = only(&company);
    assert_eq!(mail.state, "waiting");
    assert_eq!(
        mail.explanation,
        "The certificate of the mail server is not trusted."
    );
    assert_eq!(server.believed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_is_tried_again() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let worker = Running::start(plain_worker(&company.db, port));
    until("the first mark", || !only(&company).explanation.is_empty()).await;
    assert_eq!(only(&company).state, "waiting");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_gets_no_more_mails_at_once_than_there_are_connections() {
    let company = Company::new(fresh_database(), 64, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Slow(Duration::from_millis(100))).await;
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("everything sent", || company.count("sent") == 64).await;
    worker.stop().await;
    assert_eq!(sink.count(), 64);
    assert_eq!(sink.most_at_once(), CONNECTIONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_too_many_is_not_taken_for_the_answer_to_the_next_command() {
    let company = Company::new(fresh_database(), 1, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, nth| match nth {
        1 => Reply::OneTooMany("550 5.7.1 not from you"),
        _ => Reply::Accept,
    })
    .await;
    let shift = Shift::default();
    let worker = Running::start(shifted_worker(&company.db, local(sink.port), &shift));
    until("the first attempt", || {
        !only(&company).explanation.is_empty()
    })
    .await;
    let mail = only(&company);
    assert_eq!(
        (mail.state.as_str(), sink.count()),
        ("waiting", 0),
        "{mail:?}"
    );
    // On a connection of its own, where nothing is left over.
    shift.forward(time::Duration::seconds(40));
    until("the second attempt", || only(&company).state == "sent").await;
    assert_eq!(sink.count(), 1);
    worker.stop().await;
}
