//! Once over every page and every action of an administrator.

use time::Duration;
use user_accounts::clock;
use user_accounts::users::Key;
use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::stage::{PASSWORD, Stage};

/// Rows before the page called "deep".
const DEEP: u32 = 50_000;

pub struct Tour<'a> {
    stage: &'a Stage,
    client: Client,
    /// Makes what it adds its own.
    mark: String,
}

type Done<'a> = &'a mut dyn FnMut(&str);

impl<'a> Tour<'a> {
    pub fn begin(stage: &'a Stage, number: usize) -> Tour<'a> {
        let now = clock::now().unix_timestamp();
        Tour {
            stage,
            client: Client::new(&stage.base),
            mark: format!("t{number}x{now}"),
        }
    }

    /// Tells `done` the name of each step when it is over.
    pub fn go(&self, done: Done<'_>) {
        self.sign_in(done);
        self.lists(done);
        self.searches(done);
        let person = self.people(done);
        self.bulk(&person, done);
        self.imports(done);
        self.reads(&person, done);
        self.password(done);
    }

    fn get(&self, path: &str) -> Answer {
        let answer = self.client.get(path);
        assert!(
            answer.status < 400,
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
        answer
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.client.post(path, fields);
        assert!(
            answer.status < 400 || answer.status == 422,
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
        answer
    }

    fn sign_in(&self, done: Done<'_>) {
        let name = self.stage.administrator.as_str();
        self.get("/sign-in");
        done("Sign-in page");
        self.post(
            "/sign-in",
            &[
                ("username", "nobody@nowhere.example"),
                ("password", "wrong"),
            ],
        );
        done("Sign-in refused");
        self.post("/sign-in", &[("username", name), ("password", PASSWORD)]);
        done("Sign-in");
        self.get("/");
    }

    fn lists(&self, done: Done<'_>) {
        let deep = self.stage.value(&format!(
            "select username || ' ' || name_key || '|' || id || '|' || coalesce(last_sign_in_at, now()) from users
             where account_id = '{}' and active order by username offset {DEEP} limit 1",
            self.stage.account
        ));
        let (names, rest) = deep.split_once('|').unwrap_or(("m m", ""));
        let (username, name) = names.split_once(' ').unwrap();
        let id = rest.split('|').next().unwrap_or_default();
        let id = Uuid::parse_str(id).unwrap_or_default();
        let account = Uuid::parse_str(&self.stage.account).unwrap();
        let ago = clock::now() - Duration::days(20);
        for (sort, key) in [
            ("username", Key::Username(username.into())),
            ("name", Key::Name(name.into(), id)),
            ("last-sign-in", Key::LastSignIn(Some(ago), id)),
            ("last-sign-in", Key::LastSignIn(None, id)),
        ] {
            let place = self.stage.seal.seal(account, &key);
            for side in ["active", "inactive"] {
                for sign in ["", "-"] {
                    let list = format!("/users?show={side}&sort={sign}{sort}");
                    self.get(&list);
                    done(&format!("List: {side}, by {sign}{sort}"));
                    for direction in ["after", "before"] {
                        self.get(&format!("{list}&{direction}={place}"));
                        done(&format!(
                            "List: {side}, by {sign}{sort}, {direction} a deep place"
                        ));
                    }
                }
            }
        }
        for needs in [
            "never-signed-in",
            "mail-failed",
            "password-expired",
            "never-trained",
            "training-requested",
        ] {
            for sort in ["username", "-name"] {
                self.get(&format!("/users?needs={needs}&sort={sort}"));
                done(&format!("Chip: {needs}, by {sort}"));
            }
        }
    }

    fn searches(&self, done: Done<'_>) {
        for words in [
            "zzzzq",
            "villanueva",
            "smith",
            "james",
            "engineer",
            "production",
            "company",
            "a",
            "maria smith",
            "james sales",
            "account executive smith",
            "al engineer",
        ] {
            let q = words.replace(' ', "+");
            for sort in ["username", "-last-sign-in"] {
                self.get(&format!("/users?q={q}&sort={sort}"));
                done(&format!("Search: {words}, by {sort}"));
            }
        }
        self.get("/users?q=smith&show=inactive");
        done("Search: smith among the inactive");
        self.get("/users?q=smith&needs=never-signed-in");
        done("Search: smith among those who never signed in");
        self.get("/users.csv?q=villanueva");
        done("Export of a search");
    }

    /// Everything about one person; returns their page.
    fn people(&self, done: Done<'_>) -> String {
        let domain = &self.stage.domain;
        let username = format!("{}@{domain}", self.mark);
        let name = [("first_name", "Nora"), ("last_name", "Newcomer")];
        self.get("/users/new");
        done("Dialog to add");
        let add =
            |username: &str| self.post("/users", &[&name[..], &[("username", username)]].concat());
        add(&username);
        done("Add");
        add(&self.stage.administrator);
        done("Add: in use here");
        let id = self.stage.value(&format!(
            "select id from users where username = '{username}'"
        ));
        let person = format!("/users/{id}");
        self.get(&person);
        done("Dialog to edit");
        let fields = |title: &'static str, old: &'static str, active: bool, was: bool| {
            let mut fields = vec![
                ("username", username.as_str()),
                ("original_username", username.as_str()),
                ("first_name", "Nora"),
                ("original_first_name", "Nora"),
                ("last_name", "Newcomer"),
                ("original_last_name", "Newcomer"),
                ("title", title),
                ("original_title", old),
                ("has_active", "yes"),
                ("active_shown", "yes"),
            ];
            if was {
                fields.push(("original_active", "yes"));
            } else {
                fields.push(("original_active", "no"));
            }
            if active {
                fields.push(("active", "yes"));
            }
            fields
        };
        self.post(&person, &fields("Lead", "", true, true));
        done("Edit");
        self.get(&format!("{person}/history"));
        done("History of a person");
        for page in ["training", "administrator", "replacement/new"] {
            self.get(&format!("{person}/{page}"));
            done(&format!("Dialog: {page}"));
        }
        self.post(&format!("{person}/training"), &[("kind", "new_user")]);
        done("Attendance");
        self.post(&format!("{person}/password-mail"), &[]);
        done("Password mailed again");
        for yes in ["yes", "no"] {
            self.post(
                &format!("{person}/administrator"),
                &[("administrator", yes)],
            );
            done("Administrator made and unmade");
        }
        let successor = format!("{}s@{domain}", self.mark);
        self.post(
            &format!("{person}/replacement"),
            &[
                ("username", successor.as_str()),
                ("first_name", "Sam"),
                ("last_name", "Successor"),
            ],
        );
        done("Replace");
        self.post(&person, &fields("Lead", "Lead", true, false));
        done("Reactivate");
        self.post(&person, &fields("Lead", "Lead", false, true));
        done("Deactivate");
        let id = self.stage.value(&format!(
            "select id from users where username = '{successor}'"
        ));
        format!("/users/{id}")
    }

    fn bulk(&self, person: &str, done: Done<'_>) {
        let id = person.rsplit('/').next().unwrap();
        for list in ["password-resets", "training-requests"] {
            self.get(&format!("/{list}/new?user={id}"));
            done(&format!("{list}: dialog"));
            self.get(&format!("/{list}/new?q=villanueva"));
            done(&format!("{list}: dialog over a search"));
            let fields = [("scope", "selected"), ("user", id), ("kind", "new_user")];
            let Some(page) = self.post(&format!("/{list}"), &fields).location else {
                continue;
            };
            done(&format!("{list}: selected"));
            self.get(&page);
            done(&format!("{list}: page"));
            self.get(&format!("{page}/people.csv"));
            done(&format!("{list}: download"));
            self.post(&format!("{page}/retry"), &[]);
            done(&format!("{list}: retry"));
            if list == "training-requests" {
                self.get(&format!("{page}/left-out"));
                done("training-requests: left out");
                self.get("/training-requests");
                done("training-requests: list");
                self.post(&format!("{page}/undo"), &[]);
                done("training-requests: undo");
            } else {
                let word = format!("q={}", self.mark);
                self.post(&format!("/{list}?{word}"), &[("scope", "matching")]);
                done("password-resets: all that match");
            }
        }
    }

    fn imports(&self, done: Done<'_>) {
        let domain = &self.stage.domain;
        let list: String = (0..20)
            .map(|number| format!("{}i{number}@{domain},Nora,Imported\r\n", self.mark))
            .chain(["wrong,Bo,Bad\r\n".to_string()])
            .collect();
        self.get("/imports/new");
        done("Import: dialog");
        let hand_in = || {
            self.client
                .upload("/imports", &[("file", Some("list.csv"), list.as_bytes())])
                .location
        };
        let Some(page) = hand_in() else { return };
        done("Import: check");
        self.post(&format!("{page}/delete"), &[]);
        done("Import: delete");
        let Some(page) = hand_in() else { return };
        done("Import: another check");
        self.get(&page);
        done("Import: page");
        self.post(
            &format!("{page}/choice"),
            &[("line", "1"), ("chosen", "no")],
        );
        done("Import: choice");
        self.post(&page, &[]);
        done("Import: start");
        for _ in 0..50 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            if !self.get(&page).body.contains("data-refresh") {
                break;
            }
        }
        done("Import: run");
        self.get(&format!("{page}/refused.csv"));
        done("Import: refused lines");
    }

    fn reads(&self, person: &str, done: Done<'_>) {
        let id = person.rsplit('/').next().unwrap();
        for (name, query) in [
            ("everything", String::new()),
            ("of a kind", "?kind=passwords".into()),
            ("of a person", format!("?user={id}")),
            ("by name", format!("?person={}", self.mark)),
            ("of some days", "?from=2026-01-01&to=2027-12-31".into()),
        ] {
            self.get(&format!("/activity{query}"));
            done(&format!("Activity {name}"));
            // A name that several have, or nobody, is a question for the page.
            if name != "by name" {
                self.get(&format!("/activity.csv{query}"));
                done(&format!("Activity {name}, download"));
            }
        }
        self.get("/account");
        done("The account");
        self.post("/account", &[("time_zone", "Europe/Vienna")]);
        done("The account: time zone");
        self.get("/account/second-factor");
        done("The account: second factor");
        self.get("/second-factor");
        done("Second factor: page");
        self.post("/second-factor/setup", &[("current_password", PASSWORD)]);
        done("Second factor: begun");
        self.get("/readyz");
        done("Readiness");
    }

    fn password(&self, done: Done<'_>) {
        self.get("/password");
        done("Own password: page");
        self.post(
            "/password",
            &[
                ("current_password", "not it"),
                ("new_password", "short"),
                ("repeat_password", "short"),
            ],
        );
        done("Own password: refused");
        self.get("/forgot-password");
        self.post(
            "/forgot-password",
            &[("username", &format!("{}s@{}", self.mark, self.stage.domain))],
        );
        done("Forgot your password");
        self.post("/sign-out", &[]);
        done("Sign-out");
    }
}
