//! Connections that are kept after an answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::site::Site;
use crate::sockets::until_closed;

const HELD: usize = 200;

/// A connection over which one request was answered.
fn kept_at(base: &str) -> TcpStream {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    ask(&mut stream);
    stream
}

/// Asks over `stream` and reads the answer.
fn ask(stream: &mut TcpStream) {
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: a.example\r\n\r\n")
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut answer = [0; 4096];
    let count = stream.read(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{count} bytes");
}

/// The connections to `base` that the server has not closed, by the kernel's table (proc(5), `/proc/net/tcp`).
fn open_at(base: &str) -> usize {
    const CLOSE_WAIT: &str = "08";
    const ESTABLISHED: &str = "01";
    let port: u16 = base.rsplit(':').next().unwrap().parse().unwrap();
    let local = format!(":{port:04X}");
    std::fs::read_to_string("/proc/net/tcp")
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|columns| columns[1].ends_with(&local))
        .filter(|columns| [CLOSE_WAIT, ESTABLISHED].contains(&columns[3]))
        .count()
}

#[test]
fn half_of_a_second_request_holds_no_connection_and_a_proxys_outlast_its_own_patience() {
    let behind_a_proxy = Site::start_with(|settings| {
        settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]
    });
    let mut of_a_proxy = kept_at(&behind_a_proxy.base);
    let site = Site::start();
    let mut held: Vec<TcpStream> = (0..HELD)
        .map(|_| {
            let mut stream = kept_at(&site.base);
            stream
                .write_all(b"GET /users HTTP/1.1\r\nhost: a.example\r\nx-slow: ")
                .unwrap();
            stream
        })
        .collect();
    let mut idle = kept_at(&site.base);
    // Who reads a page for a while finds the connection as it was.
    sleep(Duration::from_secs(9));
    ask(&mut idle);
    let deadline = Instant::now() + Duration::from_secs(30);
    for stream in &mut held {
        assert!(until_closed(stream, deadline).is_some(), "it is held still");
    }
    assert!(
        until_closed(&mut idle, deadline).is_some(),
        "nobody uses it"
    );
    assert_eq!(site.client().get("/sign-in").status, 200);
    ask(&mut of_a_proxy);
}

/// Waits until so many are open: the kernel's table is read in pieces, in which one may be missing.
fn await_open(base: &str, expected: usize) {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let open = open_at(base);
        if open == expected {
            return;
        }
        assert!(Instant::now() < deadline, "{open} are open");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn of_a_connection_that_its_client_ended_nothing_stays_open() {
    let site = Site::start();
    let held: Vec<TcpStream> = (0..HELD).map(|_| kept_at(&site.base)).collect();
    await_open(&site.base, HELD);
    drop(held);
    await_open(&site.base, 0);
}
