//! Seats, the last administrator, and the totals that guard both.

use crate::{A, Base, user};

fn many(count: usize, active: bool) -> String {
    let rows: Vec<String> = (0..count)
        .map(|n| {
            let deactivated = if active { "null" } else { "now()" };
            format!(
                "('{A}'::uuid, gen_random_uuid(), 'm{n}@a.example', 'F', 'L', '', '', {active}, {deactivated}::timestamptz, now())"
            )
        })
        .collect();
    format!(
        "insert into users (account_id, id, username, first_name, last_name, search_text, name_key, active, deactivated_at, created_at)
         values {};",
        rows.join(", ")
    )
}

const TAKE_OUT_ONE: &str =
    "update users set active = false, deactivated_at = now() where username = 'm0@a.example';";

#[test]
fn more_people_than_seats_are_refused_by_every_path() {
    let base = Base::with_two_accounts();
    assert_eq!(
        base.refused(&many(5, true)),
        "accounts_seats",
        "in bulk, the whole of it"
    );
    assert_eq!(base.value("select count(*) from users"), "2");
    base.run(&many(4, true)).unwrap();
    assert_eq!(
        base.refused(&user(A, "x@a.example", true, false)),
        "accounts_seats",
        "one by one"
    );
    base.run(&user(A, "y@a.example", false, false)).unwrap();
    let back_in =
        "update users set active = true, deactivated_at = null where username = 'y@a.example'";
    assert_eq!(base.refused(back_in), "accounts_seats", "by reactivating");
    let one_out_one_in = format!("{TAKE_OUT_ONE} {}", user(A, "z@a.example", true, false));
    base.run(&one_out_one_in).unwrap();
}

#[test]
fn an_account_over_its_seats_is_usable_and_only_growth_is_refused() {
    let base = Base::with_two_accounts();
    base.run(&many(4, true)).unwrap();
    base.run(&format!("update accounts set seats = 2 where id = '{A}'"))
        .unwrap();
    base.run(
        "update users set title = 'Buyer', last_sign_in_at = now() where username = 'm1@a.example'",
    )
    .unwrap();
    assert_eq!(
        base.refused(&user(A, "x@a.example", true, false)),
        "accounts_seats"
    );
    base.run(&format!(
        "{TAKE_OUT_ONE} {}",
        user(A, "x@a.example", true, false)
    ))
    .unwrap();
    let one_out_two_in = format!(
        "update users set active = false, deactivated_at = now() where username = 'm1@a.example'; {} {}",
        user(A, "v@a.example", true, false),
        user(A, "w@a.example", true, false)
    );
    assert_eq!(base.refused(&one_out_two_in), "accounts_seats");
    assert_eq!(
        base.value(&format!(
            "select active_users from accounts where id = '{A}'"
        )),
        "5"
    );
}

#[test]
fn fifty_at_once_on_the_last_seat_let_one_in() {
    let base = Base::with_two_accounts();
    base.run(&many(3, true)).unwrap();
    let won = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..50)
            .map(|n| {
                let base = &base;
                scope.spawn(move || {
                    base.run(&user(A, &format!("r{n}@a.example"), true, false))
                        .is_ok()
                })
            })
            .collect();
        tries
            .into_iter()
            .map(|attempt| attempt.join().unwrap())
            .filter(|won| *won)
            .count()
    });
    assert_eq!(won, 1);
    assert_eq!(
        base.value(&format!(
            "select active_users from accounts where id = '{A}'"
        )),
        "5"
    );
}

#[test]
fn the_last_administrator_stays_whoever_asks() {
    let base = Base::with_two_accounts();
    let demote = "update users set administrator = false where username = 'boss@a.example'";
    let out = "update users set active = false, administrator = false, deactivated_at = now() where username = 'boss@a.example'";
    assert_eq!(base.refused(demote), "accounts_last_administrator");
    assert_eq!(base.refused(out), "accounts_last_administrator");
    base.run(&user(A, "second@a.example", true, true)).unwrap();
    let both = "update users set administrator = false where username in ('boss@a.example', 'second@a.example')";
    assert_eq!(base.refused(both), "accounts_last_administrator");
    base.run(out).unwrap();
    assert_eq!(
        base.refused(&user(A, "third@a.example", false, true)),
        "users_active_administrator"
    );
}

#[test]
fn the_totals_are_the_real_counts_after_bulk_changes() {
    let base = Base::with_two_accounts();
    base.run(&format!(
        "update accounts set seats = 1000 where id = '{A}'"
    ))
    .unwrap();
    base.run(&many(300, true)).unwrap();
    base.run("update users set active = false, deactivated_at = now() where username like 'm1%'")
        .unwrap();
    base.run("update users set administrator = true where username like 'm2%'")
        .unwrap();
    base.run("update users set active = true, deactivated_at = null where username like 'm12%'")
        .unwrap();
    base.run("delete from users where username like 'm3%'")
        .unwrap();
    let wrong = base.value(
        "select count(*) from accounts where (active_users, inactive_users, active_administrators) <> (
             select count(*) filter (where active), count(*) filter (where not active), count(*) filter (where administrator)
             from users where account_id = accounts.id)",
    );
    assert_eq!(wrong, "0");
}
