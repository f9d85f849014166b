//! Clients of https that begin no handshake.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use user_accounts::ids;

use crate::program::Program;
use crate::sockets::as_many_as_allowed;
use crate::support::postgres::fresh_database_url;

/// Many times what actix lets shake hands at once unless it is told otherwise, 256 for each core, three seconds each.
const STALLED: usize = 3_000;

/// The first words of a browser.
fn hello() -> Vec<u8> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let mut words = Vec::new();
    ClientConnection::new(Arc::new(config), name)
        .unwrap()
        .write_tls(&mut words)
        .unwrap();
    words
}

/// Whether the server answers them by then.
fn greets(port: u16, patience: Duration) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.write_all(&hello()).unwrap();
    const HANDSHAKE: u8 = 22;
    let mut kind = [0];
    stream.read_exact(&mut kind).is_ok() && kind[0] == HANDSHAKE
}

#[test]
fn thousands_who_begin_no_handshake_let_nobody_wait_for_theirs() {
    as_many_as_allowed();
    let folder = std::env::temp_dir().join(format!("ua-handshakes-{}", ids::new().simple()));
    std::fs::create_dir(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(' '))
        .args(["-subj", "/CN=localhost", "-keyout", &file("key.pem")])
        .args(["-out", &file("cert.pem")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let port = Program::free_port();
    let _program = Program::serve_with(&fresh_database_url(), 1, port, |command| {
        command
            .env("TLS_CERT", file("cert.pem"))
            .env("TLS_KEY", file("key.pem"))
            .env("PUBLIC_URL", format!("https://localhost:{port}"));
    });
    let start = Instant::now();
    while !greets(port, Duration::from_secs(1)) {
        assert!(start.elapsed() < Duration::from_secs(30), "it starts");
        sleep(Duration::from_millis(20));
    }
    let began = Instant::now();
    let _stalled: Vec<TcpStream> = (0..STALLED)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    let greeted = greets(port, Duration::from_secs(10));
    let waited = began.elapsed();
    assert!(greeted && waited < Duration::from_secs(5), "{waited:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
