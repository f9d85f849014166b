//! The program killed while it adds the people of a list.

use user_accounts::clock;
use user_accounts::db::{Db, Purpose};
use user_accounts::history::{Actor, Author};
use user_accounts::imports::{self, csv_in};

use crate::program::Program;
use crate::support::people::Company;
use crate::support::postgres::fresh_database_url;
use crate::support::smtp_sink::{Reply, Sink};
use crate::support::workers::until;

const PEOPLE: i64 = 6_000;

#[tokio::test(flavor = "multi_thread")]
async fn after_kill_9_in_an_import_everybody_is_added_once_with_one_mail_and_one_event() {
    let url = fresh_database_url();
    let company = Company::new(Db::new(&url, Purpose::Serving, 4), 1, "Ann");
    let sink = Sink::start(|_, _| Reply::Accept).await;
    let author = Author {
        account_id: company.account,
        actor: Actor::User(company.administrator()),
        source: None,
        request_id: None,
        import: None,
    };
    let list: String = (0..PEOPLE)
        .map(|number| format!("new{number}@acme.example,Nora,New\n"))
        .collect();
    let sheet = csv_in::read(list.as_bytes()).unwrap();
    let id = imports::check(&company.db, &author, &sheet, clock::now()).unwrap();
    company
        .db
        .write(|tx| {
            imports::start(
                tx,
                &author,
                id,
                imports::Promised {
                    people: Some(PEOPLE),
                    choice: None,
                },
                clock::now(),
            )
        })
        .unwrap();
    let counts = || {
        company
            .change(|tx| imports::details(tx, company.account, id))
            .unwrap()
            .counts
    };

    for _ in 0..2 {
        let before = counts().added;
        let program = Program::serve(&url, sink.port);
        until("another batch is in", || counts().added > before).await;
        program.kill();
    }
    let cut_off = counts();
    assert!(
        cut_off.to_do > 0,
        "the program was killed too late to show anything"
    );
    assert_eq!(i64::try_from(company.mails().len()).unwrap(), cut_off.added);

    let program = Program::serve(&url, sink.port);
    until("everybody is in", || counts().to_do == 0).await;
    drop(program);
    let people = counts();
    assert_eq!((people.added, people.refused_at_run), (PEOPLE, 0));
    assert_eq!(i64::try_from(company.mails().len()).unwrap(), PEOPLE);
    let dump = company.dump();
    let events = dump.lines().filter(|line| line.contains(",user_added,"));
    assert_eq!(i64::try_from(events.count()).unwrap(), PEOPLE);
}
