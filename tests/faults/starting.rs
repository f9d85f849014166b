//! Programs that start at the same time on a database with nothing in it.

use user_accounts::db::{Db, Purpose};

use crate::program::Program;
use crate::support::postgres::{as_owner, empty_database_url};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[test]
fn programs_that_start_at_once_migrate_once_and_all_serve() {
    let url = empty_database_url("started_at_once");
    let mut programs: Vec<Program> = (0..4)
        .map(|_| Program::serve_at(&url, 1, Program::free_port()))
        .collect();
    for program in &mut programs {
        program.until_ready();
    }
    let owner = Db::new(&as_owner(&url), Purpose::Maintenance, 1);
    let counted = |what: &str| {
        let row: Count = owner
            .read(|connection| {
                diesel::sql_query(format!("select {what} as count")).get_result(connection)
            })
            .unwrap();
        row.count
    };
    let there = i64::try_from(std::fs::read_dir("migrations").unwrap().count()).unwrap();
    assert_eq!(
        counted("(select count(*) from __diesel_schema_migrations)"),
        there
    );
    assert_eq!(
        counted("(select count(*) from accounts)"),
        0,
        "no demo account where a database is set"
    );
    for program in &programs {
        let page = ureq::get(format!("{}/sign-in", program.base()))
            .call()
            .unwrap();
        assert_eq!(page.status(), 200);
    }
}
