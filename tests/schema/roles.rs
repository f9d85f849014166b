//! What the program's role may do, and no more.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use user_accounts::db::{self, Connection, Db, Purpose};

use crate::support::postgres::{as_owner, fresh_database_url};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(connection: &mut Connection, query: &str) -> Vec<String> {
    let found: Vec<Line> = diesel::sql_query(query).load(connection).unwrap();
    found.into_iter().map(|line| line.line).collect()
}

fn refused(db: &Db, statement: &str) -> String {
    match db.write(|tx| tx.batch_execute(statement)) {
        Ok(()) => format!("{statement} was carried out"),
        Err::<(), diesel::result::Error>(refusal) => refusal.to_string(),
    }
}

#[test]
fn the_program_rewrites_no_history_owns_nothing_and_makes_nothing() {
    let url = fresh_database_url();
    let program = Db::new(&url, Purpose::Serving, 2);
    let owned = program
        .read(|connection| {
            Ok::<_, db::Error>(lines(
                connection,
                "select relname::text as line from pg_class where relowner = current_user::regrole",
            ))
        })
        .unwrap();
    assert_eq!(owned, Vec::<String>::new());
    for statement in [
        "update events set details = '{}'",
        "set local user_accounts.erasing = 'on'; update events set details = '{}'",
        "delete from events",
        "truncate events",
        "alter table events disable trigger all",
        "delete from users",
        "delete from accounts",
        "delete from mails",
        "drop table sessions",
        "create table mine (id integer)",
        "delete from __diesel_schema_migrations",
        "set role user_accounts_owner",
        "copy users to program 'true'",
    ] {
        let said = refused(&program, statement);
        assert!(
            ["permission denied", "must be owner", "must be superuser"]
                .iter()
                .any(|words| said.contains(words)),
            "{statement}: {said}"
        );
    }
}

#[test]
fn granting_again_takes_back_what_was_given_by_hand() {
    let url = fresh_database_url();
    let owner = as_owner(&url);
    let rights = "select table_name || ' ' || privilege_type as line from information_schema.role_table_grants
                  where grantee = 'user_accounts_program' order by 1";
    let connected = Db::new(&owner, Purpose::Maintenance, 1);
    let before = connected
        .read(|connection| Ok::<_, db::Error>(lines(connection, rights)))
        .unwrap();
    assert!(before.contains(&"events INSERT".to_string()));
    assert!(before.contains(&"sessions DELETE".to_string()));
    connected
        .read(|connection| {
            connection.batch_execute("grant all on events, users to user_accounts_program")
        })
        .unwrap();
    db::grant(&owner, &url).unwrap();
    let after = connected
        .read(|connection| Ok::<_, db::Error>(lines(connection, rights)))
        .unwrap();
    assert_eq!(after, before);
    // One role for both, as on a database of one's own, stays as it is.
    db::grant(&owner, &owner).unwrap();
}

#[test]
fn the_program_starts_on_a_schema_that_is_up_to_date_without_the_rights_to_change_it() {
    let url = fresh_database_url();
    assert_eq!(db::migrate(&url), Ok(Vec::new()));
    assert_eq!(db::pending_migrations(&url), Ok(Vec::new()));
    let last = "2026-11-24-000011_derive_attention";
    Db::new(&as_owner(&url), Purpose::Maintenance, 1)
        .read(|connection| {
            connection.batch_execute(
                "delete from __diesel_schema_migrations where version = '20261124000011'",
            )
        })
        .unwrap();
    assert_eq!(db::pending_migrations(&url), Ok(vec![last.to_string()]));
    let said = db::migrate(&url).unwrap_err();
    assert!(said.contains("permission denied"), "{said}");
}
