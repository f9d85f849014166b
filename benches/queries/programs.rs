//! One, two and three programs on one PostgreSQL: how many pages of the list they give together, and
//! what each page costs them and PostgreSQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::stage::{PASSWORD, Stage};

const CONNECTIONS: usize = 9;

/// Prints a line for each number of programs.
pub fn measure(stage: &mut Stage, how_long: Duration) {
    println!(
        "| programs | pages/s | ms of a processor in the programs, per page | in PostgreSQL, per page |\n|---|---|---|---|"
    );
    let mut bases = vec![stage.base.clone()];
    let client = Client::new(&stage.base);
    let administrator = stage.administrator.clone();
    let signed_in = client.post(
        "/sign-in",
        &[("username", administrator.as_str()), ("password", PASSWORD)],
    );
    assert_eq!(signed_in.status, 303);
    let cookie = client.cookie.borrow().clone();
    for programs in 1..=3 {
        while bases.len() < programs {
            bases.push(stage.start_program());
        }
        // Connections opened, statements prepared.
        pages(&bases, cookie.as_deref(), how_long / 4);
        let (programs_before, postgres_before) = stage.processor_seconds();
        let pages = pages(&bases, cookie.as_deref(), how_long);
        let (programs_after, postgres_after) = stage.processor_seconds();
        println!(
            "| {programs} | {:.0} | {:.2} | {:.2} |",
            pages as f64 / how_long.as_secs_f64(),
            1_000.0 * (programs_after - programs_before) / pages as f64,
            1_000.0 * (postgres_after - postgres_before) / pages as f64,
        );
    }
}

fn pages(bases: &[String], cookie: Option<&str>, how_long: Duration) -> usize {
    let done = AtomicUsize::new(0);
    let until = Instant::now() + how_long;
    std::thread::scope(|scope| {
        for number in 0..CONNECTIONS {
            let (done, base) = (&done, &bases[number % bases.len()]);
            scope.spawn(move || {
                let client = Client::new(base);
                client.cookie.replace(cookie.map(str::to_string));
                while Instant::now() < until {
                    assert_eq!(client.get("/users").status, 200);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    done.into_inner()
}
