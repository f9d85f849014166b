//! What the pages ask the database: how often, and by which plan.

use secrecy::SecretString;
use user_accounts::db::{Db, Purpose};

use crate::client::Client;
use crate::site::{Company, Site};
use crate::support::postgres::{fresh_database_url, log_statements, logged_statements};

/// A program whose statements are written down.
struct Watched {
    site: Site,
    url: SecretString,
}

impl Watched {
    fn start() -> Watched {
        let url = fresh_database_url();
        log_statements(&url);
        let db = Db::new(&url, Purpose::Serving, 4);
        Watched {
            site: Site::on(&url, db, |_| {}),
            url,
        }
    }

    /// A company with an administrator, `people` people who are in and as many who are out, each with a
    /// mail that failed.
    fn company(&self, name: &str, people: usize) -> (Company, Client) {
        let domain = format!("{name}.example");
        let company = self.site.company(name, &domain, 1_000_000);
        let id = company.id;
        self.site.sql(&format!(
            "with people as (
                 select n, gen_random_uuid() as id, gen_random_uuid() as mail, n <= {people} as active
                 from generate_series(1, {people} * 2) as n
             ), mailed as (
                 insert into mails (account_id, id, kind, user_id, created_at, next_attempt_at, state, settled_at, explanation)
                 select '{id}', mail, 'welcome', id, now(), now(), 'failed', now(), '550 no such user' from people
             )
             insert into users (account_id, id, username, first_name, last_name, department, search_text, name_key, active,
                 deactivated_at, last_sign_in_at, password_mail_id, password_mail_state, password_mail_at, created_at)
             select '{id}', id, 'person' || n || '@{domain}', 'Ann', 'Tester', 'Sales', 'person' || n || '@{domain} ann tester sales',
                 'ann tester', active, case when not active then now() end,
                 case when n % 2 = 0 then now() - n * interval '1 hour' end, mail, 'failed', now(), now()
             from people"
        ));
        let client = self.site.signed_in(&format!("boss@{domain}"));
        client.get("/users");
        (company, client)
    }

    /// What is asked for by a call.
    fn asked<T>(&self, call: impl FnOnce() -> T) -> (T, Vec<String>) {
        let before = logged_statements(&self.url).len();
        let answer = call();
        let mut statements = logged_statements(&self.url);
        (answer, statements.split_off(before))
    }

    /// What is asked for by a page.
    fn asked_by(&self, client: &Client, path: &str) -> Vec<String> {
        let (answer, statements) = self.asked(|| client.get(path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        statements
    }
}

/// Every kind of list: sides, orders, first and further pages, chips, searches of common and rare
/// words and of what nobody has.
fn lists(client: &Client) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for side in ["active", "inactive"] {
        for sort in [
            "username",
            "-username",
            "name",
            "-name",
            "last-sign-in",
            "-last-sign-in",
        ] {
            let first = format!("/users?show={side}&sort={sort}");
            if let Some(after) = link_with(&client.get(&first).body, "after") {
                lists.extend(link_with(&client.get(&after).body, "before"));
                lists.push(after);
            }
            lists.push(first);
        }
    }
    for narrowed in [
        "needs=mail-failed",
        "needs=never-trained&sort=-name",
        "needs=never-signed-in",
        "needs=password-expired",
        "q=ann",
        "q=sales+tester&sort=last-sign-in",
        "q=person7",
        "q=zzzz",
        "q=a",
        "q=zzzz&needs=mail-failed",
        "q=ann&show=inactive&sort=-name",
    ] {
        lists.push(format!("/users?{narrowed}"));
    }
    lists
}

/// The address of the link to the page before or after.
fn link_with(body: &str, parameter: &str) -> Option<String> {
    body.split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.starts_with("/users?") && href.contains(&format!("{parameter}=")))
        .map(|href| href.replace("&#38;", "&").replace("&amp;", "&"))
}

#[test]
fn a_view_of_the_list_asks_at_most_three_times_and_a_search_four_times_for_one_row_as_for_fifty() {
    let watched = Watched::start();
    let (_, few) = watched.company("few", 1);
    let (_, many) = watched.company("many", 120);
    for path in lists(&many) {
        let statements = watched.asked_by(&many, &path);
        let most = 3 + usize::from(path.contains("q="));
        assert!(
            (2..=most).contains(&statements.len()),
            "{path}: {statements:#?}"
        );
        for statement in &statements {
            assert!(
                statement.starts_with("execute __diesel"),
                "not kept prepared: {statement}"
            );
        }
        // A place in a list of many is no place in a list of few.
        if !path.contains("after=") && !path.contains("before=") && !path.contains("person7") {
            assert_eq!(
                watched.asked_by(&few, &path).len(),
                statements.len(),
                "{path}"
            );
        }
    }
}

#[test]
fn other_pages_ask_as_often_for_many_as_for_one() {
    let watched = Watched::start();
    let counts: Vec<Vec<(String, usize)>> = [("few", 1), ("many", 120)]
        .map(|(name, people)| {
            let (company, client) = watched.company(name, people);
            let person = watched.site.value(&format!(
                "select id from users where account_id = '{}' and active and not administrator limit 1",
                company.id
            ));
            let all = [("scope", "all_active")];
            let reset = client.post("/password-resets", &all).location.unwrap();
            let fields = [("scope", "all_active"), ("kind", "new_user")];
            let training = client.post("/training-requests", &fields).location.unwrap();
            let list: String = (0..people)
                .map(|n| format!("new{n}@{name}.example,Nora,New\r\n"))
                .collect();
            let import = client
                .upload("/imports", &[("file", Some("list.csv"), list.as_bytes())])
                .location
                .unwrap();
            client.get("/users");
            [
                ("a person", format!("/users/{person}")),
                ("their history", format!("/users/{person}/history")),
                ("activity", "/activity".to_string()),
                ("activity of a kind", "/activity?kind=passwords".to_string()),
                ("activity by name", "/activity?person=boss".to_string()),
                ("the account", "/account".to_string()),
                ("the dialog to add", "/users/new".to_string()),
                ("the dialog to reset", "/password-resets/new?q=ann".to_string()),
                ("the dialog to train", "/training-requests/new".to_string()),
                ("a reset", reset),
                ("a training request", training),
                ("an import", import),
                ("the dialog to import", "/imports/new".to_string()),
                ("one's own password", "/password".to_string()),
            ]
            .map(|(page, path)| (page.to_string(), watched.asked_by(&client, &path).len()))
            .to_vec()
        })
        .to_vec();
    assert_eq!(counts[0], counts[1]);
    let most = counts[1].iter().max_by_key(|(_, count)| *count).unwrap();
    assert!(most.1 <= 11, "{:?}", counts[1]);
}

#[test]
fn no_page_of_the_list_reads_the_table_from_end_to_end() {
    let watched = Watched::start();
    // Ten companies of two thousand, so that the planner has something to choose between.
    let (_, client) = watched.company("acme", 1_000);
    for number in 1..10 {
        let domain = format!("other{number}.example");
        let other = watched
            .site
            .company(&format!("Other {number}"), &domain, 1_000_000)
            .id;
        watched.site.sql(&format!(
            "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, created_at)
             select '{other}', gen_random_uuid(), 'person' || n || '@{domain}', 'Bo', 'Other', 'person' || n || '@{domain} bo other', 'bo other', now()
             from generate_series(1, 2000) as n"
        ));
    }
    // As if all of these had been mailed a password lately.
    watched.site.sql(
        "insert into open_password_mails (account_id, id, state, settled_at, never_came)
         select account_id, id, case when random() < 0.1 then 'failed' else 'sent' end, now(), true
         from users where last_name = 'Other'",
    );
    for table in [
        "users",
        "user_search",
        "open_password_mails",
        "mails",
        "accounts",
        "sessions",
        "attention_tallies",
    ] {
        watched.site.sql(&format!("analyze {table}"));
    }
    let mut checked = 0;
    for path in lists(&client) {
        for statement in watched.asked_by(&client, &path) {
            if !["users", "user_search", "open_password_mails"]
                .iter()
                .any(|table| statement.contains(&format!("from {table}")))
            {
                continue;
            }
            let plan = plan_of(&watched.site, &statement);
            assert!(
                ["users_", "user_search_", "open_password_mails_"]
                    .iter()
                    .any(|index| plan.contains(index)),
                "{path} has no index of users\n{plan}"
            );
            for table in ["users", "user_search", "open_password_mails", "mails"] {
                assert!(
                    !plan.contains(&format!("Seq Scan on {table}")),
                    "{path}\n{statement}\n{plan}"
                );
            }
            let is_plain = !path.contains("q=") && !path.contains("needs=");
            if is_plain && statement.contains("lateral") {
                // Who came and who never came follow each other; the page that was read is put into order.
                let sorts = usize::from(path.contains("last-sign-in"));
                assert!(
                    plan.matches("Sort Key").count() <= sorts
                        && !below_limit(&plan).contains("Sort"),
                    "{path} is sorted\n{plan}"
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked} statements were looked at");
}

#[test]
fn lines_of_history_are_looked_up_also_in_an_account_far_above_the_average() {
    let watched = Watched::start();
    let (acme, client) = watched.company("acme", 100);
    // The average account has one or two lines: reading all of it would look cheap.
    watched.site.sql(
        "with made as (
             insert into accounts (id, name, seats, created_at)
             select gen_random_uuid(), 'Small ' || n, 5, now() from generate_series(1, 3000) as n returning id
         )
         insert into events (account_id, happened_at, actor, kind)
         select id, now(), 'staff', 'account_created' from made",
    );
    watched.site.sql(&format!(
        "insert into events (account_id, happened_at, actor, user_id, kind)
         select account_id, now(), 'staff', id, 'user_added' from users cross join generate_series(1, 20)
         where account_id = '{}'",
        acme.id
    ));
    watched.site.sql("analyze events");
    let mut looked_at = 0;
    for path in ["/activity", "/activity?kind=people"] {
        for statement in watched.asked_by(&client, path) {
            if statement.contains("\"events\"") && statement.contains("= ANY") {
                let plan = plan_of(&watched.site, &statement);
                assert!(plan.contains("Index Cond: (id = ANY"), "{path}\n{plan}");
                looked_at += 1;
            }
        }
    }
    assert_eq!(looked_at, 2);
}

#[test]
fn connections_that_serve_pages_plan_without_values_and_without_merging_accounts() {
    let watched = Watched::start();
    for (setting, value) in user_accounts::db::PLANNING {
        let shown: String = watched
            .site
            .db
            .read(|connection| {
                use diesel::prelude::*;
                let shown = format!("current_setting('{setting}')");
                diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&shown))
                    .get_result(connection)
            })
            .unwrap();
        assert_eq!(shown, value, "{setting}");
    }
}

/// What a plan does before its first limit cuts the rows of the page off.
fn below_limit(plan: &str) -> &str {
    plan.split_once("Limit").map_or("", |(_, below)| below)
}

/// The plan of a statement of the log, as the program's connections make it, which are asked.
fn plan_of(site: &Site, logged: &str) -> String {
    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let (_, statement) = logged.split_once(": ").unwrap();
    let (statement, parameters) = statement.rsplit_once("\nparameters: ").unwrap();
    let values: Vec<&str> = parameters
        .split(", $")
        .map(|parameter| parameter.split_once(" = ").unwrap().1)
        .collect();
    let lines: Vec<Line> = site
        .db
        .read(|connection| {
            connection.batch_execute(&format!("prepare looked_at as {statement}"))?;
            let lines =
                diesel::sql_query(format!("explain execute looked_at ({})", values.join(", ")))
                    .load(connection);
            connection.batch_execute("deallocate looked_at")?;
            lines
        })
        .unwrap();
    lines.into_iter().map(|line| line.line + "\n").collect()
}
