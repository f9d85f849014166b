//! How long the worker takes for 10,000 mails with passwords, beside a bare lettre loop with a pool
//! of the same size that sends as many: P7 of the bars. `cargo bench --bench mail [-- COUNT]`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement stops at a fault and prints"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Instant;

use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use support::people::{Company, address};
use support::postgres::fresh_database;
use support::smtp_sink::{Reply, Sink};
use support::workers::{Running, plain_worker, until};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use user_accounts::mail::{CONNECTIONS, Message, Parcel};
use user_accounts::{clock, ids};

/// How often each is measured, in turns.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let count = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(10_000);
    println!("| {count} mails | bare lettre loop | worker | ratio |\n|---|---|---|---|");
    for round in 1..=ROUNDS {
        let bare = bare_loop(count).await;
        let worker = whole_worker(count).await;
        println!(
            "| round {round} | {bare:.2} s | {worker:.2} s | {:.2} |",
            worker / bare
        );
    }
}

/// Seconds for `count` messages like the worker's, made and sent by lettre alone.
async fn bare_loop(count: usize) -> f64 {
    let sink = Sink::start(|_, _| Reply::Accept).await;
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
                recipient: address(number),
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

/// Seconds from starting a worker to the last of `count` mails at the server.
async fn whole_worker(count: usize) -> f64 {
    let company = Company::new(fresh_database(), count, "Ann");
    company.mail_everybody();
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let start = Instant::now();
    let worker = Running::start(plain_worker(&company.db, sink.port));
    until("everything at the server", || sink.count() == count).await;
    let seconds = start.elapsed().as_secs_f64();
    until("everything marked", || company.count("sent") == count).await;
    worker.stop().await;
    seconds
}
