//! One version of the schema after another, and back.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use secrecy::ExposeSecret as _;
use user_accounts::clock;
use user_accounts::db::{self, Db, Purpose};
use user_accounts::demo;
use user_accounts::passwords::Hasher;

use crate::support::WRONG_TALLIES;
use crate::support::postgres::{as_owner, fresh_database_url};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(connection: &mut PgConnection, query: &str) -> Vec<String> {
    let found: Vec<Line> = diesel::sql_query(query).load(connection).unwrap();
    found.into_iter().map(|line| line.line).collect()
}

fn tables(connection: &mut PgConnection) -> BTreeSet<String> {
    let query = "select table_name::text as line from information_schema.tables
                 where table_schema = 'public' and table_name not like '\\_\\_%'";
    lines(connection, query).into_iter().collect()
}

/// The rows of each table, as text.
fn rows(connection: &mut PgConnection) -> BTreeMap<String, BTreeSet<String>> {
    let mut rows = BTreeMap::new();
    for table in tables(connection) {
        let query = format!("select t::text as line from {table} as t");
        let of_table = lines(connection, &query).into_iter().collect();
        rows.insert(table, of_table);
    }
    rows
}

fn after_all_is_empty(connection: &mut PgConnection) -> bool {
    rows(connection).values().all(BTreeSet::is_empty)
}

#[test]
fn each_migration_goes_down_and_up_with_data_in_it_and_what_is_older_is_kept() {
    let url = fresh_database_url();
    let hasher = Hasher::start(1).unwrap();
    let db = Db::new(&url, Purpose::Maintenance, 1);
    demo::create_demo_account(&db, &hasher, clock::now()).unwrap();
    let owner = as_owner(&url);
    let mut connection = PgConnection::establish(owner.expose_secret()).unwrap();
    let before = rows(&mut connection);
    assert!(before["users"].len() > 100 && before["events"].len() > 100);
    let mut kept_rows = before.clone();
    let all = connection.applied_migrations().unwrap().len();
    for depth in 1..=all {
        for _ in 0..depth {
            connection.revert_last_migration(MIGRATIONS).unwrap();
        }
        let older = tables(&mut connection);
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        let after = rows(&mut connection);
        // The mails of a feature go with it, and what a user's row derives from it; everything else
        // that is older stays as it was. The newest migration only derives: nothing changes by it.
        for table in &older {
            let (now, then) = (&after[table], &kept_rows[table]);
            match table.as_str() {
                "mails" if depth > 1 => {}
                "users" if depth > 1 => assert_eq!(now.len(), then.len(), "{depth} down and up"),
                _ => assert_eq!(now, then, "{table}, {depth} down and up"),
            }
        }
        let wrong = lines(
            &mut connection,
            &format!("select name as line from {WRONG_TALLIES}"),
        );
        assert!(wrong.is_empty(), "{wrong:?}, {depth} down and up");
        kept_rows = after;
    }
    assert!(after_all_is_empty(&mut connection));
    db::grant(&owner, &url).unwrap();
    demo::create_demo_account(&db, &hasher, clock::now()).unwrap();
    assert_eq!(rows(&mut connection)["users"].len(), before["users"].len());
}

#[test]
fn a_program_that_is_older_than_the_schema_says_so_and_changes_nothing() {
    let url = fresh_database_url();
    let owner = as_owner(&url);
    let mut connection = PgConnection::establish(owner.expose_secret()).unwrap();
    connection
        .batch_execute("insert into __diesel_schema_migrations (version) values ('29991231000001')")
        .unwrap();
    for role in [&owner, &url] {
        let said = db::migrate(role).unwrap_err();
        assert!(
            said.contains("newer version") && said.contains("29991231000001"),
            "{said}"
        );
        assert_eq!(db::pending_migrations(role).unwrap_err(), said);
    }
}
