//! `check`: each of the mistakes that are easily made is a sentence that says what to do, and status 1.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::runtime::Runtime;

use crate::folder::Folder;
use crate::postgres::{as_owner, empty_database_url, fresh_database_url};
use crate::smtp_sink::{Reply, Sink};

/// What `check` says with these settings beside a good database, and its exit status.
pub fn check(folder: &Folder, database: &SecretString, settings: &[(&str, &str)]) -> (String, i32) {
    let output = folder
        .program(&["check"])
        .env("DATABASE_URL", database.expose_secret())
        .env("MIGRATION_DATABASE_URL", as_owner(database).expose_secret())
        .envs(settings.iter().copied())
        .output()
        .unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (said, output.status.code().unwrap())
}

/// Fails unless exactly one thing is wrong, in one line with all of `words`.
pub fn one_wrong((said, status): (String, i32), words: &[&str]) {
    let wrong: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("WRONG"))
        .collect();
    assert!(wrong.len() == 1 && status == 1, "{words:?}: {said}");
    assert!(said.ends_with("One thing is wrong.\n"), "{said}");
    assert!(wrong[0].ends_with('.'), "{said}");
    for word in words {
        assert!(wrong[0].contains(word), "{word}: {said}");
    }
}

#[test]
fn nothing_is_wrong_with_two_roles_and_a_page_for_this_machine() {
    let folder = Folder::new("check-good");
    let (said, status) = check(&folder, &fresh_database_url(), &[]);
    assert_eq!(status, 0, "{said}");
    assert!(said.lines().all(|line| line.starts_with("ok ")), "{said}");
    assert!(
        said.contains("may do what the program does, and no more."),
        "{said}"
    );
}

#[test]
fn an_address_for_browsers_that_does_not_fit() {
    let folder = Folder::new("check-address");
    let database = fresh_database_url();
    let runtime = Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let smtp = format!("smtp://127.0.0.1:{}", sink.port);
    let own = [
        ("SMTP_URL", smtp.as_str()),
        ("MAIL_FROM", "accounts@company.test"),
        ("TRAINING_EMAIL", "training@company.test"),
        ("SUPPORT_EMAIL", "support@company.test"),
        ("SUPPORT_PHONE", "+49 30 1234567"),
    ];
    let with = |more: &[(&'static str, &'static str)]| {
        let settings: Vec<(&str, &str)> = own.iter().chain(more).copied().collect();
        check(&folder, &database, &settings)
    };
    let https = ("PUBLIC_URL", "https://accounts.company.test");
    one_wrong(
        with(&[("PUBLIC_URL", "http://accounts.company.test")]),
        &["clear text", "set PUBLIC_URL to the https address"],
    );
    one_wrong(
        with(&[https]),
        &["TRUSTED_PROXIES does not name it", "like 127.0.0.1"],
    );
    let proxy = ("TRUSTED_PROXIES", "127.0.0.1");
    let (said, status) = with(&[https, proxy]);
    assert_eq!(status, 0, "{said}");
    one_wrong(
        with(&[https, proxy, ("MAIL_FROM", "accounts@vendor.example")]),
        &["MAIL_FROM is still", "Set it to your own address"],
    );
}

/// A certificate for `localhost`, from and to these days (`20200101`), and its key.
fn certificate(folder: &Folder, name: &str, from: &str, to: &str) -> (String, String) {
    let dir = folder.0.join(name);
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("index"), "").unwrap();
    fs::write(
        dir.join("config"),
        "[ca]\ndefault_ca=here\n[here]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nx509_extensions=names\n\
         [any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:localhost\n[req]\ndistinguished_name=any_name\n[any_name]\n",
    )
    .unwrap();
    let openssl = |arguments: &str| {
        let made = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(&dir)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    openssl(
        "req -config config -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout key.pem -out request.pem",
    );
    openssl(&format!(
        "ca -config config -batch -selfsign -notext -keyfile key.pem -in request.pem -out cert.pem -startdate {from}000000Z -enddate {to}000000Z"
    ));
    let path = |file: &str| dir.join(file).display().to_string();
    (path("cert.pem"), path("key.pem"))
}

#[test]
fn a_certificate_that_has_expired_or_is_anothers() {
    let folder = Folder::new("check-certificate");
    let database = fresh_database_url();
    let good = certificate(&folder, "good", "20200101", "20991231");
    let expired = certificate(&folder, "expired", "20200101", "20200201");
    let early = certificate(&folder, "early", "20900101", "20991231");
    let with = |certificate: &str, key: &str, public_url: &str| {
        let settings = [
            ("TLS_CERT", certificate),
            ("TLS_KEY", key),
            ("PUBLIC_URL", public_url),
        ];
        check(&folder, &database, &settings)
    };
    let localhost = "https://localhost:8443";
    let (said, status) = with(&good.0, &good.1, localhost);
    assert!(
        status == 0 && said.contains("is valid for localhost"),
        "{said}"
    );
    one_wrong(
        with(&expired.0, &expired.1, localhost),
        &["has expired", "Renew it"],
    );
    one_wrong(with(&early.0, &early.1, localhost), &["not valid yet"]);
    one_wrong(
        with(&good.0, &expired.1, localhost),
        &[
            "do not belong together",
            "the key that the certificate was made with",
        ],
    );
    one_wrong(
        with(&good.0, &good.1, "https://127.0.0.1:8443"),
        &["not made out to 127.0.0.1", "correct PUBLIC_URL"],
    );
    one_wrong(
        with(&good.0, &good.1, "http://localhost:8443"),
        &["TLS_CERT makes the program serve https", "Set PUBLIC_URL"],
    );
}

#[test]
fn a_folder_that_cannot_be_written_or_that_others_may() {
    let folder = Folder::new("check-folder");
    let database = fresh_database_url();
    let key = ("SECRET_KEY", "A".repeat(86) + "==");
    let file = folder.0.join("file");
    fs::write(&file, "").unwrap();
    let below = file.join("data").display().to_string();
    one_wrong(
        check(&folder, &database, &[(key.0, &key.1), ("DATA_DIR", &below)]),
        &["cannot write", "Give the folder to this user"],
    );
    let open = folder.0.join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    one_wrong(
        check(
            &folder,
            &database,
            &[(key.0, &key.1), ("DATA_DIR", &open.display().to_string())],
        ),
        &["other users of this machine may write", "chmod go-w"],
    );
}

#[test]
fn a_key_that_others_may_read_or_that_is_damaged() {
    let folder = Folder::new("check-key");
    let database = fresh_database_url();
    assert_eq!(check(&folder, &database, &[]).1, 0);
    let key = folder.0.join("data/secret_key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    one_wrong(
        check(&folder, &database, &[]),
        &["can be read by other users", "chmod 600"],
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "short").unwrap();
    one_wrong(
        check(&folder, &database, &[]),
        &["holds a damaged key", "signs everybody out"],
    );
}

#[test]
fn a_port_that_another_program_has() {
    let folder = Folder::new("check-port");
    let database = fresh_database_url();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    for variable in ["LISTEN", "METRICS_LISTEN"] {
        one_wrong(
            check(&folder, &database, &[(variable, &port)]),
            &[
                variable,
                &port,
                "another program listens there already",
                "another port",
            ],
        );
    }
    // Not LISTEN: an open one without SMTP_URL would be a second thing that is wrong.
    one_wrong(
        check(&folder, &database, &[("METRICS_LISTEN", "192.0.2.1:8080")]),
        &["no address of this machine", "0.0.0.0"],
    );
}

#[test]
fn a_database_that_the_check_itself_makes_is_told() {
    let folder = Folder::new("check-new");
    let said = || {
        let output = folder.program(&["check"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let first = said();
    assert!(
        first.contains(
            "Migrations: none ran yet, the database is empty. \"serve\" makes the tables and a demo account when it starts.\n"
        ),
        "{first}"
    );
    assert!(
        first.contains("there was no database yet, and an empty one was made in /"),
        "{first}"
    );
    let second = said();
    assert!(
        second.contains("answers.\n") && !second.contains("was made"),
        "{second}"
    );
}

#[test]
fn an_empty_database_is_no_mistake_where_the_role_for_migrations_may_fill_it() {
    let folder = Folder::new("check-empty");
    let database = empty_database_url("check_empty");
    let (said, status) = check(&folder, &database, &[]);
    assert_eq!(status, 0, "{said}");
    assert!(
        said.contains("\"serve\" makes the tables when it starts, as user_accounts_owner;")
            && said.contains("user_accounts_program gets its rights when the tables are made."),
        "{said}"
    );
    let alone = ("MIGRATION_DATABASE_URL", database.expose_secret());
    one_wrong(
        check(&folder, &database, &[alone]),
        &[
            "user_accounts_program may not make tables in it",
            "Set MIGRATION_DATABASE_URL to the role that owns the database",
        ],
    );
    // Tables of somebody else, or of an older program, are no empty database.
    let owner = as_owner(&database);
    PgConnection::establish(owner.expose_secret())
        .unwrap()
        .batch_execute("create table of_another_program (id integer); grant all on of_another_program to user_accounts_program")
        .unwrap();
    one_wrong(
        check(&folder, &database, &[]),
        &["pending", "Run \"user-accounts migrate\""],
    );
}
