//! History is append-only.

use crate::{A, Base};

#[test]
fn a_line_of_history_is_neither_changed_nor_deleted() {
    let base = Base::with_two_accounts();
    base.run(&format!("insert into events (account_id, happened_at, actor, kind) values ('{A}', now(), 'staff', 'account_created')")).unwrap();
    for statement in [
        "update events set kind = 'other'",
        "delete from events",
        "truncate events",
    ] {
        assert_eq!(
            base.refused(statement),
            "history is append-only",
            "{statement}"
        );
    }
    // The one exception: staff erase a person's data, and say so for their own transaction.
    base.run("set local user_accounts.erasing = 'on'; update events set details = '{}'")
        .unwrap();
    assert_eq!(
        base.refused("update events set details = '{}'"),
        "history is append-only"
    );
    assert_eq!(
        base.refused("set local user_accounts.erasing = 'on'; delete from events"),
        "history is append-only"
    );
    assert_eq!(base.value("select count(*) from events"), "1");
}

#[test]
fn a_persons_act_names_the_person() {
    let base = Base::with_two_accounts();
    let act = |actor: &str, user: &str| {
        format!(
            "insert into events (account_id, happened_at, actor, actor_user_id, kind) values ('{A}', now(), '{actor}', {user}, 'x')"
        )
    };
    assert_eq!(base.refused(&act("user", "null")), "events_check");
    let boss = "(select id from users where username = 'boss@a.example')";
    assert_eq!(base.refused(&act("staff", boss)), "events_check");
    base.run(&act("user", boss)).unwrap();
}
