//! The commands as a person at a terminal meets them: what is said, and the exit status.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::net::TcpListener;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use nix::sys::signal::Signal;
use secrecy::ExposeSecret as _;
use user_accounts::private_postgres::{PrivatePostgres, Role};

mod account;
mod check;
mod check_servers;
mod folder;
mod help;
mod older_schema;
#[path = "../support/postgres.rs"]
#[allow(dead_code, reason = "other test programs use the rest")]
mod postgres;
#[path = "../support/self_signed.rs"]
#[allow(dead_code, reason = "other test programs use the rest")]
mod self_signed;
mod serving;
#[path = "../support/smtp_sink.rs"]
#[allow(dead_code, reason = "other test programs use the rest")]
mod smtp_sink;
mod support;

use folder::{Folder, search_path, sentence, signal, until};

#[test]
fn a_wrong_setting_is_one_sentence_that_names_it_and_the_status_is_1() {
    let folder = Folder::new("settings");
    for (variable, value) in [
        ("LISTEN", "8080"),
        ("PUBLIC_URL", "accounts.company.example"),
        ("TRUSTED_PROXIES", "everybody"),
        ("TLS_CERT", "certificate.pem"),
        ("TLS_KEY", "key.pem"),
        ("SMTP_URL", "mail.company.example"),
        ("MAIL_FROM", "nobody"),
        ("TRAINING_EMAIL", "nobody"),
        ("SUPPORT_EMAIL", "nobody"),
        ("SECRET_KEY", "c2VjcmV0d29yZA=="),
        ("METRICS_LISTEN", "9090"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "a=b=c"),
        ("DATABASE_URL", "mysql://user:secretword@host/accounts"),
        ("DATABASE_URL", "postgres://user:secret@word@host/accounts"),
        ("MIGRATION_DATABASE_URL", "postgres://host/accounts"),
    ] {
        let output = folder
            .program(&["check"])
            .env(variable, value)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{variable}");
        let sentence = sentence(&output);
        let named = match variable {
            // The one that is missing beside it.
            "TLS_CERT" => "TLS_KEY",
            "TLS_KEY" => "TLS_CERT",
            "MIGRATION_DATABASE_URL" => "DATABASE_URL",
            other => other,
        };
        assert!(
            sentence.starts_with(&format!("{named} must be"))
                || sentence.starts_with(&format!("{named} must name")),
            "{sentence}"
        );
        assert!(
            !sentence.contains("secret") && !sentence.contains("c2Vj"),
            "{sentence}"
        );
    }
    assert!(!folder.0.join("data").exists(), "nothing was begun");
}

#[test]
fn several_wrong_settings_are_told_at_once_a_sentence_each() {
    let folder = Folder::new("several");
    let file = folder.0.join("file");
    std::fs::write(&file, "").unwrap();
    let program = |command: &str| {
        let mut program = folder.program(&[command]);
        program
            .env("LISTEN", "localhost:8080")
            .env("MAIL_FROM", "nobody")
            .env("DATA_DIR", &file);
        program
    };
    let told = program("check").output().unwrap();
    assert_eq!(told.status.code(), Some(1));
    let said = String::from_utf8(told.stderr).unwrap();
    let starts: Vec<&str> = said
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(starts, ["LISTEN", "DATA_DIR", "MAIL_FROM"], "{said}");
    assert!(
        said.contains("localhost is a name") && said.contains("file is a file."),
        "{said}"
    );
    for command in ["serve", "worker"] {
        let told = program(command).env("LOG_FORMAT", "json").output().unwrap();
        assert_eq!(told.status.code(), Some(1));
        let said = String::from_utf8(told.stderr).unwrap();
        let variables: Vec<String> = said
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|line| {
                line["message"]
                    .as_str()
                    .unwrap()
                    .split(' ')
                    .next()
                    .unwrap()
                    .to_string()
            })
            .collect();
        assert_eq!(variables, ["LISTEN", "DATA_DIR", "MAIL_FROM"], "{said}");
    }
}

#[test]
fn wrong_usage_is_status_2_and_no_secret_is_an_argument() {
    let folder = Folder::new("usage");
    for arguments in [
        &["frobnicate"][..],
        &["account", "create"],
        &["--database-url", "postgres://host/accounts"],
        &["--secret-key", "x"],
        &["--smtp-url", "smtp://host"],
    ] {
        let output = folder.program(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let help = folder
        .program(&["--help"])
        .env("PUBLIC_URL", "https://shown.company.example")
        .output()
        .unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.status.success() && text.contains("--public-url"),
        "{text}"
    );
    assert!(
        !text.contains("shown.company.example"),
        "help shows what may be set, not what is"
    );
}

#[test]
fn without_a_mail_server_nothing_serves_other_machines() {
    let folder = Folder::new("mail");
    for command in ["serve", "worker"] {
        let output = folder
            .program(&[command])
            .env("PUBLIC_URL", "https://accounts.company.example")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(sentence(&output).starts_with("SMTP_URL must name a mail server"));
    }
}

#[test]
fn a_database_that_is_not_there_is_one_sentence_without_its_password() {
    let folder = Folder::new("database");
    for command in [&["serve"][..], &["migrate"], &["account", "list"]] {
        let output = folder
            .program(command)
            .env(
                "DATABASE_URL",
                "postgres://user:secretword@127.0.0.1:1/accounts",
            )
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let sentence = sentence(&output);
        assert!(
            sentence.contains("127.0.0.1") && !sentence.contains("secretword"),
            "{sentence}"
        );
    }
}

#[test]
fn a_taken_port_and_a_second_server_are_told_apart() {
    let folder = Folder::new("serve");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let output = folder
        .program(&["serve"])
        .env("LISTEN", &port)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(sentence(&output).starts_with(&format!("LISTEN is {port}")));
    assert!(
        !folder.pid_file().exists(),
        "the database was stopped again"
    );
    drop(taken);

    let mut first = folder
        .program(&["serve"])
        .env("LISTEN", &port)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(
        || std::net::TcpStream::connect(&port).is_ok(),
        "the start of the first server",
    );
    let second = folder
        .program(&["serve"])
        .env("LISTEN", &port)
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(sentence(&second).starts_with("Another User Accounts server"));
    signal(&first, Signal::SIGTERM);
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert!(
        !folder.pid_file().exists(),
        "the database ended with the server"
    );
}

#[test]
fn a_server_told_to_stop_while_it_starts_leaves_no_database_running() {
    // From the moment that the database is being made to the moment that pages are served.
    for wait in [0, 300, 1_500] {
        let folder = Folder::new(&format!("early-{wait}"));
        let mut server = folder
            .program(&["serve"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(|| folder.0.join("data/users.lock").exists(), "the start");
        sleep(Duration::from_millis(wait));
        signal(&server, Signal::SIGTERM);
        let status = server.wait().unwrap();
        assert!(
            matches!(status.code(), Some(0 | 130)),
            "after {wait} ms: {status}"
        );
        assert!(!folder.pid_file().exists(), "stopped after {wait} ms");
    }
}

#[test]
fn an_interrupted_command_leaves_no_database_running() {
    let folder = Folder::new("interrupt");
    assert!(
        folder
            .program(&["migrate"])
            .output()
            .unwrap()
            .status
            .success()
    );
    let postgres =
        PrivatePostgres::open(&folder.0.join("data"), Role::Join, search_path()).unwrap();
    let connect = || PgConnection::establish(postgres.url().expose_secret()).unwrap();
    // Keeps the command waiting for as long as the test needs.
    let mut owner = connect();
    owner.batch_execute("begin; lock table accounts").unwrap();
    let mut observer = connect();
    let mut command = folder
        .program(&["account", "list"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until(
        || {
            let waits = "do $$ begin perform 1 from pg_stat_activity where wait_event_type = 'Lock'; \
                         if not found then raise 'nobody waits'; end if; end $$";
            observer.batch_execute(waits).is_ok()
        },
        "the command's wait",
    );
    postgres.stop().unwrap();
    assert!(
        folder.pid_file().exists(),
        "the command still uses the database"
    );
    signal(&command, Signal::SIGINT);
    assert_eq!(command.wait().unwrap().code(), Some(130));
    assert!(
        !folder.pid_file().exists(),
        "the last user stopped the database"
    );
}
