//! How long a list of 10,000 lines takes, from the button to the verdicts, and from the second button
//! to the end: P8 of the bars. `cargo bench --bench imports [-- COUNT]`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement stops at a fault and prints"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use diesel::prelude::*;
use support::people::Company;
use support::postgres::fresh_database;
use user_accounts::history::{Actor, Author};
use user_accounts::imports::{self, csv_in};
use user_accounts::{clock, imports::MOST_LINES};

/// How often it is measured, each on a database of its own.
const ROUNDS: usize = 3;
/// People who are in the account before.
const PEOPLE: usize = 10_000;

fn main() {
    let count = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(MOST_LINES);
    println!("| {count} lines | read | verdicts | run |\n|---|---|---|---|");
    for round in 1..=ROUNDS {
        // One in ten is there already.
        let joiners: String = (0..count)
            .map(|number| match number % 10 {
                0 => format!("person{}@acme.example,Ann,Test,,,\r\n", number % PEOPLE + 1),
                _ => format!(
                    "new{number}@acme.example,Nora,Newcomer,Engineer,Research,+1 555 0100\r\n"
                ),
            })
            .collect();
        measure(&format!("round {round}"), &joiners);
        let successors: String = (2..=count.min(PEOPLE))
            .map(|number| {
                format!("new{number}@acme.example,Nora,Newcomer,person{number}@acme.example\r\n")
            })
            .collect();
        let headed = format!("Username,First name,Last name,Replaces\r\n{successors}");
        measure(&format!("round {round}, all replacing"), &headed);
    }
}

fn measure(name: &str, list: &str) {
    let company = Company::new(fresh_database(), PEOPLE, "Ann");
    company.change(|tx| diesel::connection::SimpleConnection::batch_execute(tx, "analyze users"));
    let author = Author {
        account_id: company.account,
        actor: Actor::User(company.administrator()),
        source: None,
        request_id: None,
        import: None,
    };
    let start = Instant::now();
    let sheet = csv_in::read(list.as_bytes()).unwrap();
    let read = start.elapsed();
    let id = imports::check(&company.db, &author, &sheet, clock::now()).unwrap();
    let checked = start.elapsed();
    let start = Instant::now();
    company
        .db
        .write(|tx| imports::start(tx, &author, id, imports::Promised::default(), clock::now()))
        .unwrap();
    while imports::run_next(&company.db, clock::now()).unwrap() {}
    println!(
        "| {name} | {:.3} s | {:.2} s | {:.2} s |",
        read.as_secs_f64(),
        checked.as_secs_f64(),
        start.elapsed().as_secs_f64()
    );
    let left = company.change(|tx| {
        user_accounts::schema::import_lines::table
            .filter(
                user_accounts::schema::import_lines::outcome
                    .eq("refused")
                    .assume_not_null(),
            )
            .count()
            .get_result::<i64>(tx)
    });
    assert_eq!(left, 0, "every line found what it needed");
}
