//! An account with people in it, and the state of their mails.

use diesel::prelude::*;
use diesel::sql_types;
use secrecy::SecretString;
use time::OffsetDateTime;
use user_accounts::access::temporary_password;
use user_accounts::clock;
use user_accounts::db::{Connection, Db};
use user_accounts::mail::outbox::Kind;
use user_accounts::schema::mails;
use user_accounts::users::mail_passwords;
use uuid::Uuid;

/// A company with people.
pub struct Company {
    pub db: Db,
    pub account: Uuid,
    pub users: Vec<Uuid>,
}

/// How a mail stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Standing {
    pub state: String,
    pub explanation: String,
    pub attempts: i16,
    pub next_attempt_at: OffsetDateTime,
    pub recipient: Option<String>,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Text)]
    text: String,
}

/// The address of person number `number`, from 1.
pub fn address(number: usize) -> String {
    format!("person{number}@acme.example")
}

impl Company {
    /// A company with `people` people called `first_name`, who have no passwords and no mails yet.
    pub fn new(db: Db, people: usize, first_name: &str) -> Company {
        let account = user_accounts::ids::new();
        let users = db
            .write(|tx| {
                diesel::sql_query(
                    "insert into accounts (id, name, seats, created_at) values ($1, 'Acme', 1000000, now())",
                )
                .bind::<sql_types::Uuid, _>(account)
                .execute(tx)?;
                diesel::sql_query(
                    "insert into account_domains (account_id, domain, added_at) values ($1, 'acme.example', now())",
                )
                .bind::<sql_types::Uuid, _>(account)
                .execute(tx)?;
                let ids: Vec<Id> = diesel::sql_query(
                    "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
                     select $1, gen_random_uuid(), 'person' || number || '@acme.example', $3, 'Test', '', '', now()
                     from generate_series(1, $2) as number
                     returning id",
                )
                .bind::<sql_types::Uuid, _>(account)
                .bind::<sql_types::Integer, _>(i32::try_from(people).unwrap())
                .bind::<sql_types::Text, _>(first_name)
                .load(tx)?;
                Ok::<_, diesel::result::Error>(ids)
            })
            .unwrap();
        Company {
            db,
            account,
            users: users.into_iter().map(|row| row.id).collect(),
        }
    }

    /// The first person, who administers the company from now on.
    pub fn administrator(&self) -> Uuid {
        self.sql("update users set administrator = true where account_id = $1 and username = 'person1@acme.example'");
        let found: Id = self.change(|tx| {
            diesel::sql_query("select id from users where account_id = $1 and administrator")
                .bind::<sql_types::Uuid, _>(self.account)
                .get_result(tx)
        });
        found.id
    }

    /// Writes everybody a mail with a password into the outbox.
    pub fn mail_everybody(&self) {
        self.change(|tx| {
            mail_passwords(
                tx,
                self.account,
                &self.users,
                Kind::Welcome,
                None,
                clock::now(),
            )
        });
    }

    /// Runs one transaction.
    pub fn change<T>(&self, change: impl FnOnce(&mut Connection) -> QueryResult<T>) -> T {
        self.db.write(change).unwrap()
    }

    /// Runs a statement about the account, `$1`.
    pub fn sql(&self, statement: &str) -> usize {
        self.change(|tx| {
            diesel::sql_query(statement)
                .bind::<sql_types::Uuid, _>(self.account)
                .execute(tx)
        })
    }

    /// The column `text` of a query about the account, `$1`.
    pub fn texts(&self, query: &str) -> Vec<String> {
        self.change(|tx| {
            let rows: Vec<Text> = diesel::sql_query(query)
                .bind::<sql_types::Uuid, _>(self.account)
                .load(tx)?;
            Ok(rows.into_iter().map(|row| row.text).collect())
        })
    }

    /// How the mails stand, oldest first.
    pub fn mails(&self) -> Vec<Standing> {
        self.change(|tx| {
            mails::table
                .filter(mails::account_id.eq(self.account))
                .order((mails::created_at, mails::id))
                .select((
                    mails::state,
                    mails::explanation,
                    mails::attempts,
                    mails::next_attempt_at,
                    mails::recipient,
                ))
                .load(tx)
        })
    }

    /// How many mails are in that state.
    pub fn count(&self, state: &str) -> usize {
        let mails = self.mails();
        mails.iter().filter(|mail| mail.state == state).count()
    }

    /// Whether the password is one of the person's temporary ones.
    pub fn password_works(&self, user: Uuid, password: &str) -> bool {
        let typed = SecretString::from(password);
        self.change(|tx| {
            temporary_password::find_matching(tx, self.account, user, &typed, clock::now())
        })
    }

    /// Every row of every table as text.
    pub fn dump(&self) -> String {
        self.change(|tx| {
            let tables: Vec<Text> = diesel::sql_query(
                "select table_name::text as text from information_schema.tables where table_schema = 'public'",
            )
            .load(tx)?;
            let mut dump = String::new();
            for table in tables {
                let rows: Vec<Text> = diesel::sql_query(format!(
                    "select t::text as text from {} as t",
                    table.text
                ))
                .load(tx)?;
                dump.extend(rows.into_iter().map(|row| row.text + "\n"));
            }
            Ok(dump)
        })
    }
}
