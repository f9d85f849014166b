//! What the chips about mailed passwords find people by follows the people and their mails.

use crate::support::WRONG_OPEN_PASSWORD_MAILS;
use crate::{A, Base, user};

/// A mail of Ann's.
fn mail(id: u8) -> String {
    format!(
        "insert into mails (account_id, id, kind, user_id, created_at, next_attempt_at)
         select account_id, '00000000-0000-4000-8000-0000000000{id:02}', 'password_reset', id, now(), now()
         from users where username = 'ann@a.example'"
    )
}

#[test]
fn a_mailed_password_still_to_be_used_has_one_entry_that_follows_each_change() {
    let base = Base::with_two_accounts();
    base.run(&user(A, "ann@a.example", true, false)).unwrap();
    let strays = format!("select count(*) from {WRONG_OPEN_PASSWORD_MAILS}");
    let point = |id: u8| {
        format!(
            "update users set password_mail_id = '00000000-0000-4000-8000-0000000000{id:02}', password_mail_state = 'waiting', password_mail_at = null
             where username = 'ann@a.example'"
        )
    };
    let settle = |state: &str| {
        format!("update mails set state = '{state}', settled_at = now() where state = 'waiting'")
    };
    let of_ann = |set: &str| format!("update users set {set} where username = 'ann@a.example'");
    for (change, entry) in [
        (mail(1), ""),
        (point(1), ""),
        (settle("sent"), "sent true"),
        (of_ann("last_sign_in_at = now()"), "sent false"),
        (mail(2), "sent false"),
        (point(2), ""),
        (settle("failed"), "failed false"),
        (of_ann("active = false, deactivated_at = now()"), ""),
        (
            of_ann("active = true, deactivated_at = null"),
            "failed false",
        ),
        (of_ann("password_mail_id = null"), ""),
        (
            of_ann("password_mail_id = '00000000-0000-4000-8000-000000000001'"),
            "sent false",
        ),
        (
            "delete from users where username = 'ann@a.example'".to_string(),
            "sent false",
        ),
    ] {
        let done = base.run(&change);
        assert_eq!(base.value(&strays), "0", "{change} {done:?}");
        assert_eq!(
            base.value("select coalesce(string_agg(state || ' ' || never_came, ','), '') from open_password_mails"),
            entry,
            "{change}"
        );
    }
}

#[test]
fn who_is_mailed_again_gets_no_new_entry_in_any_index_of_users() {
    let base = Base::with_two_accounts();
    let indexed = base.value(
        "select count(*) from pg_index join pg_attribute on attrelid = indrelid
         where indrelid = 'users'::regclass and attname in ('password_mail_id', 'password_mail_state', 'password_mail_at', 'password_reset_at')
           and (attnum = any (indkey) or pg_get_indexdef(indexrelid) like '%' || attname || '%')",
    );
    assert_eq!(indexed, "0");
}
