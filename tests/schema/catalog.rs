//! The catalog: references stay inside an account, migrations go down and up, `schema.rs` is true.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use secrecy::ExposeSecret as _;

use crate::support::postgres::{as_owner, fresh_database_url};
use crate::{A, B, Base};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
const TENANT_TABLES: &str = "('users', 'mails', 'password_resets', 'training_requests')";

#[test]
fn every_reference_to_something_of_an_account_names_the_account_too() {
    let base = Base::with_two_accounts();
    let without = base.value(&format!(
        "select string_agg(conname, ', ') from pg_constraint
         where contype = 'f' and confrelid::regclass::text in {TENANT_TABLES}
           and not exists (select from unnest(conkey) as k join pg_attribute on attrelid = conrelid and attnum = k where attname = 'account_id')"
    ));
    assert_eq!(without, "");
    let count = base.value(&format!(
        "select count(*) from pg_constraint where contype = 'f' and confrelid::regclass::text in {TENANT_TABLES}"
    ));
    assert!(
        count.parse::<u32>().unwrap() >= 15,
        "{count} references were looked at"
    );
}

#[test]
fn no_table_takes_a_reference_into_another_account() {
    let base = Base::with_two_accounts();
    let theirs = "(select id from users where username = 'boss@b.example')";
    let zero = "'\\x0000000000000000000000000000000000000000000000000000000000000000'";
    for statement in [
        format!(
            "insert into sessions (token_digest, account_id, user_id, must_choose_password, created_at, last_seen_at) values ({zero}, '{A}', {theirs}, false, now(), now())"
        ),
        format!("insert into passwords values ('{A}', {theirs}, '$argon2id$x', now())"),
        format!(
            "insert into mails (account_id, id, kind, user_id, created_at, next_attempt_at) values ('{A}', gen_random_uuid(), 'welcome', {theirs}, now(), now())"
        ),
        format!(
            "insert into events (account_id, happened_at, actor, actor_user_id, kind) values ('{A}', now(), 'user', {theirs}, 'x')"
        ),
        format!(
            "insert into events (account_id, happened_at, actor, user_id, kind) values ('{A}', now(), 'staff', {theirs}, 'x')"
        ),
        format!(
            "insert into password_resets values ('{A}', gen_random_uuid(), {theirs}, 'selected', now(), now(), 1)"
        ),
        format!(
            "insert into training_requests (account_id, id, kind, scope, requested_by, requested_at) values ('{A}', gen_random_uuid(), 'new_user', 'selected', {theirs}, now())"
        ),
        format!(
            "insert into training_attendances (account_id, user_id, kind, recorded_at) values ('{A}', {theirs}, 'new_user', now())"
        ),
        format!("insert into reserved_usernames values ('x@a.example', '{A}', {theirs}, now())"),
        format!("insert into sign_in_sources values ('{A}', {theirs}, '127.0.0.1', now())"),
        format!(
            "insert into address_conflicts values ('ABCD-2345', '{A}', {theirs}, 'x', 'x', 'elsewhere', now())"
        ),
    ] {
        let constraint = base.refused(&statement);
        assert!(constraint.ends_with("_fkey"), "{statement}: {constraint}");
        base.run(&statement.replace(A, B)).unwrap();
    }
}

#[test]
fn migrations_go_down_to_nothing_and_up_to_the_same_again() {
    let url = as_owner(&fresh_database_url());
    let mut connection = PgConnection::establish(url.expose_secret()).unwrap();
    let before = shape(&mut connection);
    assert!(before.len() > 250, "{}", before.len());
    connection.revert_all_migrations(MIGRATIONS).unwrap();
    let nothing = shape(&mut connection);
    assert!(
        nothing.iter().all(|line| line.contains("__diesel")),
        "{nothing:#?}"
    );
    connection.run_pending_migrations(MIGRATIONS).unwrap();
    assert_eq!(shape(&mut connection), before);
    connection.batch_execute("select 1").unwrap();
}

/// Columns, constraints, indexes, functions and triggers, a line each.
fn shape(connection: &mut PgConnection) -> BTreeSet<String> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let lines: Vec<Line> = diesel::sql_query(
        "select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, collation_name, generation_expression) as line
         from information_schema.columns where table_schema = 'public'
         union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
             where connamespace = 'public'::regnamespace
         union all select indexdef from pg_indexes where schemaname = 'public'
         union all select pg_get_functiondef(p.oid) from pg_proc as p join pg_language as l on l.oid = prolang
             where pronamespace = 'public'::regnamespace and lanname = 'plpgsql'
         union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    )
    .load(connection)
    .unwrap();
    lines.into_iter().map(|row| row.line).collect()
}

#[test]
fn schema_rs_says_what_the_database_has() {
    let base = Base::with_two_accounts();
    let stored: BTreeSet<String> = base
        .value(
            "select string_agg(concat_ws(' ', table_name, column_name, is_nullable), E'\\n')
             from information_schema.columns where table_schema = 'public' and table_name not like '\\_\\_%'",
        )
        .lines()
        .map(str::to_string)
        .collect();
    let mut written = BTreeSet::new();
    let mut table = "";
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some((name, _)) = line
            .strip_suffix('{')
            .and_then(|line| line.split_once(" ("))
        {
            table = name;
        } else if let Some((column, kind)) = line.split_once(" -> ")
            && !line.contains("joinable")
        {
            let nullable = if kind.starts_with("Nullable") {
                "YES"
            } else {
                "NO"
            };
            written.insert(format!("{table} {column} {nullable}"));
        }
    }
    let differences: Vec<&String> = stored.symmetric_difference(&written).collect();
    // The generated column is the database's own affair: never written, hence not in schema.rs or nullable there.
    let differences: Vec<_> = differences
        .into_iter()
        .filter(|line| !line.starts_with("users domain"))
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
}
