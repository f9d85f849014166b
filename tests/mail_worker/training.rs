//! A request for training: its mail to the trainers, and the confirmation, which tells the truth about it.

use time::{Duration, OffsetDateTime};
use user_accounts::clock;
use user_accounts::history::{Actor, Author};
use user_accounts::training::{self, RequestTraining, Training, UNDO_WINDOW, retry};
use user_accounts::users::Scope;
use uuid::Uuid;

use crate::support::people::{Company, address};
use crate::support::postgres::fresh_database;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::{
    Running, Shift, local, plain_worker, settings, shifted_worker, until,
};

/// A company whose administrator, the first person, asked for training; and the request.
struct Asked {
    company: Company,
    author: Author,
    request: Uuid,
}

impl Asked {
    fn at(now: OffsetDateTime) -> Asked {
        let company = Company::new(fresh_database(), 2, "Ann");
        let author = Author {
            actor: Actor::User(company.administrator()),
            ..Author::program(company.account)
        };
        let command = RequestTraining {
            id: user_accounts::ids::new(),
            training: Training::NewUser,
            scope: Scope::AllActive,
            note: String::new(),
            for_never_attended: None,
        };
        let asked = company
            .db
            .write(|tx| training::request(tx, &author, &command, now));
        assert_eq!(asked.unwrap().requests.len(), 1);
        Asked {
            company,
            author,
            request: command.id,
        }
    }

    /// State and explanation of the confirmations, oldest first.
    fn confirmations(&self) -> Vec<String> {
        self.company.texts(
            "select state || ': ' || explanation as text from mails
             where account_id = $1 and kind = 'training_confirmation' order by created_at, id",
        )
    }
}

fn recipients(sink: &Sink) -> Vec<String> {
    let arrived = sink.arrived();
    arrived.into_iter().map(|mail| mail.recipient).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_refused_is_not_confirmed_until_it_is_sent_again_and_taken() {
    let trainers = settings().training_email;
    let refused = trainers.clone();
    let sink = Sink::start(move |recipient, nth| {
        if recipient == refused && nth == 1 {
            Reply::Recipient("550 5.7.1 not from you")
        } else {
            Reply::Accept
        }
    })
    .await;
    let asked = Asked::at(clock::now() - UNDO_WINDOW);
    let worker = Running::start(plain_worker(&asked.company.db, sink.port));
    until("nothing waits", || asked.company.count("waiting") == 0).await;
    assert_eq!(asked.company.count("failed"), 1);
    assert_eq!(
        asked.confirmations(),
        ["cancelled: the mail to the training team could not be delivered"]
    );
    assert_eq!(sink.count(), 0);
    for _ in 0..2 {
        asked
            .company
            .change(|tx| retry(tx, &asked.author, asked.request, clock::now()));
    }
    until("nothing waits", || asked.company.count("waiting") == 0).await;
    worker.stop().await;
    assert_eq!(recipients(&sink), [trainers, address(1)]);
    assert_eq!(
        asked.confirmations(),
        [
            "cancelled: the mail to the training team could not be delivered",
            "sent: 2.0.0 taken"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_is_confirmed_when_it_is_taken() {
    let trainers = settings().training_email;
    let busy = trainers.clone();
    let sink = Sink::start(move |recipient, nth| {
        if recipient == busy && nth == 1 {
            Reply::Recipient("451 4.3.2 not now")
        } else {
            Reply::Accept
        }
    })
    .await;
    let shift = Shift::default();
    let asked = Asked::at(clock::now() - UNDO_WINDOW);
    let worker = Running::start(shifted_worker(&asked.company.db, local(sink.port), &shift));
    until("the first attempt", || {
        asked
            .company
            .mails()
            .iter()
            .any(|mail| mail.explanation.starts_with("451"))
    })
    .await;
    // Long enough for the confirmation to have its turn again and again, too short for the request.
    for _ in 0..5 {
        shift.forward(Duration::seconds(4));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(sink.count(), 0);
    assert_eq!(asked.confirmations(), ["waiting: "]);
    shift.forward(Duration::seconds(20));
    until("the request", || sink.count() == 1).await;
    shift.forward(Duration::seconds(5));
    until("both", || asked.company.count("sent") == 2).await;
    worker.stop().await;
    assert_eq!(recipients(&sink), [trainers, address(1)]);
    let most = asked.company.mails().iter().map(|mail| mail.attempts).max();
    assert_eq!(most, Some(2), "putting off is no attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_leaves_a_confirmation_that_waits_in_its_place() {
    let asked = Asked::at(clock::now());
    let refuse_and_retry = || {
        asked.company.sql(
            "update mails set state = 'failed', settled_at = now(), explanation = '554 refused'
             where account_id = $1 and kind = 'training_request'",
        );
        let again = asked
            .company
            .change(|tx| retry(tx, &asked.author, asked.request, clock::now()));
        assert_eq!(again, Some(true));
        asked.confirmations()
    };
    assert_eq!(refuse_and_retry(), ["waiting: "]);
    asked.company.sql(
        "update mails set state = 'cancelled', settled_at = now(), explanation = 'refused'
         where account_id = $1 and kind = 'training_confirmation'",
    );
    assert_eq!(refuse_and_retry(), ["cancelled: refused", "waiting: "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_by_another_administrator_writes_no_confirmation_to_who_asked_and_is_out() {
    let asked = Asked::at(clock::now());
    asked.company.sql(
        "update mails set state = 'failed', settled_at = now(), explanation = '554 refused' where account_id = $1",
    );
    asked
        .company
        .sql("update users set administrator = true where account_id = $1 and not administrator");
    let left = asked.author.user_id().unwrap();
    let another = asked.company.users.iter().find(|user| **user != left);
    asked.company.sql(
        "update users set active = false, administrator = false, deactivated_at = now()
         where account_id = $1 and username = 'person1@acme.example'",
    );
    let author = Author {
        actor: Actor::User(*another.unwrap()),
        ..asked.author.clone()
    };
    let again = asked
        .company
        .change(|tx| retry(tx, &author, asked.request, clock::now()));
    assert_eq!(again, Some(true));
    assert_eq!(asked.confirmations(), ["failed: 554 refused"]);
    assert_eq!(asked.company.count("waiting"), 1);
}
