//! P11: what a view weighs on the wire.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::report::{Bar, Report, Row};
use crate::site::Site;
use crate::wrk::BROWSER;

/// A raw answer: its head, and the bytes behind it.
struct Raw {
    head: String,
    body: usize,
}

fn get(site: &Site, path: &str, encoding: &str) -> Raw {
    let address = site
        .program()
        .base
        .trim_start_matches("http://")
        .to_string();
    let mut stream = TcpStream::connect(&address).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n",
        site.largest().cookie
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
    Raw {
        head,
        body: bytes.len() - end - 4,
    }
}

/// Measures it.
pub fn measure(site: &mut Site, report: &mut Report) {
    let page = site.client(site.largest()).get("/users").body;
    assert_eq!(page.matches("<tr id=\"row-").count(), 50);
    let mut files: Vec<&str> = page
        .split('"')
        .filter(|piece| piece.starts_with("/static/"))
        .collect();
    files.sort_unstable();
    files.dedup();
    let kilobytes = |bytes: usize| bytes as f64 / 1_000.0;
    let list = get(site, "/users", BROWSER);
    let gzip = get(site, "/users", "gzip");
    let mut first_visit = list.body + list.head.len();
    let mut kept = 0;
    for file in &files {
        let raw = get(site, file, BROWSER);
        first_visit += raw.body + raw.head.len();
        kept += usize::from(raw.head.contains("immutable"));
    }
    for (what, value, must) in [
        (
            "list of 50 rows as browsers ask for it, kB",
            kilobytes(list.body),
            Bar::AtMost(10.0),
        ),
        (
            "the same with gzip alone, kB",
            kilobytes(gzip.body),
            Bar::AtMost(10.0),
        ),
        (
            "first visit with style, script and icon, heads and all, kB",
            kilobytes(first_visit),
            Bar::AtMost(40.0),
        ),
        (
            "files that a second visit asks for again",
            (files.len() - kept) as f64,
            Bar::AtMost(0.0),
        ),
    ] {
        report.add(Row {
            bar: "P11",
            what: what.to_string(),
            ours: value,
            unit: "",
            limit: None,
            ratio: None,
            must,
        });
    }
}
