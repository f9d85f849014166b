//! What PostgreSQL itself keeps true, whatever the code forgets.
#![expect(
    clippy::unwrap_used,
    reason = "what a test builds on may stop it at once"
)]

#[path = "../support/mod.rs"]
mod support;

mod catalog;
mod history;
mod password_mails;
mod roles;
mod search;
mod seats;
mod usernames;
mod versions;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use user_accounts::db::{Db, Purpose};

use crate::support::postgres::{as_owner, fresh_database_url};

/// A database with the accounts A (5 seats, one administrator) and B.
pub struct Base {
    db: Db,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// Account A's id.
pub const A: &str = "aaaaaaaa-0000-0000-0000-000000000000";
/// Account B's id.
pub const B: &str = "bbbbbbbb-0000-0000-0000-000000000000";

impl Base {
    /// Both accounts, each with an administrator.
    pub fn with_two_accounts() -> Base {
        Base::with_connections(2)
    }

    /// The same, and every statement runs on the same connection: it keeps its plans.
    pub fn with_one_connection() -> Base {
        Base::with_connections(1)
    }

    fn with_connections(connections: u32) -> Base {
        let base = Base {
            db: Db::new(
                &as_owner(&fresh_database_url()),
                Purpose::Serving,
                connections,
            ),
        };
        for (id, name) in [(A, "a"), (B, "b")] {
            base.run(&format!(
                "insert into accounts (id, name, seats, created_at) values ('{id}', '{name}', 5, now());
                 insert into account_domains values ('{id}', '{name}.example', now()), ('{id}', 'shared.example', now())"
            ))
            .unwrap();
            base.run(&user(id, &format!("boss@{name}.example"), true, true))
                .unwrap();
        }
        base
    }

    /// Runs statements in one transaction.
    pub fn run(&self, statements: &str) -> QueryResult<()> {
        use diesel::connection::SimpleConnection as _;
        self.db.write(|tx| tx.batch_execute(statements))
    }

    /// The constraint (or the message) that refuses the statements; fails where nothing does.
    pub fn refused(&self, statements: &str) -> String {
        match self.run(statements).unwrap_err() {
            diesel::result::Error::DatabaseError(_, information) => information
                .constraint_name()
                .map_or(information.message().to_string(), str::to_string),
            other => other.to_string(),
        }
    }

    /// One value as text.
    pub fn value(&self, expression: &str) -> String {
        let row: Value = self
            .db
            .read(|c| {
                diesel::sql_query(format!("select ({expression})::text as value")).get_result(c)
            })
            .unwrap();
        row.value.unwrap_or_default()
    }
}

/// The statement that adds a user.
pub fn user(account: &str, username: &str, active: bool, administrator: bool) -> String {
    let deactivated = if active { "null" } else { "now()" };
    format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, active, administrator, deactivated_at, created_at)
         values ('{account}', gen_random_uuid(), '{}', 'F', 'L', '', '', {active}, {administrator}, {deactivated}, now());",
        username.replace('\'', "''")
    )
}
