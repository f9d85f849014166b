//! Three programs and three workers on one PostgreSQL, as `bin/cluster` starts them.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::program::Program;
use crate::site::{Company, PASSWORD, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

const EACH: usize = 3;

struct Cluster {
    site: Site,
    company: Company,
    sink: Sink,
    bases: Vec<String>,
    programs: Vec<Program>,
    workers: Vec<Program>,
    _runtime: tokio::runtime::Runtime,
}

impl Cluster {
    /// On a database that `prepare` has changed before any of them ran.
    fn start(prepare: impl FnOnce(&Site, Company)) -> Cluster {
        let url = fresh_database_url();
        let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
        let company = site.company("Acme", "acme.example", 10_000);
        prepare(&site, company);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
        let key = "A".repeat(86) + "==";
        let ports: Vec<u16> = (0..EACH).map(|_| Program::free_port()).collect();
        let programs: Vec<Program> = ports
            .iter()
            .map(|port| Program::serve_with_key(&url, sink.port, *port, &key))
            .collect();
        let workers = (0..EACH)
            .map(|_| Program::worker(&url, sink.port))
            .collect();
        for program in &programs {
            program.until_ready();
        }
        Cluster {
            site,
            company,
            sink,
            bases: ports
                .iter()
                .map(|port| format!("http://127.0.0.1:{port}"))
                .collect(),
            programs,
            workers,
            _runtime: runtime,
        }
    }

    /// A browser at each of the programs, with the cookie of `client`.
    fn everywhere(&self, client: &Client) -> Vec<Client> {
        self.bases
            .iter()
            .map(|base| {
                let there = Client::new(base);
                there.cookie.replace(client.cookie.borrow().clone());
                there
            })
            .collect()
    }

    fn signed_in(&self) -> Client {
        let client = Client::new(&self.bases[0]);
        let fields = [("username", "boss@acme.example"), ("password", PASSWORD)];
        assert_eq!(client.post("/sign-in", &fields).status, 303);
        client
    }

    /// Programs that start at once get in each other's way nowhere.
    fn all_run(&mut self) {
        for one in self.programs.iter_mut().chain(&mut self.workers) {
            assert_eq!(one.ended_within(Duration::from_millis(1)), None);
        }
    }

    fn until_none(&self, what: &str, seconds: u64) {
        let start = Instant::now();
        while self.site.count(what) > 0 {
            assert!(
                start.elapsed() < Duration::from_secs(seconds),
                "not in time: {what}"
            );
            sleep(Duration::from_millis(50));
        }
    }

    /// Nobody got a mail twice, and nobody none.
    fn each_mail_arrived_once(&self) {
        self.until_none("mails where state = 'waiting'", 60);
        assert_eq!(self.site.count("mails where state <> 'sent'"), 0);
        assert_eq!(
            i64::try_from(self.sink.count()).unwrap(),
            self.site.count("mails")
        );
        assert_eq!(
            self.site.count("(select recipient, kind, password_reset_id from mails group by 1, 2, 3 having count(*) > 1) as twice"),
            0
        );
    }
}

#[test]
fn sessions_limits_and_the_last_seats_are_the_same_at_every_program() {
    let cluster = Cluster::start(|_, _| {});
    let site = &cluster.site;
    // A session begun at one program is one at all, and ends at all.
    let boss = cluster.signed_in();
    let windows = cluster.everywhere(&boss);
    for window in &windows {
        assert_eq!(window.get("/users").status, 200);
    }
    assert_eq!(windows[1].post("/sign-out", &[]).status, 303);
    for window in cluster.everywhere(&boss) {
        assert_eq!(window.get("/users").location.as_deref(), Some("/sign-in"));
    }

    // Ten wrong passwords in all, not ten at each.
    site.person(cluster.company, "ann@acme.example", false);
    let fields = [
        ("username", "ann@acme.example"),
        ("password", "a wrong guess, again"),
    ];
    let answers: Vec<u16> = (0..15)
        .map(|number| {
            Client::new(&cluster.bases[number % EACH])
                .post("/sign-in", &fields)
                .status
        })
        .collect();
    let evaluated = answers.iter().filter(|status| **status == 422).count();
    assert!((10..=11).contains(&evaluated), "{answers:?}");

    // Two are in, five seats are left, twelve want one.
    site.sql("update accounts set seats = 7");
    let windows = cluster.everywhere(&cluster.signed_in());
    let statuses: Vec<u16> = scope(|scope| {
        let adding: Vec<_> = (0..12)
            .map(|number| {
                let window = windows[number % EACH].again();
                scope.spawn(move || {
                    let username = format!("new{number}@acme.example");
                    let fields = [
                        ("username", username.as_str()),
                        ("first_name", "Nora"),
                        ("last_name", "New"),
                    ];
                    window.post("/users", &fields).status
                })
            })
            .collect();
        adding.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let added = statuses.iter().filter(|status| **status == 303).count();
    assert_eq!(added, 5, "{statuses:?}");
    assert_eq!(site.count("users where active"), 7);
    cluster.each_mail_arrived_once();
}

#[test]
fn mails_imports_and_the_clean_up_are_done_once_also_when_some_are_killed() {
    let mut cluster = Cluster::start(|site, company| {
        for number in 0..150 {
            site.newcomer(company, &format!("person{number}@acme.example"));
        }
        site.sql(&format!(
            "insert into sessions (token_digest, account_id, user_id, must_choose_password, created_at, last_seen_at)
             select sha256('old'), '{}', id, false, now() - interval '40 days', now() - interval '40 days'
             from users where username = 'boss@acme.example'",
            company.id
        ));
        assert!(site.count("attention_tallies") > 100);
    });
    let site = &cluster.site;
    // What ran out is swept away, and the tallies are added up, whoever does it.
    cluster.until_none("sessions where created_at < now() - interval '30 days'", 30);
    cluster.until_none(
        "(select account_id from attention_tallies group by account_id having count(*) > 20) as long",
        30,
    );
    assert_eq!(
        site.value("select sum(never_signed_in) from attention_tallies"),
        "151"
    );
    cluster.each_mail_arrived_once();
    cluster.all_run();

    // A list of 2,500 goes on when those who are at it are gone.
    let boss = cluster.signed_in();
    let list: String = (0..2_500)
        .map(|number| format!("new{number}@acme.example,Nora,New\r\n"))
        .collect();
    let import = boss
        .upload("/imports", &[("file", Some("list.csv"), list.as_bytes())])
        .location
        .unwrap();
    assert_eq!(boss.post(&import, &[("people", "2500")]).status, 303);
    cluster.programs.remove(0).kill();
    cluster.workers.remove(0).kill();
    let site = &cluster.site;
    cluster.until_none("imports where state = 'running'", 60);
    assert_eq!(site.count("users where username like 'new%'"), 2_500);
    assert_eq!(
        site.count("events where kind = 'user_added' and details ->> 'username' like 'new%'"),
        2_500
    );
    assert_eq!(site.count("import_lines where outcome = 'added'"), 2_500);
    // A worker that was killed between sending and noting sends again: at most what it had in hand.
    cluster.until_none("mails where state = 'waiting'", 120);
    assert_eq!(
        site.count("mails where user_id in (select id from users where username like 'new%')"),
        2_500
    );
    for number in 0..2_500 {
        assert!(cluster.sink.asked(&format!("new{number}@acme.example")) >= 1);
    }
}
