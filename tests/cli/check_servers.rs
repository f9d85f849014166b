//! `check` at the servers that the program needs: PostgreSQL and the mail server.

use std::net::TcpListener;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::runtime::Runtime;

use crate::check::{check, one_wrong};
use crate::folder::Folder;
use crate::postgres::{Server, as_owner, as_superuser, fresh_database_url};
use crate::self_signed::SelfSigned;
use crate::smtp_sink::{Reply, Sink};

fn run(url: &SecretString, statements: &str) {
    PgConnection::establish(url.expose_secret())
        .unwrap()
        .batch_execute(statements)
        .unwrap();
}

#[test]
fn a_database_that_cannot_be_reached() {
    let folder = Folder::new("check-database");
    let good = fresh_database_url();
    let other = |from: &str, to: &str| SecretString::from(good.expose_secret().replace(from, to));
    let database = good.expose_secret().split('?').next().unwrap();
    let name = database.rsplit('/').next().unwrap();
    for (url, words) in [
        (
            SecretString::from("postgres://us:secretword@127.0.0.1:1/accounts"),
            [
                "127.0.0.1",
                "Start PostgreSQL there, or correct host and port",
            ],
        ),
        (
            SecretString::from("postgres://us:secretword@no-such-host.invalid/accounts"),
            ["no-such-host.invalid", "Correct the host"],
        ),
        (
            other(&format!("/{name}?"), "/no_such_database?"),
            ["no_such_database", "Create the database"],
        ),
        (
            other("user_accounts_program@", "no_such_role@"),
            ["no_such_role", "Create the role"],
        ),
    ] {
        let found = check(&folder, &url, &[]);
        assert!(!found.0.contains("secretword"), "{found:?}");
        one_wrong(found, &words);
    }
}

#[test]
fn a_wrong_password_for_the_database() {
    let folder = Folder::new("check-password");
    let server = Server::start("password");
    let url = server.fresh_database_url();
    run(
        &as_superuser(&url),
        "alter role user_accounts_program password 'right';
         do $$ begin execute format('copy (select %L) to %L',
             'local all user_accounts_program scram-sha-256', current_setting('hba_file')); end $$;
         select pg_reload_conf();",
    );
    let with = |password: &str| {
        let to = format!("user_accounts_program:{password}@");
        SecretString::from(url.expose_secret().replace("user_accounts_program@", &to))
    };
    one_wrong(
        check(&folder, &with("secretword"), &[]),
        &[
            "password authentication failed",
            "Correct the user and the password",
        ],
    );
    one_wrong(
        check(&folder, &url, &[]),
        &["no password supplied", "Correct the user and the password"],
    );
}

#[test]
fn a_schema_that_is_behind() {
    let folder = Folder::new("check-migrations");
    let url = fresh_database_url();
    run(
        &as_owner(&url),
        "delete from __diesel_schema_migrations where version = (select max(version) from __diesel_schema_migrations)",
    );
    one_wrong(
        check(&folder, &url, &[]),
        &["Migrations:", "1 pending", "Run \"user-accounts migrate\""],
    );
}

#[test]
fn a_role_that_may_too_much_or_too_little() {
    let folder = Folder::new("check-role");
    let url = fresh_database_url();
    one_wrong(
        check(&folder, &as_superuser(&url), &[]),
        &["postgres, a superuser", "a role of its own"],
    );
    let owner = as_owner(&url);
    let program = url.expose_secret();
    one_wrong(
        check(&folder, &owner, &[("MIGRATION_DATABASE_URL", program)]),
        &[
            "user_accounts_owner",
            "owns the tables",
            "the owner in MIGRATION_DATABASE_URL alone",
        ],
    );
    run(&owner, "grant update on events to user_accounts_program");
    one_wrong(
        check(&folder, &url, &[]),
        &[
            "may rewrite history (update on events)",
            "it takes that back",
        ],
    );
    run(
        &owner,
        "revoke update on events from user_accounts_program; revoke select on mails from user_accounts_program",
    );
    one_wrong(
        check(&folder, &url, &[]),
        &["lacks rights (select on mails)", "it gives them"],
    );
}

#[test]
fn extensions_that_are_missing_and_clocks_that_differ() {
    let folder = Folder::new("check-server");
    let url = fresh_database_url();
    // What the server would answer is put before its own answer.
    run(
        &as_superuser(&url),
        "create schema other; grant usage on schema other to public;
         create function other.clock_timestamp() returns timestamptz language sql
             as $$ select now() + interval '1 hour' $$;",
    );
    let seen = SecretString::from(format!(
        "{}&options=-c%20search_path%3Dother,pg_catalog,public",
        url.expose_secret()
    ));
    one_wrong(
        check(&folder, &seen, &[]),
        &["Clocks:", "seconds ahead of this machine's", "NTP"],
    );
    run(
        &as_superuser(&url),
        "drop function other.clock_timestamp();
         create view other.pg_available_extensions as
             select 'pg_trgm'::name as name; grant select on other.pg_available_extensions to public",
    );
    one_wrong(
        check(&folder, &seen, &[]),
        &["does not have btree_gin.", "postgresql-contrib"],
    );
}

#[test]
fn a_mail_server_that_is_away_or_wants_something_else() {
    let folder = Folder::new("check-mail");
    let database = fresh_database_url();
    let runtime = Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let self_signed = runtime.block_on(SelfSigned::start());
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let port = sink.port;
    for (url, words) in [
        (
            format!("smtp://127.0.0.1:{closed}"),
            ["refuses connections", "Correct host and port in SMTP_URL"],
        ),
        (
            format!("smtp://127.0.0.1:{port}?tls=required"),
            ["offers no STARTTLS", "?tls=none"],
        ),
        (
            format!("smtp://us:secretword@127.0.0.1:{port}"),
            ["535", "correct both in SMTP_URL"],
        ),
        (
            format!("smtps://localhost:{}", self_signed.port),
            [
                "certificate of the mail server is not trusted",
                "SSL_CERT_FILE",
            ],
        ),
    ] {
        let found = check(&folder, &database, &[("SMTP_URL", &url)]);
        assert!(!found.0.contains("secretword"), "{found:?}");
        one_wrong(found, &words);
    }
    let url = format!("smtp://127.0.0.1:{port}");
    sink.greet_with(Some("554 5.7.1 not you"));
    one_wrong(
        check(&folder, &database, &[("SMTP_URL", &url)]),
        &[
            "554 5.7.1 not you",
            "refuses to take mail from this machine",
        ],
    );
    sink.greet_with(None);
    let (said, status) = check(&folder, &database, &[("SMTP_URL", &url)]);
    assert!(
        status == 0 && said.contains("127.0.0.1 takes mail from"),
        "{said}"
    );
    assert!(
        said.contains("note   Configuration: PUBLIC_URL is not set, so links in mails lead to http://127.0.0.1:0"),
        "{said}"
    );
}
