//! Demonstration data, against a real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what a test builds on may stop it at once; how long it took is worth a line"
)]

mod support;

use std::collections::HashMap;
use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use secrecy::SecretString;
use support::postgres::fresh_database;
use user_accounts::access::{SignInAttempt, sign_in};
use user_accounts::accounts::{self, Account};
use user_accounts::clock;
use user_accounts::db::Db;
use user_accounts::demo::{self, Amount, DemoError};
use user_accounts::history::{Actor, Author};
use user_accounts::passwords::Hasher;
use user_accounts::schema::users;
use user_accounts::users::{Conflict, State, User, Username, explain, password_mail};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The number that a query gives.
fn number(db: &Db, query: &str) -> i64 {
    let found: QueryResult<Number> = db.read(|connection| {
        diesel::sql_query(format!("select ({query})::bigint as number")).get_result(connection)
    });
    found.unwrap().number
}

fn account(db: &Db, name: &str) -> Account {
    db.read(|connection| accounts::find_by_name_or_id(connection, name))
        .unwrap()
}

fn users_of(db: &Db, account: &Account) -> Vec<User> {
    db.read(|connection| {
        users::table
            .filter(users::account_id.eq(account.id))
            .order(users::username)
            .select(User::as_select())
            .load(connection)
    })
    .unwrap()
}

/// The totals of every account are what counting gives, and every account has an administrator.
fn assert_totals_are_true(db: &Db) {
    let wrong = number(
        db,
        "select count(*) from accounts where active_administrators = 0 or active_users > seats
         or (active_users, inactive_users, active_administrators) <> (
             select count(*) filter (where active), count(*) filter (where not active),
                    count(*) filter (where administrator)
             from users where account_id = accounts.id)",
    );
    assert_eq!(wrong, 0);
}

#[test]
fn the_demo_account_shows_every_state_and_sends_no_mail() {
    let db = fresh_database();
    let hasher = Hasher::start(1).unwrap();
    let now = clock::now();
    let started = Instant::now();
    let sign_in = demo::create_demo_account(&db, &hasher, now).unwrap();
    println!("made in {:?}", started.elapsed());
    assert_eq!(sign_in.username, demo::ADMINISTRATOR);

    let acme = account(&db, "Acme Instruments");
    assert_eq!((acme.active_users, acme.inactive_users), (120, 14));
    assert_eq!((acme.active_administrators, acme.free_seats()), (3, 5));
    let people = users_of(&db, &acme);
    let mut states: HashMap<&str, Vec<&str>> = HashMap::new();
    for person in &people {
        let mail = db
            .read(|connection| password_mail(connection, acme.id, person))
            .unwrap();
        let name = match person.state(mail.as_ref(), now) {
            State::Inactive(_) => "inactive",
            State::MailWaiting | State::MailDelayed(_) => "mail waiting",
            State::MailFailed(words) => {
                assert!(words.starts_with("550 5.1.1") && words.ends_with("user unknown"));
                "mail failed"
            }
            State::MailCancelled(_) => "mail cancelled",
            State::PasswordSent(_) => "password sent",
            State::PasswordExpired(_) => "password expired",
            State::NeverSignedIn => "never signed in",
            State::InUse => "in use",
        };
        states.entry(name).or_default().push(&person.username);
    }
    let counted = |state: &str| states.get(state).map_or(0, Vec::len);
    assert_eq!(counted("inactive"), 14);
    assert_eq!(counted("in use"), 112);
    assert_eq!(counted("password sent"), 5);
    assert_eq!(states["password expired"], ["liam.walsh@acme.example"]);
    assert_eq!(states["mail failed"], ["noemie.lambert@acme-labs.example"]);
    assert_eq!(states["never signed in"], ["ingrid.aberg@acme.example"]);
    assert_eq!(counted("mail waiting"), 0);
    let departments: std::collections::HashSet<_> = people
        .iter()
        .map(|person| person.profile().department)
        .collect();
    assert!(departments.len() >= 10, "{departments:?}");
    let mails: Vec<Counted> = db
        .read(|connection| {
            diesel::sql_query(
                "select kind || ' ' || state as text, count(*) as number from mails
                 where account_id = (select id from accounts where name = 'Acme Instruments')
                 group by 1 order by 1",
            )
            .load::<Counted>(connection)
        })
        .unwrap();
    let mails: Vec<_> = mails
        .iter()
        .map(|row| (row.text.as_str(), row.number))
        .collect();
    assert_eq!(
        mails,
        [
            ("password_reset sent", 3),
            ("training_confirmation sent", 1),
            ("training_request sent", 1),
            ("username_changed sent", 2),
            ("welcome cancelled", 1),
            ("welcome failed", 1),
            ("welcome sent", 131),
        ]
    );
    for nothing in [
        // No mail that could leave, and nothing that lies ahead or before it could be.
        "select count(*) from mails where state = 'waiting' or settled_at < created_at",
        "select count(*) from events where happened_at > now()",
        "select count(*) from users where last_sign_in_at <= created_at or last_sign_in_at > now()
         or deactivated_at <= last_sign_in_at or deactivated_at > now()",
        // History is in order of time, and nobody's begins before they were added.
        "select count(*) from (select happened_at, lag(happened_at) over
             (partition by account_id order by id) as before from events) as told
         where happened_at < before",
        "select count(*) from events join users on users.account_id = events.account_id
             and users.id = events.user_id where happened_at < created_at",
        // Whoever comes and goes has a password and says in history when they last did.
        "select count(*) from users where last_sign_in_at is not null and active
         and password_mail_id is null and not exists
             (select from passwords where user_id = users.id and chosen_at < last_sign_in_at)",
        "select count(*) from users where last_sign_in_at is not null and not exists
             (select from events where kind = 'signed_in' and user_id = users.id
              and happened_at = last_sign_in_at)",
        "select count(*) from users where not exists
             (select from events where kind = 'user_added' and user_id = users.id)",
        "select count(*) from users where not active and not exists
             (select from events where kind = 'user_deactivated' and user_id = users.id)",
    ] {
        assert_eq!(number(&db, nothing), 0, "{nothing}");
    }
    assert_eq!(
        number(
            &db,
            "select count(*) from training_request_people where open"
        ),
        3
    );
    assert!(number(&db, "select count(*) from training_attendances") > 30);
    assert_totals_are_true(&db);
}

#[test]
fn the_first_administrator_signs_in_and_meets_each_case_of_an_address_in_use() {
    let db = fresh_database();
    let hasher = Hasher::start(1).unwrap();
    let now = clock::now();
    let made = demo::create_demo_account(&db, &hasher, now).unwrap();
    let attempt = SignInAttempt {
        username: made.username.clone(),
        password: made.password,
        source: None,
        request_id: None,
        old_session: None,
    };
    assert!(
        !sign_in(&db, &hasher, &attempt, now)
            .unwrap()
            .must_choose_password
    );

    let acme = account(&db, "Acme Instruments");
    let olivia = users_of(&db, &acme)
        .into_iter()
        .find(|person| person.username == made.username)
        .unwrap();
    assert!(olivia.administrator);
    let author = Author {
        account_id: acme.id,
        actor: Actor::User(olivia.id),
        source: None,
        request_id: None,
        import: None,
    };
    let case = |address: &str| {
        let username = Username::parse(address).unwrap();
        explain(&db, &author, address, &username, now).unwrap()
    };
    assert!(
        matches!(case(demo::ACTIVE_HERE), Conflict::ActiveHere(holder) if holder.name == "Marcus Reed")
    );
    assert!(
        matches!(case(demo::INACTIVE_HERE), Conflict::InactiveHere(holder) if holder.name == "Hans Gruber")
    );
    assert!(
        matches!(case(demo::RESERVED), Conflict::FormerHere { former, .. } if former.username == "emma.oconnor@acme.example")
    );
    for address in [demo::ELSEWHERE, demo::INACTIVE_THERE] {
        assert!(
            matches!(case(address), Conflict::AskSupport { .. }),
            "{address}"
        );
    }
    let rules = "select count(*) from address_conflicts where rule =";
    assert_eq!(number(&db, &format!("{rules} 'elsewhere'")), 2);
    assert_eq!(number(&db, &format!("{rules} 'reserved'")), 1);
    assert_eq!(case("nobody.yet@acme.example"), Conflict::Gone);
}

#[test]
fn the_demo_account_is_made_once() {
    let db = fresh_database();
    let hasher = Hasher::start(1).unwrap();
    demo::create_demo_account(&db, &hasher, clock::now()).unwrap();
    let before = number(&db, "select count(*) from users");
    let again = demo::create_demo_account(&db, &hasher, clock::now()).unwrap_err();
    assert!(matches!(again, DemoError::Exists), "{again:?}");
    assert!(again.to_string().contains("exists already"), "{again}");
    assert_eq!(number(&db, "select count(*) from users"), before);
    assert_eq!(number(&db, "select count(*) from accounts"), 2);
}

#[test]
fn generated_accounts_are_what_was_asked_for_beside_what_is_there() {
    let db = fresh_database();
    let hasher = Hasher::start(1).unwrap();
    let now = clock::now();
    demo::create_demo_account(&db, &hasher, now).unwrap();
    let demo_users = number(&db, "select count(*) from users");
    let amount = Amount {
        accounts: 3,
        users: 2_000,
        seed: 7,
    };
    let password = SecretString::from("copper lantern ninety rivers");
    let mut told = Vec::new();
    let made = demo::generate_with_sign_in(&db, &hasher, amount, &password, now, &mut |done| {
        told.push(done);
    })
    .unwrap();
    assert_eq!(told.last(), Some(&2_000));
    demo::generate(&db, 3, 2_000, 8, now, &mut |_| {}).unwrap();
    assert_eq!(
        number(&db, "select count(*) from users") - demo_users,
        4_000
    );
    assert_eq!(number(&db, "select count(*) from accounts"), 2 + 6);
    assert_totals_are_true(&db);

    let largest = account(&db, &made.largest_account_name);
    assert_eq!(largest.id, made.largest_account_id);
    let people = made.largest_account_users;
    assert_eq!(
        i64::from(largest.inactive_users),
        i64::try_from(people).unwrap() / 10
    );
    assert!(largest.free_seats() > 0);
    assert_eq!(made.administrator, "administrator@company-7-1.example");
    let attempt = SignInAttempt {
        username: made.administrator.clone(),
        password,
        source: None,
        request_id: None,
        old_session: None,
    };
    sign_in(&db, &hasher, &attempt, now).unwrap();

    let never = number(
        &db,
        "select count(*) from users where last_sign_in_at is null",
    );
    assert!((200..500).contains(&never), "{never}");
    for nothing in [
        "select count(*) from mails where state = 'waiting' or settled_at < created_at",
        "select count(*) from users where last_sign_in_at < created_at or created_at > now()
         or last_sign_in_at > now() or deactivated_at < last_sign_in_at",
        "select count(*) from users where active and last_sign_in_at is null
         and password_mail_id is null and username <> 'ingrid.aberg@acme.example'",
    ] {
        assert_eq!(number(&db, nothing), 0, "{nothing}");
    }
    // What is searched and sorted by is what the product would have written.
    for person in users_of(&db, &largest).iter().take(200) {
        let keys: (String, String) = db
            .read(|connection| {
                users::table
                    .find((largest.id, person.id))
                    .select((users::search_text, users::name_key))
                    .first(connection)
            })
            .unwrap();
        let profile = person.profile();
        assert_eq!(
            keys,
            (profile.search_text(&person.username), profile.name_key())
        );
    }

    let again = demo::generate(&db, 3, 2_000, 7, now, &mut |_| {}).unwrap_err();
    assert!(matches!(again, DemoError::SeedUsed), "{again:?}");
    let too_few = demo::generate(&db, 3, 2, 9, now, &mut |_| {}).unwrap_err();
    assert!(matches!(too_few, DemoError::Amount), "{too_few:?}");
}

#[test]
fn loading_an_empty_database_leaves_every_index_and_rule_in_place() {
    let db = fresh_database();
    let definitions = || -> Vec<String> {
        let rows: Vec<Counted> = db
            .read(|connection| {
                diesel::sql_query(
                    "select text, 0::bigint as number from (
                         select pg_get_indexdef(indexrelid) || indisvalid as text
                         from pg_index where indrelid = 'users'::regclass
                         union all
                         select conname || pg_get_constraintdef(oid) || convalidated
                         from pg_constraint where conrelid = 'users'::regclass
                     ) as defined order by text",
                )
                .load(connection)
            })
            .unwrap();
        rows.into_iter().map(|row| row.text).collect()
    };
    let before = definitions();
    demo::generate(&db, 40, 25_000, 1, clock::now(), &mut |_| {}).unwrap();
    assert_eq!(number(&db, "select count(*) from users"), 25_000);
    assert_eq!(definitions(), before);
    assert_totals_are_true(&db);
}
