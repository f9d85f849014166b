//! The program killed while it mails new passwords to 500 people.

use std::collections::HashMap;
use std::time::Duration;

use user_accounts::db::{Db, Purpose};
use user_accounts::history::{Actor, Author};
use user_accounts::password_resets::{self, ResetPasswords};
use user_accounts::sessions::Digest;
use user_accounts::users::Scope;
use user_accounts::{clock, ids};

use crate::program::Program;
use crate::support::people::Company;
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::until;

const PEOPLE: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn after_kill_9_in_a_reset_of_500_people_each_has_a_mail_whose_password_works() {
    let url = fresh_database_url();
    let company = Company::new(Db::new(&url, Purpose::Serving, 4), PEOPLE, "Ann");
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let author = Author {
        account_id: company.account,
        actor: Actor::User(company.administrator()),
        source: None,
        request_id: None,
        import: None,
    };
    let now = clock::now();
    let command = ResetPasswords {
        id: ids::new(),
        scope: Scope::AllActive,
        opened_at: now,
    };
    let reset = company
        .db
        .write(|tx| password_resets::reset(tx, &author, &command, &Digest::of("none"), now))
        .unwrap();
    assert_eq!(reset.people, PEOPLE);

    let program = Program::serve(&url, sink.port);
    until("some mails arrive", || sink.count() >= 1).await;
    program.kill();
    assert!(
        company.count("sent") < PEOPLE,
        "the program was killed too late to show anything"
    );

    let program = Program::serve(&url, sink.port);
    // What the killed one had claimed is due again when its lease runs out, after half a minute.
    for _ in 0..3 {
        if company.count("sent") < PEOPLE {
            tokio::time::sleep(Duration::from_secs(15)).await;
        }
    }
    until("every mail is sent", || company.count("sent") == PEOPLE).await;
    drop(program);

    let mut passwords: HashMap<String, Vec<String>> = HashMap::new();
    for mail in sink.arrived() {
        passwords
            .entry(mail.recipient.clone())
            .or_default()
            .push(mail.password());
    }
    assert_eq!(passwords.len(), PEOPLE, "everybody got a mail");
    for (number, user) in company.users.iter().enumerate() {
        let address = crate::support::people::address(number + 1);
        let mailed = &passwords[&address];
        assert!(
            mailed
                .iter()
                .all(|password| company.password_works(*user, password)),
            "every password that arrived at {address} works until one is used to choose"
        );
    }
    assert_eq!(
        company.mails().len(),
        PEOPLE,
        "one mail each, however often it was tried"
    );
}
