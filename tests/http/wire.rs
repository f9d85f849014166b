//! Bytes as no browser sends them, straight into the connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::site::Site;

/// What comes back for these bytes until the server closes, or says nothing more for a while.
pub fn ask(site: &Site, bytes: &[u8]) -> String {
    let (came, _) = ask_and_see(site, bytes);
    came
}

/// The same, and whether the server closed the connection.
pub fn ask_and_see(site: &Site, bytes: &[u8]) -> (String, bool) {
    let mut stream = TcpStream::connect(site.base.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(1_500)))
        .unwrap();
    // A server that has heard enough may close before the end.
    let _ = stream.write_all(bytes);
    let mut came = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let closed = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(count) => came.extend_from_slice(&buffer[..count]),
            Err(error) => break error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    };
    (String::from_utf8_lossy(&came).into_owned(), closed)
}

/// The statuses of the answers in it.
fn statuses(came: &str) -> Vec<u16> {
    came.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|answer| answer.get(..3)?.parse().ok())
        .collect()
}

#[test]
fn a_request_smuggled_behind_another_by_its_length_is_never_carried_out() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let cookie = client.cookie.borrow().clone().unwrap();
    let body = "username=smuggled%40acme.example&first_name=Smug&last_name=Gled";
    let smuggled = format!(
        "POST /users HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let head = "POST /sign-in HTTP/1.1\r\nhost: a.example\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let before = site.everything();
    let length = smuggled.len();
    for (lengths, front) in [
        // Both lengths: who goes by the one and who goes by the other would part them differently.
        (
            "content-length: 4\r\ntransfer-encoding: chunked\r\n".to_string(),
            "0\r\n\r\n",
        ),
        (
            "transfer-encoding: chunked\r\ncontent-length: 4\r\n".to_string(),
            "0\r\n\r\n",
        ),
        (
            format!(
                "content-length: {}\r\ntransfer-encoding: chunked\r\n",
                length + 5
            ),
            "0\r\n\r\n",
        ),
        // Two lengths, odd lengths.
        (
            format!("content-length: 0\r\ncontent-length: {length}\r\n"),
            "",
        ),
        (
            format!("content-length: {length}\r\ncontent-length: 0\r\n"),
            "",
        ),
        ("content-length: +0\r\n".to_string(), ""),
        ("content-length: 0x0\r\n".to_string(), ""),
        ("content-length: -1\r\n".to_string(), ""),
        // Encodings that only some know, or that are written oddly.
        ("transfer-encoding: xchunked\r\n".to_string(), "0\r\n\r\n"),
        ("transfer-encoding : chunked\r\n".to_string(), "0\r\n\r\n"),
        (
            "transfer-encoding: chunked, identity\r\n".to_string(),
            "0\r\n\r\n",
        ),
        (
            "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n".to_string(),
            "0\r\n\r\n",
        ),
        ("transfer-encoding:\x0bchunked\r\n".to_string(), "0\r\n\r\n"),
        ("x: y\r\n content-length: 0\r\n".to_string(), ""),
        // Chunk sizes that only some can read.
        (
            "transfer-encoding: chunked\r\n".to_string(),
            "0;a\nb\r\n\r\n",
        ),
        ("transfer-encoding: chunked\r\n".to_string(), "-0\r\n\r\n"),
        ("transfer-encoding: chunked\r\n".to_string(), "0x0\r\n\r\n"),
        (
            "transfer-encoding: chunked\r\n".to_string(),
            "10000000000000000\r\n\r\n",
        ),
    ] {
        let (came, closed) = ask_and_see(
            &site,
            format!("{head}{lengths}\r\n{front}{smuggled}").as_bytes(),
        );
        let answered = statuses(&came);
        assert!(
            answered.len() <= 1 && closed,
            "{lengths:?} {front:?}: {answered:?}"
        );
        assert!(
            answered.iter().all(|status| *status == 400),
            "{lengths:?}: {answered:?}"
        );
        assert_eq!(site.everything(), before, "{lengths:?} {front:?}");
    }
    // Whole requests one after the other are just that.
    let (came, _) = ask_and_see(
        &site,
        format!("{head}content-length: 0\r\n\r\n{smuggled}").as_bytes(),
    );
    assert_eq!(statuses(&came), [422, 303]);
}

#[test]
fn a_body_over_the_limit_is_refused_at_once_before_it_is_sent() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let client = site.signed_in("boss@acme.example");
    let cookie = client.cookie.borrow().clone().unwrap();
    let before = site.everything();
    for (path, kind, length) in [
        (
            "/users",
            "application/x-www-form-urlencoded",
            512 * 1024 + 1_usize,
        ),
        (
            "/users",
            "application/x-www-form-urlencoded",
            10_000_000_000,
        ),
        (
            "/imports",
            "multipart/form-data; boundary=b",
            6 * 1024 * 1024,
        ),
        (
            "/imports",
            "multipart/form-data; boundary=b",
            10_000_000_000,
        ),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        let start = std::time::Instant::now();
        let (came, closed) = ask_and_see(&site, head.as_bytes());
        assert_eq!(statuses(&came), [413], "{path} {length}");
        assert!(
            closed,
            "{path} {length}: what is left of it is not taken for the next request"
        );
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    // One that does not say how long it is, is cut where it gets too long.
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    for (path, kind, chunks) in [
        ("/users", "application/x-www-form-urlencoded", 10),
        ("/imports", "multipart/form-data; boundary=b", 100),
    ] {
        let start = if path == "/imports" {
            let part = "--b\r\ncontent-disposition: form-data; name=\"list\"\r\n\r\n";
            format!("{:x}\r\n{part}\r\n", part.len())
        } else {
            String::new()
        };
        let text = format!(
            "POST {path} HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n{start}{}0\r\n\r\n",
            chunk.repeat(chunks)
        );
        let (came, closed) = ask_and_see(&site, text.as_bytes());
        // The server may close while the rest is still being sent, which loses its words.
        assert!(
            closed && (statuses(&came) == [413] || came.is_empty()),
            "{path}: {came}"
        );
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn a_head_over_the_limit_is_refused_and_the_connection_closed() {
    let site = Site::start();
    for (what, head) in [
        (
            "a long header",
            format!(
                "GET /healthz HTTP/1.1\r\nhost: a.example\r\nx: {}\r\n\r\n",
                "a".repeat(200_000)
            ),
        ),
        (
            "many headers",
            format!(
                "GET /healthz HTTP/1.1\r\nhost: a.example\r\n{}\r\n",
                "x: y\r\n".repeat(200)
            ),
        ),
        (
            "a long address",
            format!(
                "GET /healthz?{} HTTP/1.1\r\nhost: a.example\r\n\r\n",
                "a".repeat(100_000)
            ),
        ),
        (
            "no end",
            format!(
                "GET /healthz HTTP/1.1\r\nhost: a.example\r\nx: {}",
                "a".repeat(1_000_000)
            ),
        ),
        (
            "two hosts",
            "GET /healthz HTTP/1.1\r\nhost: a.example\r\nhost: b.example\r\n\r\n".to_string(),
        ),
        ("no request", "\0\0\0\0 / HTTP/1.1\r\n\r\n".to_string()),
    ] {
        let (came, closed) = ask_and_see(&site, head.as_bytes());
        let answered = statuses(&came);
        assert!(closed, "{what}");
        assert!(
            answered.len() <= 1 && answered.iter().all(|status| (400..500).contains(status)),
            "{what}: {answered:?}"
        );
    }
    assert_eq!(site.client().get("/healthz").status, 200);
}

#[test]
fn broken_cut_oversized_and_foreign_cookies_are_no_session() {
    let site = Site::start();
    site.company("Acme", "acme.example", 9);
    let good = site
        .signed_in("boss@acme.example")
        .cookie
        .borrow()
        .clone()
        .unwrap();
    let elsewhere = Site::start_with_key([8; 64]);
    elsewhere.company("Acme", "acme.example", 9);
    let foreign = elsewhere
        .signed_in("boss@acme.example")
        .cookie
        .borrow()
        .clone()
        .unwrap();
    let mut turned = good.clone().into_bytes();
    let middle = turned.len() / 2;
    turned[middle] = if turned[middle] == b'A' { b'B' } else { b'A' };
    let turned = String::from_utf8(turned).unwrap();
    for cookie in [
        foreign.as_str(),
        &turned,
        &good[..good.len() - 8],
        &good[..good.len() / 2],
        &format!("{good}{good}"),
        &format!("session={}", "a".repeat(60_000)),
        "session=%00%ff",
        "session=\u{7f}",
        "session",
        "session=; session=",
        ";;;===",
    ] {
        let came = ask(&site, format!("GET /users HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n").as_bytes());
        let status = statuses(&came);
        assert!(
            status == [303] || status == [400],
            "{}: {status:?}",
            &cookie[..cookie.len().min(40)]
        );
        assert!(
            status == [400] || came.contains("location: /sign-in\r\n"),
            "{came}"
        );
    }
    let came = ask(
        &site,
        format!(
            "GET /users HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\ncookie: {good}\r\n\r\n"
        )
        .as_bytes(),
    );
    assert_eq!(statuses(&came), [200], "the whole one still is one");
}
