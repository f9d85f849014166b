//! The program killed when the database has committed a change and the program has not heard of it: the
//! person sees no answer and sends the form again.

use std::time::{Duration, Instant};

use user_accounts::db::{Db, Purpose};
use user_accounts::ids;
use uuid::Uuid;

use crate::client::Client;
use crate::invariants;
use crate::killed_at_statements::{Act, coming, start};
use crate::proxy::Proxy;
use crate::site::{Company, Site};
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};

/// An act, and bytes that the program says to the database in its transaction and at no other time.
type Marked = (Act, Vec<u8>);

fn event(kind: &str, user: Uuid) -> String {
    format!("events where kind = '{kind}' and user_id = '{user}'")
}

fn adding(_: &Site, _: Company, _: &Client) -> Marked {
    let username = "added@acme.example";
    let act = Act {
        path: "/users".into(),
        fields: coming(username),
        shown_by: vec![
            (format!("users where username = '{username}'"), 1),
            ("events where kind = 'user_added'".into(), 1),
            ("mails where kind = 'welcome'".into(), 1),
            ("users where active".into(), 1),
        ],
    };
    (act, username.into())
}

fn replacing(site: &Site, company: Company, _: &Client) -> Marked {
    let leaving = site.person(company, "leaving@acme.example", false);
    let username = "coming@acme.example";
    let act = Act {
        path: format!("/users/{leaving}/replacement"),
        fields: coming(username),
        shown_by: vec![
            (event("user_deactivated", leaving), 1),
            ("events where kind = 'user_replaced'".into(), 2),
            (format!("users where username = '{username}'"), 1),
            ("mails where kind = 'welcome'".into(), 1),
            ("users where active".into(), 0),
        ],
    };
    (act, username.into())
}

/// The form of the pop-up as it is when it opens, with this changed.
fn edit_of(
    client: &Client,
    user: Uuid,
    change: (&'static str, &str),
) -> Vec<(&'static str, String)> {
    let page = client.get(&format!("/users/{user}")).dialog();
    let names = [
        "username",
        "first_name",
        "last_name",
        "title",
        "original_username",
        "original_first_name",
        "original_last_name",
        "original_title",
        "original_active",
    ];
    let mut fields: Vec<(&'static str, String)> =
        names.map(|name| (name, page.field(name))).to_vec();
    fields.retain(|(name, _)| *name != change.0);
    fields.push((change.0, change.1.to_string()));
    fields
}

fn editing(site: &Site, company: Company, client: &Client) -> Marked {
    let person = site.person(company, "edited@acme.example", false);
    let title = "Keeper of the commits";
    let act = Act {
        path: format!("/users/{person}"),
        fields: edit_of(client, person, ("title", title)),
        shown_by: vec![
            (event("user_edited", person), 1),
            (format!("users where title = '{title}'"), 1),
        ],
    };
    (act, title.into())
}

fn changing_a_username(site: &Site, company: Company, client: &Client) -> Marked {
    let person = site.person(company, "maiden@acme.example", false);
    let username = "married@acme.example";
    let act = Act {
        path: format!("/users/{person}"),
        fields: edit_of(client, person, ("username", username)),
        shown_by: vec![
            (event("user_edited", person), 1),
            (format!("users where username = '{username}'"), 1),
            ("mails where kind = 'username_changed'".into(), 2),
            ("reserved_usernames".into(), 1),
        ],
    };
    (act, username.into())
}

fn deactivating(site: &Site, company: Company, client: &Client) -> Marked {
    let person = site.person(company, "out@acme.example", false);
    let reason = "Gone at the commit";
    let mut fields = edit_of(client, person, ("reason", reason));
    fields.push(("active_account_on_form", "yes".into()));
    let act = Act {
        path: format!("/users/{person}"),
        fields,
        shown_by: vec![
            (event("user_deactivated", person), 1),
            ("users where active".into(), -1),
            (format!("users where deactivation_reason = '{reason}'"), 1),
        ],
    };
    (act, reason.into())
}

fn training(site: &Site, company: Company, _: &Client) -> Marked {
    let person = site.person(company, "pupil@acme.example", false);
    let note = "Any day but the day of the commit";
    let act = Act {
        path: "/training-requests".into(),
        fields: vec![
            ("id", ids::new().to_string()),
            ("kind", "new_user".into()),
            ("scope", "selected".into()),
            ("user", person.to_string()),
            ("note", note.into()),
        ],
        shown_by: vec![
            ("training_requests".into(), 1),
            (event("training_requested", person), 1),
            ("mails where training_request_id is not null".into(), 2),
        ],
    };
    (act, note.into())
}

fn resetting(site: &Site, company: Company, client: &Client) -> Marked {
    let person = site.person(company, "reset@acme.example", false);
    let act = Act {
        path: "/password-resets".into(),
        fields: vec![
            ("opened", client.get("/password-resets/new").field("opened")),
            ("scope", "selected".into()),
            ("user", person.to_string()),
        ],
        shown_by: vec![
            ("password_resets".into(), 1),
            (event("password_reset", person), 1),
            ("mails where kind = 'password_reset'".into(), 1),
            (format!("passwords where user_id = '{person}'"), -1),
        ],
    };
    (act, person.as_bytes().to_vec())
}

/// Two mails of a kind that both count: here nobody is added, or reset, twice.
const MAILED_TWICE: &str = "mails as one join mails as other using (account_id, user_id, kind)
     where one.id <> other.id and kind in ('welcome', 'password_reset') and one.state <> 'cancelled' and other.state <> 'cancelled'";

#[test]
fn killed_between_the_commit_and_its_answer_every_act_is_done_and_sent_again_is_done_no_second_time()
 {
    let url = fresh_database_url();
    let proxy = Proxy::before(&url);
    let through = proxy.url(&url);
    let site = Site::on(&url, Db::new(&url, Purpose::Serving, 4), |_| {});
    let company = site.company("Acme", "acme.example", 500);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(Sink::start(|_, _| Reply::Accept));
    let acts: [fn(&Site, Company, &Client) -> Marked; 7] = [
        adding,
        replacing,
        editing,
        changing_a_username,
        deactivating,
        training,
        resetting,
    ];
    for prepare in acts {
        let (program, client) = start(&through, &sink);
        let (act, marker) = prepare(&site, company, &client);
        let before = act.counts(&site);
        let done = act.when_done(&before);
        proxy.kill_at_commit_of(program.pid(), &marker);
        let answer = act.send(&client);
        assert!(proxy.spare(), "{}: nothing was committed", act.path);
        assert!(answer.is_none(), "{}: it was answered", act.path);
        drop(program);
        assert_eq!(act.counts(&site), done, "{}: committed is done", act.path);
        let (program, client) = start(&through, &sink);
        let again = act.send(&client).unwrap();
        let is_told_as_done = again.status == 422 && again.says("Nothing was sent twice");
        assert!(
            again.status == 303 || is_told_as_done,
            "{}: {}",
            act.path,
            again.text()
        );
        assert_eq!(act.counts(&site), done, "{}: once", act.path);
        invariants::hold(&site, &act.path);
        assert_eq!(site.count(MAILED_TWICE), 0, "{}: mailed twice", act.path);
        drop(program);
    }
    // Everything that was to be mailed is mailed by whoever comes next.
    let (_program, _) = start(&through, &sink);
    site.sql("update mails set next_attempt_at = now() where state = 'waiting'");
    let patience = Instant::now();
    while site.count("mails where state = 'waiting'") > 0 {
        assert!(
            patience.elapsed() < Duration::from_secs(40),
            "mails are not sent"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(site.count("mails where state = 'failed'"), 0);
}
