//! What has run out and is swept away.

use std::sync::mpsc::channel;
use std::thread::scope;

use diesel::connection::SimpleConnection as _;
use time::Duration;
use user_accounts::housekeeping::keep_house;
use user_accounts::{clock, db};

use crate::site::Site;

#[test]
fn what_has_run_out_is_swept_away_piece_by_piece_and_one_that_is_held_up_holds_up_no_other() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    site.signed_in("boss@acme.example");
    site.sql("update sessions set created_at = now() - interval '31 days'");
    site.sql(
        "insert into throttles values (decode(repeat('ab', 32), 'hex'), now() - interval '1 hour')",
    );
    let gone = "throttles where used_until < now()";
    let (held, is_held) = channel();
    let (end, may_end) = channel::<()>();
    let owner = &site.owner;
    scope(|scope| {
        scope.spawn(move || {
            owner
                .write(|tx| {
                    tx.batch_execute("lock table sessions in exclusive mode")?;
                    held.send(()).unwrap();
                    may_end.recv().unwrap();
                    Ok::<_, db::Error>(())
                })
                .unwrap();
        });
        is_held.recv().unwrap();
        keep_house(&site.db, clock::now());
        end.send(()).unwrap();
    });
    assert_eq!((site.count("sessions"), site.count(gone)), (1, 0));
    keep_house(&site.db, clock::now());
    assert_eq!(site.count("sessions"), 0);
}

#[test]
fn where_somebody_came_in_from_is_forgotten_after_90_days_and_what_was_refused_is_kept() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    site.signed_in("boss@acme.example");
    site.sql(
        "insert into sign_in_sources select account_id, id, inet '10.0.0.0' + n, now() - interval '90 days' - interval '1 second' * n
         from users, generate_series(1, 10001) as n",
    );
    site.sql("insert into sign_in_sources select account_id, id, '10.9.9.9', now() - interval '89 days' from users");
    site.sql("insert into refusals values ('2020-01-01', 'sign_in', '10.0.0.1', gen_random_uuid(), 3, '2020-01-01')");
    let left = || site.count("sign_in_sources");
    let before = left();
    let now = clock::now();
    keep_house(&site.db, now);
    assert_eq!(before - left(), 10_001, "more than go at once");
    site.sql("insert into sign_in_sources select account_id, id, '10.8.8.8', now() - interval '91 days' from users");
    keep_house(&site.db, now + Duration::minutes(59));
    assert_eq!(before - left(), 10_000, "the table is read once an hour");
    keep_house(&site.db, now + Duration::minutes(61));
    assert_eq!(before - left(), 10_001);
    assert_eq!(site.count("sign_in_sources where source = '10.9.9.9'"), 1);
    assert_eq!(site.count("refusals where times = 3"), 1);
}

#[test]
fn a_former_address_whose_time_is_over_is_kept_by_nobody() {
    let site = Site::start();
    site.company("Acme", "acme.example", 5);
    for (address, left) in [("former", "-1 second"), ("recent", "1 day")] {
        site.sql(&format!(
            "insert into reserved_usernames select '{address}@acme.example', account_id, id, now() + interval '{left}' from users"
        ));
    }
    keep_house(&site.db, clock::now());
    assert_eq!(
        site.value("select string_agg(username, ' ') from reserved_usernames"),
        "recent@acme.example"
    );
    keep_house(&site.db, clock::now() + Duration::days(1));
    assert_eq!(site.count("reserved_usernames"), 0);
}
