//! P7: everybody's password reset, and how long their mails take beside a bare lettre loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use user_accounts::mail::{CONNECTIONS, Message, Parcel};
use user_accounts::{clock, ids};

use crate::report::{Bar, Report, Row};
use crate::rounds::{Pairs, median};
use crate::site::Site;
use crate::support::smtp_sink::Sink;

/// Measures both.
pub fn measure(site: &mut Site, report: &mut Report, sink: &Sink, runtime: &Runtime) {
    site.until_mails_are_out();
    let count = std::cell::Cell::new(0);
    let answers = std::cell::RefCell::new(Vec::new());
    let pairs = Pairs::measure(
        site.options.rounds,
        || {
            sink.forget();
            let begin = Instant::now();
            let client = site.client(&site.ten_thousand);
            let answer = client.post("/password-resets", &[("scope", "all_active")]);
            assert_eq!(answer.status, 303, "{}", answer.text());
            assert!(answer.location.unwrap().starts_with("/password-resets/"));
            answers
                .borrow_mut()
                .push(begin.elapsed().as_secs_f64() * 1e3);
            let people = site.connection();
            let people = people_of_newest_reset(people, site);
            while sink.count() < people {
                std::thread::sleep(Duration::from_millis(2));
            }
            count.set(people);
            let seconds = begin.elapsed().as_secs_f64();
            site.until_mails_are_out();
            seconds
        },
        || {
            sink.forget();
            let count = match count.get() {
                0 => usize::try_from(site.ten_thousand.active_users).unwrap(),
                known => known,
            };
            runtime.block_on(bare_loop(count, sink))
        },
    );
    report.add(Row {
        bar: "P7",
        what: format!(
            "All Active Users reset of {} people: the answer, ms",
            count.get()
        ),
        ours: median(&answers.into_inner()),
        unit: "ms",
        limit: None,
        ratio: None,
        must: Bar::AtMost(500.0),
    });
    report.add(Row {
        bar: "P7",
        what: "from the button to the last of their mails at the mail server; against a bare lettre loop over as many connections".to_string(),
        ours: median(&pairs.ours),
        unit: "s",
        limit: Some(median(&pairs.limit)),
        ratio: Some(pairs.ratio()),
        must: Bar::RatioAtMost(1.5),
    });
}

fn people_of_newest_reset(mut connection: diesel::PgConnection, site: &Site) -> usize {
    let query = format!(
        "select people::bigint as number from password_resets where account_id = '{}' order by requested_at desc limit 1",
        site.ten_thousand.account_id
    );
    usize::try_from(crate::site::number(&mut connection, &query)).unwrap()
}

/// Seconds for `count` messages like the worker's, made and sent by lettre alone.
async fn bare_loop(count: usize, sink: &Sink) -> f64 {
    let connections = u32::try_from(CONNECTIONS).unwrap();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(sink.port)
        .pool_config(PoolConfig::new().max_size(connections))
        .build();
    let from: lettre::message::Mailbox = "User Accounts <no-reply@vendor.example>".parse().unwrap();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut sending = JoinSet::new();
    let start = Instant::now();
    for number in 1..=count {
        let place = places.clone().acquire_owned().await.unwrap();
        let (transport, from) = (transport.clone(), from.clone());
        sending.spawn(async move {
            let parcel = Parcel {
                mail_id: ids::new(),
                attempt: 1,
                recipient: format!("person{number}@acme.example"),
                message: Message {
                    subject: "User Accounts: your password was reset".to_string(),
                    text: "A sentence of about this length, as mails have them. ".repeat(15),
                    html: "<p>A sentence of about this length, as mails have them. ".repeat(20),
                    attachments: Vec::new(),
                },
                sent_at: clock::now(),
            };
            transport
                .send(parcel.to_email(&from).unwrap())
                .await
                .unwrap();
            drop(place);
        });
    }
    while let Some(sent) = sending.join_next().await {
        sent.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(sink.count(), count);
    seconds
}
