//! Clients that send a little and then nothing, by the thousand.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use crate::site::Site;
use crate::sockets::{as_many_as_allowed, until_closed};

const EACH: usize = 1_000;

#[test]
fn a_thousand_slow_heads_and_a_thousand_slow_bodies_are_closed_and_the_page_stays_up() {
    as_many_as_allowed();
    let site = Site::start();
    site.company("Acme", "acme.example", 50);
    let client = site.signed_in("boss@acme.example");
    let cookie = client.cookie.borrow().clone().unwrap();
    let address = site.base.trim_start_matches("http://").to_string();
    let start = Instant::now();
    let open = |text: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let mut heads: Vec<TcpStream> = (0..EACH)
        .map(|_| open("GET /users HTTP/1.1\r\nhost: a.example\r\nx-slow: "))
        .collect();
    let mut bodies: Vec<TcpStream> = (0..EACH)
        .map(|_| {
            open(&format!(
                "POST /users HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 200\r\n\r\nusername="
            ))
        })
        .collect();
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "they are all there at once"
    );
    scope(|scope| {
        // Somebody far away, who sends little and steadily, is served.
        let honest = scope.spawn(|| {
            let body = "username=far%40acme.example&first_name=Far&last_name=Away&title=Line";
            let mut stream = open(&format!(
                "POST /users HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
                body.len()
            ));
            for piece in body.as_bytes().chunks(5) {
                sleep(Duration::from_millis(900));
                stream.write_all(piece).unwrap();
            }
            until_closed(&mut stream, Instant::now() + Duration::from_secs(5)).unwrap()
        });
        while start.elapsed() < Duration::from_secs(9) {
            let asked = Instant::now();
            assert_eq!(client.get("/users").status, 200);
            assert!(
                asked.elapsed() < Duration::from_secs(1),
                "{:?}",
                asked.elapsed()
            );
            sleep(Duration::from_millis(100));
        }
        let deadline = start + Duration::from_secs(25);
        for stream in &mut heads {
            let came = until_closed(stream, deadline).unwrap();
            assert!(
                came.is_empty() || came.starts_with("HTTP/1.1 408 "),
                "{came}"
            );
        }
        for stream in &mut bodies {
            let came = until_closed(stream, deadline).unwrap();
            assert!(came.starts_with("HTTP/1.1 408 "), "{came}");
        }
        let answer = honest.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    });
    assert_eq!(site.count("users where username = 'far@acme.example'"), 1);
    assert_eq!(site.count("users"), 2);
}

/// How many ask for much and read nothing of it.
const DEAF: usize = 300;

#[test]
fn whoever_asks_for_much_and_reads_nothing_of_it_is_cut_off() {
    let site = Site::start();
    let style = site.client().get("/sign-in").body;
    let style = style
        .split("href=\"")
        .find(|part| part.contains(".css"))
        .unwrap();
    let style = style.split('"').next().unwrap();
    let address: std::net::SocketAddr = site.base.trim_start_matches("http://").parse().unwrap();
    let whole = site.client().get(style).body.len();
    let asked = format!("GET {style} HTTP/1.1\r\nhost: a.example\r\n\r\n").repeat(10);
    let mut deaf: Vec<TcpStream> = (0..DEAF)
        .map(|_| {
            let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
            let socket = socket.unwrap();
            // A window of a few kilobytes: what does not fit waits at the server.
            socket.set_recv_buffer_size(4 * 1024).unwrap();
            socket.connect(&address.into()).unwrap();
            let mut stream = TcpStream::from(socket);
            stream.write_all(asked.as_bytes()).unwrap();
            stream
        })
        .collect();
    sleep(Duration::from_secs(45));
    for stream in &mut deaf {
        let came = until_closed(stream, Instant::now() + Duration::from_secs(5));
        let came = came.map_or(usize::MAX, |came| came.len());
        assert!(
            came < 5 * whole,
            "{came} bytes: all of it is still to be had"
        );
    }
    assert_eq!(site.client().get("/sign-in").status, 200);
}
