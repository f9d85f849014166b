//! What the chips about mailed passwords find people by follows the people and their mails.

use std::time::Instant;

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

/// Seconds that mailing so many people anew and settling the mails takes; their mails before are settled, too.
fn mailing(base: &Base, people: u32) -> f64 {
    let begin = Instant::now();
    base.run(&format!(
        "create temporary table mailed on commit drop as
         select id as user_id, gen_random_uuid() as mail_id from users where account_id = '{A}' order by id limit {people};
         insert into mails (account_id, id, kind, user_id, created_at, next_attempt_at)
         select '{A}', mail_id, 'welcome', user_id, now(), now() from mailed;
         update users set password_mail_id = mail_id, password_mail_state = 'waiting', password_mail_at = null
         from mailed where user_id = id"
    ))
    .unwrap();
    let waiting = "select count(*) from users where password_mail_state = 'waiting'";
    assert_eq!(base.value(waiting), people.to_string());
    base.run("update mails set state = 'sent', settled_at = now() where state = 'waiting'")
        .unwrap();
    let taken = begin.elapsed().as_secs_f64();
    assert_eq!(base.value(waiting), "0");
    let strays = format!("select count(*) from {WRONG_OPEN_PASSWORD_MAILS}");
    assert_eq!(base.value(&strays), "0");
    taken
}

#[test]
fn mailing_many_people_compares_none_with_each_other_after_mailing_one() {
    let base = Base::with_one_connection();
    base.run(&format!(
        "update accounts set seats = 1000000 where id = '{A}';
         insert into users (account_id, id, username, first_name, last_name, search_text, name_key, active, administrator, created_at)
         select '{A}', gen_random_uuid(), gen_random_uuid() || '@a.example', 'F', 'L', '', '', true, false, now()
         from generate_series(1, 8000);
         analyze users"
    ))
    .unwrap();
    // The connection has settled one before: it keeps the plan that was made for it.
    // Twice: the second time there is something to take away.
    mailing(&base, 1);
    mailing(&base, 1);
    let few = (0..3)
        .map(|_| mailing(&base, 1_000))
        .fold(f64::INFINITY, f64::min);
    let many = (0..2).map(|_| mailing(&base, 8_000)).fold(0.0, f64::max);
    // Were each mail compared with each other, it would take hundreds of times as long.
    assert!(
        many < 60.0 * few,
        "{few:.3} s for 1,000 and {many:.3} s for 8,000"
    );
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
