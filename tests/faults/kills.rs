//! The program killed at random moments while many people are added, edited, reset and imported.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::invariants;
use crate::long_run::tell;
use crate::program::Program;
use crate::site::{PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

const WORKERS: usize = 4;
/// Kills of the short run.
const FEW: usize = 6;
/// Enough for most of what is added between two kills, not for all of it.
const SEATS_PER_KILL: i32 = 45;

struct Load<'a> {
    base: &'a str,
    site: &'a Site,
    stop: &'a AtomicBool,
    number: &'a AtomicUsize,
    done: &'a AtomicUsize,
}

impl Load<'_> {
    /// Does what administrators do until told to stop. What the program does not answer is left.
    fn work(&self, client: &Client) {
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let answered = match number % 8 {
                0 => self.import(client, number),
                1..4 => self.edit(client, number),
                4 => self.reset(client),
                _ => self.add(client, number),
            };
            if answered.is_some_and(|status| status == 303) {
                self.done.fetch_add(1, Ordering::Relaxed);
            } else {
                sleep(Duration::from_millis(10));
            }
        }
    }

    fn add(&self, client: &Client, number: usize) -> Option<u16> {
        let username = format!("p{number}@acme.example");
        let fields = [
            ("username", username.as_str()),
            ("first_name", "Pat"),
            ("last_name", "Poe"),
        ];
        Some(client.attempt("/users", &fields)?.status)
    }

    fn somebody(&self) -> String {
        self.site
            .value("select id from users where username like 'p%' order by random() limit 1")
    }

    fn edit(&self, client: &Client, number: usize) -> Option<u16> {
        let id = self.somebody();
        let row = |column: &str| {
            self.site
                .value(&format!("select {column} from users where id = '{id}'"))
        };
        if id.is_empty() {
            return None;
        }
        let (username, old, new) = (row("username"), row("title"), format!("Title {number}"));
        let fields = [
            ("username", username.as_str()),
            ("original_username", &username),
            ("first_name", "Pat"),
            ("original_first_name", "Pat"),
            ("last_name", "Poe"),
            ("original_last_name", "Poe"),
            ("title", &new),
            ("original_title", &old),
            ("original_active", "yes"),
        ];
        Some(client.attempt(&format!("/users/{id}"), &fields)?.status)
    }

    fn reset(&self, client: &Client) -> Option<u16> {
        let (one, other) = (self.somebody(), self.somebody());
        if one.is_empty() {
            return None;
        }
        let mut fields = vec![("scope", "selected"), ("user", one.as_str())];
        if other != one {
            fields.push(("user", &other));
        }
        Some(client.attempt("/password-resets", &fields)?.status)
    }

    fn import(&self, client: &Client, number: usize) -> Option<u16> {
        let list: String = (0..25)
            .map(|line| format!("p{number}x{line}@acme.example,Pat,Poe\n"))
            .collect();
        let path = client.attempt_upload("/imports", &list)?.location?;
        Some(client.attempt(&path, &[])?.status)
    }
}

fn killed(kills: usize) {
    let url = fresh_database_url();
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    site.company(
        "Acme",
        "acme.example",
        SEATS_PER_KILL * i32::try_from(kills).unwrap(),
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let (stop, number, done) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let port = Program::free_port();
    let base = format!("http://127.0.0.1:{port}");
    let serve = || {
        let program = Program::serve_at(&url, sink.port, port);
        program.until_ready();
        program
    };
    for kill in 1..=kills {
        let program = serve();
        stop.store(false, Ordering::Relaxed);
        let load = Load {
            base: &base,
            site: &site,
            stop: &stop,
            number: &number,
            done: &done,
        };
        scope(|scope| {
            let clients: Vec<Client> = (0..WORKERS).map(|_| load.signed_in()).collect();
            for client in clients {
                let load = &load;
                scope.spawn(move || load.work(&client));
            }
            sleep(Duration::from_millis(rand::rng().random_range(20..1_500)));
            program.kill();
            stop.store(true, Ordering::Relaxed);
        });
        invariants::hold(&site, &format!("after kill {kill}"));
    }
    let program = serve();
    let patience = Instant::now();
    let to_do = || {
        site.count("mails where state = 'waiting'") + site.count("imports where state = 'running'")
    };
    while to_do() > 0 {
        assert!(
            patience.elapsed() < Duration::from_secs(120),
            "mails or imports are not finished"
        );
        sleep(Duration::from_millis(200));
    }
    invariants::hold(&site, "at the end");
    let people = site.value("select string_agg(username, ' ') from (select username from users where username like 'p%' order by random() limit 5) as chosen");
    for username in people.split(' ') {
        let client = Client::new(&base);
        let newest = sink
            .newest_to(username)
            .unwrap_or_else(|| panic!("no mail to {username}"));
        let answer = client.post(
            "/sign-in",
            &[("username", username), ("password", &newest.password())],
        );
        assert_eq!(
            (answer.status, answer.location.as_deref()),
            (303, Some("/password")),
            "{username}: {}",
            answer.text()
        );
    }
    drop(program);
    if kills > FEW {
        tell(
            &format!(
                "{kills} × SIGKILL at random moments while people are added, edited, reset and imported: invariants broken, changes lost or doubled"
            ),
            &format!(
                "0; {} changes were answered; {} users, {} mails, {} events",
                done.load(Ordering::Relaxed),
                site.count("users"),
                site.count("mails"),
                site.count("events"),
            ),
            "0",
        );
    }
    assert!(
        done.load(Ordering::Relaxed) > kills,
        "the program was hardly used"
    );
}

impl Load<'_> {
    fn signed_in(&self) -> Client {
        let client = Client::new(self.base);
        let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
        assert_eq!(client.post("/sign-in", &fields).status, 303);
        client
    }
}

#[test]
fn killed_at_random_moments_it_starts_by_itself_and_every_invariant_holds() {
    killed(FEW);
}

#[test]
#[ignore = "takes minutes: bin/long-run"]
fn two_hundred_kills_at_random_moments() {
    killed(200);
}
