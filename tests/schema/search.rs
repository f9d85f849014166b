//! What a search looks at follows the people, whatever changes them.

use crate::{A, Base, user};

/// People whose entry is missing, stale or of nobody.
const STRAYS: &str =
    "select count(*) from users full join user_search as entry using (account_id, id)
     where (users.active, users.search_text, users.username, users.name_key)
           is distinct from (entry.active, entry.search_text, entry.username, entry.name_key)";

#[test]
fn every_person_has_one_entry_for_searches_that_follows_each_change() {
    let base = Base::with_two_accounts();
    base.run(&user(A, "ann@a.example", true, false)).unwrap();
    base.run(&user(A, "bob@a.example", false, false)).unwrap();
    assert_eq!(base.value("select count(*) from user_search"), "4");
    for change in [
        "update users set search_text = 'ann meyer', name_key = 'ann meyer' where username = 'ann@a.example'",
        "update users set active = false, deactivated_at = now() where username = 'ann@a.example'",
        "update users set username = 'anna@a.example' where username = 'ann@a.example'",
        "update users set last_sign_in_at = now(), title = 'Buyer'",
        "delete from users where username = 'bob@a.example'",
    ] {
        base.run(change).unwrap();
        assert_eq!(base.value(STRAYS), "0", "{change}");
    }
    assert_eq!(
        base.value(
            "select active || search_text || username from user_search where username like 'anna@%'"
        ),
        "falseann meyeranna@a.example"
    );
    assert_eq!(base.value("select count(*) from user_search"), "3");
}

#[test]
fn a_sign_in_writes_no_new_entry_for_searches() {
    let base = Base::with_two_accounts();
    let entry = "select ctid::text from user_search where username = 'boss@a.example'";
    let before = base.value(entry);
    base.run("update users set last_sign_in_at = now(), password_reset_at = now() where username = 'boss@a.example'")
        .unwrap();
    assert_eq!(base.value(entry), before);
}
