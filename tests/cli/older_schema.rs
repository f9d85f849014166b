//! A database that is older or newer than the program: `migrate` and `serve` bring one up to date, everything
//! else says so and leaves it alone.

use std::process::Output;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use secrecy::{ExposeSecret as _, SecretString};

use crate::folder::{CREATE_ACCOUNT, Folder, sentence};
use crate::postgres::{as_owner, empty_database_url, fresh_database_url};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(database: &SecretString, query: &str) -> Vec<String> {
    let mut connection = PgConnection::establish(as_owner(database).expose_secret()).unwrap();
    let found: Vec<Line> = diesel::sql_query(query).load(&mut connection).unwrap();
    found.into_iter().map(|line| line.line).collect()
}

fn tables(database: &SecretString) -> Vec<String> {
    let query =
        "select tablename::text as line from pg_tables where schemaname = 'public' order by 1";
    lines(database, query)
}

fn run(folder: &Folder, database: &SecretString, arguments: &[&str]) -> Output {
    folder
        .program(arguments)
        .env("DATABASE_URL", database.expose_secret())
        .env("MIGRATION_DATABASE_URL", as_owner(database).expose_secret())
        .output()
        .unwrap()
}

const LIST: &[&str] = &["account", "list"];
const ERASE: &[&str] = &["support", "erase", "ann@acme.example", "--yes"];

#[test]
fn a_database_that_is_behind_is_brought_up_to_date_by_migrate_and_by_no_other_command() {
    let folder = Folder::new("behind");
    let database = fresh_database_url();
    let newest = include_str!("../../migrations/2026-11-24-000011_derive_attention/down.sql");
    PgConnection::establish(as_owner(&database).expose_secret())
        .unwrap()
        .batch_execute(&format!(
            "{newest}; delete from __diesel_schema_migrations where version = '20261124000011'"
        ))
        .unwrap();
    let before = tables(&database);
    for command in [LIST, ERASE, CREATE_ACCOUNT, &["demo"], &["worker"]] {
        let output = run(&folder, &database, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let said = sentence(&output);
        assert!(
            said.contains("1 of its migrations") && said.contains("\"user-accounts migrate\""),
            "{command:?}: {said}"
        );
    }
    let checked = run(&folder, &database, &["check"]);
    let said = String::from_utf8([checked.stdout, checked.stderr].concat()).unwrap();
    assert!(
        said.contains("1 pending") && checked.status.code() == Some(1),
        "{said}"
    );
    assert_eq!(tables(&database), before);
    assert!(run(&folder, &database, &["migrate"]).status.success());
    assert_ne!(tables(&database), before);
    assert!(run(&folder, &database, LIST).status.success());
}

#[test]
fn a_database_that_a_newer_program_made_is_left_alone_by_every_command() {
    let folder = Folder::new("ahead");
    let database = fresh_database_url();
    PgConnection::establish(as_owner(&database).expose_secret())
        .unwrap()
        .batch_execute("insert into __diesel_schema_migrations (version) values ('29991231000001')")
        .unwrap();
    for command in [LIST, ERASE, CREATE_ACCOUNT, &["worker"], &["migrate"]] {
        let output = run(&folder, &database, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let said = sentence(&output);
        assert!(
            said.contains("newer version") && said.contains("29991231000001"),
            "{command:?}: {said}"
        );
    }
}

#[test]
fn a_database_with_nothing_in_it_is_filled_by_what_begins_something_and_by_nothing_else() {
    let folder = Folder::new("empty");
    let database = empty_database_url("begun");
    for command in [LIST, ERASE, &["worker"]] {
        let output = run(&folder, &database, command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(
            sentence(&output).contains("\"user-accounts migrate\""),
            "{command:?}"
        );
    }
    assert_eq!(tables(&database), Vec::<String>::new());
    let made = run(&folder, &database, CREATE_ACCOUNT);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(
        lines(&database, "select name as line from accounts"),
        ["Initech"]
    );
}
