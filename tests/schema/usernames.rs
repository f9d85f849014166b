//! Usernames: one form, one holder, one of the account's own domains.

use crate::{A, B, Base, user};

#[test]
fn an_address_has_one_row_in_the_whole_database() {
    let base = Base::with_two_accounts();
    base.run(&user(A, "ann@shared.example", true, false))
        .unwrap();
    for account in [A, B] {
        assert_eq!(
            base.refused(&user(account, "ann@shared.example", true, false)),
            "users_username"
        );
        assert_eq!(
            base.refused(&user(account, "ann@shared.example", false, false)),
            "users_username"
        );
    }
    assert_eq!(
        base.refused(&user(B, "Ann@shared.example", true, false)),
        "users_username_form",
        "no other case"
    );
}

#[test]
fn only_the_one_stored_form_is_taken() {
    let base = Base::with_two_accounts();
    let long = format!("{}@a.example", "x".repeat(65));
    for username in [
        "ANN@a.example",
        "ann",
        "ann@",
        "@a.example",
        "a b@a.example",
        "a@b@a.example",
        "\"a\"@a.example",
        ".a@a.example",
        "a..b@a.example",
        "a.@a.example",
        "straße@a.example",
        "a\n@a.example",
        "a@a",
        &long,
    ] {
        let constraint = base.refused(&user(A, username, true, false));
        assert!(
            constraint == "users_username_form" || constraint == "users_domain",
            "{username:?}: {constraint}"
        );
    }
    base.run(&user(A, "o'neil+x.y_z-1@a.example", true, false))
        .unwrap();
}

#[test]
fn an_address_is_at_a_domain_of_its_own_account() {
    let base = Base::with_two_accounts();
    for username in ["x@b.example", "x@x.a.example", "x@evila.example"] {
        assert_eq!(
            base.refused(&user(A, username, true, false)),
            "users_domain",
            "{username}"
        );
    }
}

#[test]
fn a_domain_stays_while_anybody_of_its_account_has_an_address_there() {
    let base = Base::with_two_accounts();
    base.run(&user(B, "ann@shared.example", false, false))
        .unwrap();
    let remove = |account| {
        format!(
            "delete from account_domains where account_id = '{account}' and domain = 'shared.example'"
        )
    };
    assert_eq!(
        base.refused(&remove(B)),
        "users_domain",
        "also for the inactive"
    );
    base.run(&remove(A)).unwrap();
}

#[test]
fn a_reserved_address_is_its_owners_until_it_runs_out() {
    let base = Base::with_two_accounts();
    base.run(&user(A, "ann@shared.example", true, false))
        .unwrap();
    base.run(
        "insert into reserved_usernames select 'old@shared.example', account_id, id, now() + interval '1 day'
         from users where username = 'ann@shared.example'",
    )
    .unwrap();
    for account in [A, B] {
        assert_eq!(
            base.refused(&user(account, "old@shared.example", true, false)),
            "users_username_reserved"
        );
    }
    let boss = "update users set username = 'old@shared.example' where username = 'boss@a.example'";
    assert_eq!(base.refused(boss), "users_username_reserved");
    base.run(
        "update users set username = 'old@shared.example' where username = 'ann@shared.example'",
    )
    .unwrap();
    base.run(
        "update users set username = 'ann@shared.example' where username = 'old@shared.example'",
    )
    .unwrap();
    base.run("update reserved_usernames set reserved_until = now() - interval '1 second'")
        .unwrap();
    base.run(&user(B, "old@shared.example", true, false))
        .unwrap();
}
