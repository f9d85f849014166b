//! `Import a list`: people who take the place of others.

use crate::imports::{check, company, import};

const HEAD: &str = "Username,First name,Last name,Replaces\n";

#[test]
fn a_list_replaces_people_also_with_no_seat_free_and_keeps_both_histories() {
    let (site, acme, client) = company();
    let tom = site.person(acme, "tom@acme.example", false);
    let sam = site.person(acme, "sam@acme.example", false);
    site.sql("update accounts set seats = 3");
    let before = site.everything();
    let path = check(
        &client,
        &format!(
            "{HEAD}nora@acme.example,Nora,New, Tom@ACME.example\nmia@acme.example,Mia,Moe,sam@acme.example\n"
        ),
    );
    let page = client.get(&path);
    for words in [
        "2 will replace",
        "0 will be added",
        "In the place of Tom Tester, who is deactivated.",
        "Those who are replaced are deactivated in the same moment.",
        "Chosen to replace somebody: 2 people",
        "Import 2 people",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert!(!page.says("Lines for which no seat is left"));
    assert_eq!(site.everything(), before, "nobody is changed by a check");
    assert!(client.get(&format!("{path}?show=replace")).says("Nora New"));

    assert_eq!(
        client
            .post(
                &format!("{path}/choice"),
                &[("line", "2"), ("chosen", "no")]
            )
            .status,
        303
    );
    assert!(
        client
            .get(&path)
            .says("Chosen to replace somebody: 1 of 2 people")
    );
    let done = import(&site, &client, &path);
    for words in [
        "1 replaced",
        "1 left out",
        "In the place of Tom Tester, who is deactivated.",
    ] {
        assert!(done.says(words), "{words}: {}", done.text());
    }
    assert_eq!(
        site.value(&format!(
            "select active || deactivation_reason from users where id = '{tom}'"
        )),
        "falseReplaced by Nora New"
    );
    assert_eq!(
        site.value(&format!("select active from users where id = '{sam}'")),
        "true"
    );
    assert_eq!(
        site.value("select active_users || '/' || seats from accounts"),
        "3/3"
    );
    let nora = site.value("select id from users where username = 'nora@acme.example'");
    assert_eq!(
        site.count(&format!("events where kind = 'user_replaced' and user_id in ('{tom}', '{nora}') and actor = 'user'")),
        2
    );
    assert!(
        client
            .get("/activity")
            .says("The import of a list finished: 1 replaced.")
    );
    assert_eq!(site.count("mails"), 1);
    site.mailed_password("nora@acme.example");
    // The same list again: who came is there, and nobody is replaced twice.
    let again = client.get(&check(
        &client,
        &format!("{HEAD}nora@acme.example,Nora,New,tom@acme.example\n"),
    ));
    assert!(
        again.says("1 unchanged") && again.says("There is nothing to import"),
        "{}",
        again.text()
    );
}

#[test]
fn who_cannot_be_replaced_is_said_and_nothing_of_other_accounts() {
    let (site, acme, client) = company();
    let globex = site.company("Globex", "globex.example", 20);
    site.person(globex, "gus@globex.example", false);
    for name in ["tom", "gone", "back"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    site.person(acme, "ada@acme.example", true);
    site.sql("update users set active = false, deactivated_at = now() where username in ('gone@acme.example', 'back@acme.example')");
    let before = site.everything();
    let list = format!(
        "{HEAD}a@acme.example,Ann,A,tom@acme.example
b@acme.example,Bea,B,tom@acme.example
tom@acme.example,Tom,Tester,
c@acme.example,Cat,C,gone@acme.example
d@acme.example,Dan,D,ada@acme.example
e@acme.example,Eve,E,boss@acme.example
f@acme.example,Fay,F,gus@globex.example
g@acme.example,Gil,G,nobody@acme.example
h@acme.example,Hal,H,Tom
back@acme.example,Back,Tester,tom@acme.example
"
    );
    let page = client.get(&check(&client, &list));
    for words in [
        "1 will replace",
        "9 refused",
        "Replaces: Tom Tester is replaced on line 2 already.",
        "This person is replaced on line 2.",
        "Replaces: Gone Tester is inactive already. Leave that column empty to add this person.",
        "Replaces: Ada Tester is an administrator. Replace them on their own page.",
        "Replaces: Boss Tester is an administrator. Replace them on their own page.",
        "Replaces: nobody in your account has the username gus@globex.example.",
        "Replaces: nobody in your account has the username nobody@acme.example.",
        "Replaces: Enter one email address, like name@company.example.",
        "Replaces: Back Tester was in your account before and is no new user.",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert_eq!(site.everything(), before);
    assert_eq!(
        site.count("address_conflicts"),
        0,
        "no other account was asked"
    );
}

#[test]
fn nobody_stays_on_one_line_and_is_replaced_on_another_in_whichever_order() {
    let (site, acme, client) = company();
    for name in ["tom", "back"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    site.sql("update users set active = false, deactivated_at = now() where username = 'back@acme.example'");
    let before = site.everything();
    let (stays, replaced) = (
        "tom@acme.example,Tom,Tester,\n",
        "a@acme.example,Ann,A,TOM@acme.example\n",
    );
    let page = client.get(&check(&client, &format!("{HEAD}{replaced}{stays}")));
    for words in [
        "1 will replace",
        "1 refused",
        "This person is replaced on line 2. Take out one of the two lines.",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    let path = check(&client, &format!("{HEAD}{stays}{replaced}"));
    let page = client.get(&path);
    for words in [
        "1 unchanged",
        "1 refused",
        "Replaces: Tom Tester stands on line 2. Take out one of the two lines.",
        "There is nothing to import",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    // Neither does who comes back on one line leave on the next.
    let page = client.get(&check(
        &client,
        &format!("{HEAD}back@acme.example,Back,Tester,\nb@acme.example,Bea,B,back@acme.example\n"),
    ));
    for words in [
        "1 will be reactivated",
        "Replaces: Back Tester stands on line 2. Take out one of the two lines.",
    ] {
        assert!(page.says(words), "{words}: {}", page.text());
    }
    assert_eq!(site.everything(), before);
}

#[test]
fn who_left_or_was_promoted_between_check_and_run_is_not_replaced() {
    let (site, acme, client) = company();
    for name in ["tom", "sam"] {
        site.person(acme, &format!("{name}@acme.example"), false);
    }
    let path = check(
        &client,
        &format!(
            "{HEAD}a@acme.example,Ann,A,tom@acme.example\nb@acme.example,Bea,B,sam@acme.example\n"
        ),
    );
    site.sql("update users set active = false, deactivated_at = now() where username = 'tom@acme.example'");
    site.sql("update users set administrator = true where username = 'sam@acme.example'");
    let done = import(&site, &client, &path);
    assert!(
        done.says("2 refused") && done.says("Tom Tester is inactive already."),
        "{}",
        done.text()
    );
    assert_eq!(
        site.count("users where username in ('a@acme.example', 'b@acme.example')"),
        0
    );
    assert_eq!(
        site.value("select active from users where username = 'sam@acme.example'"),
        "true"
    );
    let refused = client.get(&format!("{path}/refused.csv")).body;
    assert!(
        refused.contains("a@acme.example,Ann,A,,,,tom@acme.example,2,Replaces: "),
        "{refused}"
    );
}
