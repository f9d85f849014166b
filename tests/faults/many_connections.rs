//! More connections than the program takes.

use std::net::TcpStream;
use std::thread::scope;
use std::time::{Duration, Instant};

use user_accounts::web::server::CONNECTIONS;

use crate::site::Site;
use crate::sockets::{as_many_as_allowed, until_closed};

#[test]
fn connections_past_the_limit_wait_until_the_silent_ones_are_closed_and_are_served_then() {
    as_many_as_allowed();
    let site = Site::start();
    let address = site.base.trim_start_matches("http://").to_string();
    // By several at once: the first must still be there when the last comes.
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = scope(|scope| {
        let openers: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| -> Vec<TcpStream> {
                    (0..CONNECTIONS / 10 + 20)
                        .map(|_| TcpStream::connect(&address).unwrap())
                        .collect()
                })
            })
            .collect();
        openers
            .into_iter()
            .flat_map(|opener| opener.join().unwrap())
            .collect()
    });
    assert_eq!(site.client().get("/healthz").status, 200);
    // The silent ones are closed after ten seconds, and not before: that long somebody had to wait, the last of them
    // or the one who asks.
    let waited = began.elapsed();
    assert!(
        waited > Duration::from_secs(8),
        "there was room: {waited:?}"
    );
    assert!(waited < Duration::from_secs(40), "{waited:?}");
    let deadline = Instant::now() + Duration::from_secs(25);
    for stream in &mut silent {
        assert!(until_closed(stream, deadline).is_some(), "closed in time");
    }
    let start = Instant::now();
    assert_eq!(site.client().get("/sign-in").status, 200);
    assert!(start.elapsed() < Duration::from_secs(5));
}
