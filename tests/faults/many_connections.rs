//! More connections than the program takes.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::thread::scope;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use user_accounts::web::server::CONNECTIONS;

use crate::site::Site;

#[test]
fn connections_past_the_limit_wait_until_the_silent_ones_are_closed_and_are_served_then() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
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
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left)).unwrap();
        let mut said = Vec::new();
        match stream.read_to_end(&mut said) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "closed in time"),
        }
    }
    let start = Instant::now();
    assert_eq!(site.client().get("/sign-in").status, 200);
    assert!(start.elapsed() < Duration::from_secs(5));
}
