//! A file that is read while it is sent, and what happens meanwhile.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::{sleep, spawn};
use std::time::Duration;

use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::proxy::{Proxy, Weather};
use crate::record::Recorded;
use crate::site::{Company, PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::Reply;

/// Rows of over half a kilobyte: several times what the buffers of a connection hold.
const PEOPLE: usize = 40_000;

/// The last chunk, which is empty, with the end of the one before it (RFC 9112, 7.1): a row that ends with a nought
/// and closes a chunk looks like it otherwise.
const END: &[u8] = b"\r\n0\r\n\r\n";

/// A file under way, and how many people came so far.
struct Download(TcpStream, usize);

/// Each has one address.
fn people(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'@').count()
}

/// Asks for a file and reads its first bytes alone, through a window of a few kilobytes.
fn begin(client: &Client, path: &str) -> Download {
    let address: SocketAddr = client.base.trim_start_matches("http://").parse().unwrap();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    socket.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let cookie = client.cookie.borrow().clone().unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: a.example\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut start = [0; 2_000];
    stream.read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"HTTP/1.1 200 "));
    Download(stream, people(&start))
}

/// How many people came when the connection ends, and whether the file came to its end.
fn rest(Download(mut stream, mut came): Download) -> (usize, bool) {
    let mut last = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (came, last.ends_with(END)),
            Ok(count) => {
                came += people(&buffer[..count]);
                last.extend_from_slice(&buffer[..count]);
                last.drain(..last.len().saturating_sub(16));
                if last.ends_with(END) {
                    return (came, true);
                }
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (came, false),
            Err(error) => panic!("{error}"),
        }
    }
}

/// In the one company of the site.
fn many_people(site: &Site) -> Company {
    site.sql("update accounts set seats = 99999");
    let id = site.value("select id from accounts").parse().unwrap();
    site.sql(&format!(
        "insert into users (account_id, id, username, first_name, last_name, title, department, search_text, name_key, created_at)
         select '{id}', gen_random_uuid(), 'p' || n || '@acme.example', repeat('f', 100), repeat('l', 100), repeat('t', 100),
             repeat('d', 100), '', n::text, now()
         from generate_series(1, {PEOPLE}) as n",
    ));
    Company { id }
}

#[test]
fn a_download_under_way_waits_for_a_database_that_is_away_and_comes_whole() {
    let url = fresh_database_url();
    let proxy = Proxy::before(&url);
    let through = Db::new(&proxy.url(&url), Purpose::Serving, 4);
    let site = Site::on(&url, through, |_| {});
    site.company("Acme", "acme.example", 50);
    many_people(&site);
    let boss = site.signed_in("boss@acme.example");
    let download = begin(&boss, "/users.csv");
    proxy.set(Weather::Refused);
    let reader = spawn(move || rest(download));
    sleep(Duration::from_secs(4));
    assert!(!reader.is_finished(), "it did not meet the database away");
    assert_eq!(boss.get("/users").status, 503);
    proxy.set(Weather::Clear);
    // With the administrator.
    assert_eq!(reader.join().unwrap(), (PEOPLE + 1, true));
}

#[test]
fn a_download_under_way_ends_when_whoever_asked_for_it_is_deactivated_or_demoted_and_the_log_says_why()
 {
    let mut recorded = Recorded::start_with("text", "info", |_, _| Reply::Accept);
    let (site, boss) = (&recorded.site, &recorded.client);
    let acme = many_people(site);
    assert_eq!(recorded.sign_in(PASSWORD), 303);
    assert_eq!(rest(begin(boss, "/users.csv")), (PEOPLE + 1, true));
    for (name, act) in [("out", "deactivated"), ("demoted", "demoted")] {
        let username = format!("{name}@acme.example");
        let id = site.person(acme, &username, true);
        let theirs = Client::new(&boss.base);
        let fields = [("username", username.as_str()), ("password", PASSWORD)];
        assert_eq!(theirs.post("/sign-in", &fields).status, 303);
        let download = begin(&theirs, "/users.csv");
        let answer = if act == "demoted" {
            boss.post(
                &format!("/users/{id}/administrator"),
                &[("administrator", "no")],
            )
        } else {
            let page = boss.get(&format!("/users/{id}"));
            let fields =
                ["username", "first_name", "last_name"].map(|name| (name, page.field(name)));
            let mut fields: Vec<(&str, &str)> =
                fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            fields.push(("active_account_on_form", "yes"));
            boss.post(&format!("/users/{id}"), &fields)
        };
        assert_eq!(answer.status, 303, "{}", answer.text());
        let (came, is_whole) = rest(download);
        assert!(
            !is_whole && came < PEOPLE,
            "{act}: {came}, whole: {is_whole}"
        );
    }
    let log = recorded.ended();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("a download broke off"))
        .collect();
    assert_eq!(told.len(), 2, "{log}");
    for line in told {
        assert!(
            line.contains("request=") && line.contains("cause=forbidden"),
            "{line}"
        );
    }
}
