//! A database of made-up companies, the program on it, and administrators who are signed in.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use secrecy::ExposeSecret as _;
use user_accounts::config::SecretKey;
use user_accounts::passwords::Hasher;
use user_accounts::private_postgres::{PrivatePostgres, Role};
use user_accounts::users::PlaceSeal;
use uuid::Uuid;

use crate::client::Client;
use crate::options::Options;
use crate::program::{self, Program};
use crate::support::smtp_sink::Sink;

/// The password of everybody who has one.
pub const PASSWORD: &str = "copper lantern ninety four";
/// Accounts that people are added to at the same time.
pub const ACCOUNTS: usize = 8;
/// Users with a password beside the administrators: who signs in.
const WITH_PASSWORD: i64 = 4_000;
/// The seed of the data.
const SEED: &str = "1";

/// An administrator who is signed in.
#[derive(Debug, Clone)]
pub struct Administrator {
    pub account_id: Uuid,
    pub user_id: Uuid,
    pub domain: String,
    pub active_users: i64,
    /// The session, as a header's value.
    pub cookie: String,
}

/// Data, PostgreSQL and program.
pub struct Site {
    pub options: Options,
    /// How the program is started.
    pub settings: program::Settings,
    /// Where PostgreSQL is.
    pub url: String,
    /// The administrators of the largest accounts, the largest first.
    pub administrators: Vec<Administrator>,
    /// Of the account with about 10,000 active users, or the nearest to that.
    pub ten_thousand: Administrator,
    /// Usernames that can sign in.
    pub people: Vec<String>,
    program: Option<Program>,
    postgres: Option<PrivatePostgres>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    account_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = BigInt)]
    active_users: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Site {
    /// Makes `users` users and starts the program on them.
    pub fn make(options: &Options, users: u64, sink: &Sink) -> Site {
        let data_dir: PathBuf = options.folder.join(users.to_string());
        let _ = std::fs::remove_dir_all(&data_dir);
        std::fs::create_dir_all(&data_dir).unwrap();
        let postgres =
            PrivatePostgres::open(&data_dir, Role::Join, std::env::var_os("PATH")).unwrap();
        let url = postgres.url().expose_secret().to_string();
        // At least as many as are needed side by side; otherwise a thousand people each.
        let accounts = (users / 1_000).max(ACCOUNTS as u64).to_string();
        let made = program::command(&options.program, &data_dir)
            .args([
                "demo",
                "--accounts",
                &accounts,
                "--users",
                &users.to_string(),
            ])
            .args(["--seed", SEED])
            .status()
            .unwrap();
        assert!(made.success());
        let settings = program::Settings {
            program: options.program.clone(),
            data_dir,
            database: None,
            smtp: format!("smtp://127.0.0.1:{}", sink.port),
            secret: STANDARD.encode([42; 64]),
        };
        let mut connection = PgConnection::establish(&url).unwrap();
        give_passwords(&mut connection);
        // Seats are no part of what is measured.
        run(&mut connection, "update accounts set seats = 100000000");
        run(&mut connection, "vacuum (analyze) accounts");
        run(&mut connection, "vacuum (analyze) passwords");
        run(&mut connection, "checkpoint");
        let program = Program::start(&settings);
        let sign_in = |found| sign_in(&program, found);
        let largest = format!("order by active_users desc limit {ACCOUNTS}");
        let administrators: Vec<_> = first_administrators(&mut connection, &largest)
            .into_iter()
            .map(sign_in)
            .collect();
        let nearest = "order by abs(active_users - 10000) limit 1";
        let nearest = first_administrators(&mut connection, nearest)
            .pop()
            .unwrap();
        // One session each: a reset of everybody ends the others of whoever presses the button.
        let ten_thousand = administrators
            .iter()
            .find(|administrator| administrator.user_id == nearest.user_id)
            .cloned()
            .unwrap_or_else(|| sign_in(nearest));
        let people = texts(
            &mut connection,
            "select username as text from users join passwords on passwords.user_id = users.id
             where active and not administrator order by md5(username)",
        );
        Site {
            options: options.clone(),
            settings,
            url,
            administrators,
            ten_thousand,
            people,
            program: Some(program),
            postgres: Some(postgres),
        }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        self.program.as_ref().unwrap()
    }

    /// Stops the program and starts it again.
    pub fn restart(&mut self) {
        self.program = None;
        self.program = Some(Program::start(&self.settings));
    }

    /// Stops the program for the time of `work`.
    pub fn without_program<T>(&mut self, work: impl FnOnce(&Site) -> T) -> T {
        self.program = None;
        let done = work(self);
        self.program = Some(Program::start(&self.settings));
        done
    }

    /// Stops PostgreSQL, too, for the time of `work`.
    pub fn without_postgres<T>(&mut self, work: impl FnOnce(&Site) -> T) -> T {
        self.program = None;
        self.postgres = None;
        let done = work(self);
        self.postgres = Some(
            PrivatePostgres::open(
                &self.settings.data_dir,
                Role::Join,
                std::env::var_os("PATH"),
            )
            .unwrap(),
        );
        self.program = Some(Program::start(&self.settings));
        done
    }

    /// Administrators, signed in, of the accounts of about a thousand people.
    pub fn small_accounts(&self, count: usize) -> Vec<Administrator> {
        // A reset ends the other sessions of who presses the button: nobody who is signed in here is among them.
        let known = self.administrators.iter().chain([&self.ten_thousand]);
        let known: Vec<Uuid> = known.map(|known| known.account_id).collect();
        let nearest = "order by abs(active_users - 1000), active_users";
        first_administrators(&mut self.connection(), nearest)
            .into_iter()
            .filter(|found| !known.contains(&found.account_id))
            .take(count)
            .map(|found| sign_in(self.program(), found))
            .collect()
    }

    /// Waits until nothing goes on that was begun before, and lets PostgreSQL put its tables in order: what one
    /// measurement leaves behind is no part of the next.
    pub fn come_to_rest(&self) {
        self.until_mails_are_out();
        let mut connection = self.connection();
        run(&mut connection, "vacuum (analyze)");
        run(&mut connection, "checkpoint");
    }

    /// A connection to PostgreSQL.
    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// A browser of that administrator's.
    pub fn client(&self, administrator: &Administrator) -> Client {
        let client = Client::new(&self.program().base);
        client.cookie.replace(Some(administrator.cookie.clone()));
        client
    }

    /// Administrator of the largest account.
    pub fn largest(&self) -> &Administrator {
        &self.administrators[0]
    }

    /// Seals places in the list as the program does.
    pub fn seal(&self) -> PlaceSeal {
        let key = SecretKey::parse(&self.settings.secret).unwrap();
        PlaceSeal::new(key.derive("places in the list"))
    }

    /// Waits until no mail waits: what was begun before is no part of what comes next.
    pub fn until_mails_are_out(&self) {
        let mut connection = self.connection();
        while number(
            &mut connection,
            "select count(*) as number from mails where state = 'waiting'",
        ) > 0
        {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Stops everything and removes the data.
    pub fn remove(mut self) {
        self.program = None;
        self.postgres = None;
        let _ = std::fs::remove_dir_all(&self.settings.data_dir);
        let _ = std::fs::remove_dir(&self.options.folder);
    }
}

fn sign_in(program: &Program, found: Found) -> Administrator {
    let client = Client::new(&program.base);
    let answer = client.post(
        "/sign-in",
        &[("username", &found.username), ("password", PASSWORD)],
    );
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookie = client.cookie.borrow().clone().unwrap();
    Administrator {
        account_id: found.account_id,
        user_id: found.user_id,
        domain: found.username.split('@').nth(1).unwrap().to_string(),
        active_users: found.active_users,
        cookie,
    }
}

/// Nobody in the made-up data has a password: some get one, all the same, hashed once.
fn give_passwords(connection: &mut PgConnection) {
    let hash = Hasher::start(1).unwrap().hash(&PASSWORD.into()).unwrap();
    diesel::sql_query(
        "insert into passwords (account_id, user_id, hash, chosen_at)
         select account_id, id, $1, now() from users where username like 'administrator@%'
         union all
         select account_id, id, $1, now() from (
            select account_id, id from users where active and not administrator and last_sign_in_at is not null
            order by md5(username) limit $2) as chosen",
    )
    .bind::<Text, _>(hash)
    .bind::<BigInt, _>(WITH_PASSWORD)
    .execute(connection)
    .unwrap();
}

fn first_administrators(connection: &mut PgConnection, which: &str) -> Vec<Found> {
    diesel::sql_query(format!(
        "select users.account_id, users.id as user_id, username, active_users::bigint
         from users join accounts on accounts.id = users.account_id
         where username like 'administrator@%' {which}"
    ))
    .load(connection)
    .unwrap()
}

/// Runs a statement.
pub fn run(connection: &mut PgConnection, statement: &str) {
    diesel::sql_query(statement).execute(connection).unwrap();
}

/// The column `text` of a query.
pub fn texts(connection: &mut PgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Words> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// The one value `number` of a query.
pub fn number(connection: &mut PgConnection, query: &str) -> i64 {
    let row: Number = diesel::sql_query(query).get_result(connection).unwrap();
    row.number
}
