//! PostgreSQL by way of the network: its certificate is checked, and nothing goes in clear text instead.

use std::process::Command;

use secrecy::ExposeSecret as _;
use user_accounts::db;

use crate::program::Program;
use crate::proxy::Proxy;
use crate::support::postgres::{Server, fresh_database_url};

#[test]
fn a_wrong_certificate_of_postgresql_is_refused_and_nothing_falls_back_to_clear_text() {
    let server = Server::start_with_tls("tls", Program::free_port());
    let (right, wrong) = (server.file("server.crt"), server.file("other.crt"));
    let verified = |host: &str, root: &str| {
        server.url_over_network(host, &format!("sslmode=verify-full&sslrootcert={root}"))
    };
    assert!(db::server_version(&verified("localhost", &right)).is_ok());
    // Nobody vouches for it; it is somebody else's; it is of a server of another name.
    for (url, words) in [
        (verified("localhost", &wrong), "certificate verify failed"),
        (verified("127.0.0.1", &right), "does not match host name"),
        (
            verified("localhost", "/nonexistent.crt"),
            "root certificate file",
        ),
    ] {
        let sentence = db::server_version(&url).unwrap_err();
        assert!(sentence.contains(words), "{sentence}");
        let output = Command::new(env!("CARGO_BIN_EXE_user-accounts"))
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", url.expose_secret())
            .env("LISTEN", "127.0.0.1:0")
            .env("DATA_DIR", std::env::temp_dir().join("ua-tls-none"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(words), "{said}");
    }
    let _ = std::fs::remove_dir_all(std::env::temp_dir().join("ua-tls-none"));

    // A server, or somebody in between, that says it has no TLS.
    let url = fresh_database_url();
    let clear = Proxy::before(&url).url(&url);
    assert!(db::server_version(&clear).is_ok());
    for mode in ["require", "verify-ca", "verify-full"] {
        let options = format!(
            "{}?sslmode={mode}&sslrootcert={right}",
            clear.expose_secret()
        );
        let sentence = db::server_version(&options.into()).unwrap_err();
        assert!(
            sentence.contains("server does not support SSL"),
            "{mode}: {sentence}"
        );
    }
}
