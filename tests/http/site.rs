//! The program on a database of its own, with companies and people to act on.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use diesel::prelude::*;
use diesel::sql_types;
use secrecy::SecretString;
use tokio::sync::watch;
use user_accounts::accounts::{self, Domain};
use user_accounts::db::{Db, Purpose};
use user_accounts::history::Author;
use user_accounts::housekeeping::keep_house;
use user_accounts::mail::{Memory, Transport, Worker};
use user_accounts::mailings::{MailSettings, Mailings};
use user_accounts::metrics::Metrics;
use user_accounts::passwords::Hasher;
use user_accounts::users::{self, FirstPassword, PlaceSeal, Profile, Username};
use user_accounts::web::app::{App, Settings};
use user_accounts::web::server;
use user_accounts::{clock, ids};
use uuid::Uuid;

use crate::client::Client;
use crate::support::postgres::{as_owner, fresh_database_url};

pub const PASSWORD: &str = "copper lantern ninety walrus";

/// A running program.
pub struct Site {
    /// With the rights of the program.
    pub db: Db,
    /// With those of the owner of the tables, for what a test does and looks at by itself.
    pub owner: Db,
    pub base: String,
    pub hasher: Hasher,
    pub metrics: Arc<Metrics>,
    server: Option<(ServerHandle, JoinHandle<()>)>,
}

impl Drop for Site {
    /// A server that nobody asks any more would keep its connections.
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            actix_web::rt::System::new().block_on(handle.stop(false));
            let _ = thread.join();
        }
    }
}

/// A company on it.
#[derive(Clone, Copy)]
pub struct Company {
    pub id: Uuid,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    text: Option<String>,
}

/// One hashing of the password for all tests.
fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| Hasher::start(1).unwrap().hash(&PASSWORD.into()).unwrap())
        .clone()
}

impl Site {
    pub fn start() -> Site {
        Site::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut Settings)) -> Site {
        let url = fresh_database_url();
        let db = Db::new(&url, Purpose::Serving, 12);
        Site::on(&url, db, change)
    }

    /// With a cookie key of its own.
    pub fn start_with_key(cookie_key: [u8; 64]) -> Site {
        let url = fresh_database_url();
        let db = Db::new(&url, Purpose::Serving, 12);
        Site::with(&url, db, cookie_key, |_| {})
    }

    /// On that database, with `db` to reach it.
    pub fn on(url: &SecretString, db: Db, change: impl FnOnce(&mut Settings)) -> Site {
        Site::with(url, db, [7; 64], change)
    }

    fn with(
        url: &SecretString,
        db: Db,
        cookie_key: [u8; 64],
        change: impl FnOnce(&mut Settings),
    ) -> Site {
        let owner = Db::new(&as_owner(url), Purpose::Maintenance, 2);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings {
            product_name: "User Accounts".into(),
            support_email: "help@vendor.example".into(),
            support_phone: "+1 555 0100".into(),
            public_origin: base.clone(),
            https: false,
            trusted_proxies: Vec::new(),
            mailbox: None,
        };
        change(&mut settings);
        let hasher = Hasher::start(2).unwrap();
        let metrics = Arc::new(Metrics::new().unwrap());
        let app = App {
            db: db.clone(),
            hasher: hasher.clone(),
            settings,
            seal: PlaceSeal::new([1; 32]),
            cookie_key,
            metrics: metrics.clone(),
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = server::start(app, listener, None).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Site {
            db,
            owner,
            base,
            hasher,
            metrics,
            server: Some((receiver.recv().unwrap(), thread)),
        }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// A company at `domain` with one administrator, `boss@domain`.
    pub fn company(&self, name: &str, domain: &str, seats: i32) -> Company {
        let now = clock::now();
        let id = self
            .db
            .write(|tx| {
                accounts::insert(
                    tx,
                    name,
                    &[Domain::parse(domain).unwrap()],
                    seats,
                    "UTC",
                    now,
                )
            })
            .unwrap();
        let company = Company { id };
        self.person(company, &format!("boss@{domain}"), true);
        company
    }

    /// A user with the password of all tests.
    pub fn person(&self, company: Company, username: &str, administrator: bool) -> Uuid {
        self.add(
            company,
            username,
            administrator,
            &FirstPassword::Own(hash()),
        )
    }

    /// A user whose password is to be mailed.
    pub fn newcomer(&self, company: Company, username: &str) -> Uuid {
        self.add(company, username, false, &FirstPassword::Mailed)
    }

    fn add(
        &self,
        company: Company,
        username: &str,
        administrator: bool,
        password: &FirstPassword,
    ) -> Uuid {
        let local = username.split('@').next().unwrap();
        let profile = Profile {
            first_name: local[..1].to_uppercase() + &local[1..],
            last_name: "Tester".into(),
            ..Profile::default()
        };
        let username = Username::parse(username).unwrap();
        let author = Author::staff(company.id);
        self.db
            .write(|tx| {
                users::insert(
                    tx,
                    &author,
                    ids::new(),
                    &username,
                    &profile,
                    administrator,
                    password,
                    clock::now(),
                )
            })
            .unwrap()
            .id
    }

    /// A browser that is signed in.
    pub fn signed_in(&self, username: &str) -> Client {
        let client = self.client();
        let answer = client.post(
            "/sign-in",
            &[("username", username), ("password", PASSWORD)],
        );
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some("/")),
            "{}",
            answer.text()
        );
        client
    }

    /// Runs a statement.
    pub fn sql(&self, statement: &str) -> usize {
        self.owner
            .write(|tx| diesel::sql_query(statement).execute(tx))
            .unwrap()
    }

    /// `select count(*) from …`
    pub fn count(&self, from: &str) -> i64 {
        let row: Count = self
            .owner
            .read(|connection| {
                diesel::sql_query(format!("select count(*) from {from}")).get_result(connection)
            })
            .unwrap();
        row.count
    }

    /// One value as text.
    pub fn value(&self, expression: &str) -> String {
        let row: Text = self
            .owner
            .read(|connection| {
                diesel::sql_query(format!("select ({expression})::text as text"))
                    .get_result(connection)
            })
            .unwrap();
        row.text.unwrap_or_default()
    }

    /// Every row of what an action may change, to see that it changed nothing else.
    pub fn everything(&self) -> String {
        [
            "accounts",
            "users",
            "mails",
            "passwords",
            "temporary_passwords",
            "password_resets",
            "training_requests",
            "events",
        ]
        .iter()
        .map(|table| {
            self.value(&format!(
                "select string_agg(row::text, E'\\n' order by row::text) from {table} as row"
            ))
        })
        .collect::<Vec<_>>()
        .join("\n")
    }

    /// Sends what is due; returns (recipient, subject, text) of each mail.
    pub fn deliver(&self) -> Vec<(String, String, String)> {
        let memory = Arc::new(Transport::Memory(Memory::default()));
        let settings = MailSettings {
            product_name: "User Accounts".into(),
            public_url: self.base.clone(),
            support_email: "help@vendor.example".into(),
            support_phone: "+1 555 0100".into(),
            training_email: "training@vendor.example".into(),
        };
        let from = "no-reply@vendor.example".parse().unwrap();
        let worker = Worker::new(
            self.db.clone(),
            memory.clone(),
            from,
            Mailings::new(settings),
            keep_house,
        );
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let due = || self.count("mails where state = 'waiting' and next_attempt_at <= now()") > 0;
        let start = Instant::now();
        // A mail that is claimed is not due; a worker that is stopped then gives it back, and it is again.
        while due() {
            runtime.block_on(async {
                let (stop, stopping) = watch::channel(false);
                let running = tokio::spawn(worker.clone().run(stopping));
                while due() {
                    assert!(
                        start.elapsed() < Duration::from_secs(20),
                        "mails are not sent"
                    );
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                stop.send(true).unwrap();
                running.await.unwrap();
            });
        }
        let Transport::Memory(memory) = &*memory else {
            unreachable!()
        };
        memory
            .delivered()
            .into_iter()
            .map(|mail| (mail.recipient, mail.message.subject, mail.message.text))
            .collect()
    }

    /// Asks for a link to choose a new password; its path and query, as the mail tells it.
    pub fn recovery_path(&self, username: &str) -> String {
        let asked = self
            .client()
            .post("/forgot-password", &[("username", username)]);
        assert_eq!(asked.status, 303, "{}", asked.text());
        self.mailed_recovery_path(username)
    }

    /// The path and query of the link in the last such mail to this address.
    pub fn mailed_recovery_path(&self, username: &str) -> String {
        let mails = self.deliver();
        let url = mails
            .iter()
            .filter(|(to, ..)| to == username)
            .flat_map(|(_, _, text)| text.lines())
            .rfind(|line| line.contains("/password?link="))
            .unwrap();
        assert!(
            url.starts_with(&self.base),
            "the configured address, whatever the request said: {url}"
        );
        url[self.base.len()..].to_string()
    }

    /// The password that a mail to this address carries; other mails to it may come before or after.
    pub fn mailed_password(&self, username: &str) -> String {
        let mails = self.deliver();
        let to_them = mails.iter().filter(|(to, ..)| to == username);
        to_them
            .flat_map(|(_, _, text)| text.lines())
            .filter_map(|line| line.strip_prefix("Password: "))
            .next_back()
            .unwrap()
            .to_string()
    }
}
