//! Many at once, by real connections.

use crate::site::Site;

fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                scope.spawn({
                    let work = &work;
                    move || work(number)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn fifty_adds_on_the_last_seat_let_one_in() {
    let site = Site::start();
    site.company("Acme", "acme.example", 2);
    let client = site.signed_in("boss@acme.example");
    let cookie = client.cookie.borrow().clone();
    let statuses = at_once(50, |number| {
        let other = site.client();
        other.cookie.replace(cookie.clone());
        let username = format!("new{number}@acme.example");
        let page = other.post(
            "/users",
            &[
                ("username", &username),
                ("first_name", "New"),
                ("last_name", "Body"),
            ],
        );
        (page.status, page.says("No seat is free"))
    });
    assert_eq!(
        statuses.iter().filter(|(status, _)| *status == 303).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses
            .iter()
            .all(|(status, told)| *status == 303 || (*status == 422 && *told)),
        "{statuses:?}"
    );
    assert_eq!(
        (
            site.count("users"),
            site.count("mails"),
            site.count("events where kind = 'user_added'")
        ),
        (2, 1, 2)
    );
}

#[test]
fn the_same_new_address_from_two_accounts_at_once_goes_to_one() {
    let site = Site::start();
    site.company("Acme", "acme.example", 60);
    site.company("Globex", "globex.example", 60);
    site.sql("insert into account_domains select id, 'labs.example', now() from accounts");
    let cookies = [
        site.signed_in("boss@acme.example").cookie.borrow().clone(),
        site.signed_in("boss@globex.example")
            .cookie
            .borrow()
            .clone(),
    ];
    let statuses = at_once(50, |number| {
        let client = site.client();
        client.cookie.replace(cookies[number % 2].clone());
        client
            .post(
                "/users",
                &[
                    ("username", "new@labs.example"),
                    ("first_name", "New"),
                    ("last_name", "Body"),
                ],
            )
            .status
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 303).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| [303, 422].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(site.count("users where username = 'new@labs.example'"), 1);
    assert_eq!(site.count("mails"), 1);
}

#[test]
fn two_administrators_who_demote_each_other_at_once_leave_one() {
    for _ in 0..5 {
        let site = Site::start();
        let acme = site.company("Acme", "acme.example", 5);
        site.person(acme, "other@acme.example", true);
        let pairs = [
            ("boss@acme.example", "other"),
            ("other@acme.example", "boss"),
        ];
        // Everything but the click itself comes before.
        let cookies = pairs.map(|(by, _)| site.signed_in(by).cookie.borrow().clone());
        let ids = pairs.map(|(_, whom)| {
            site.value(&format!(
                "select id from users where username like '{whom}%'"
            ))
        });
        let statuses = at_once(2, |number| {
            let client = site.client();
            client.cookie.replace(cookies[number].clone());
            let id = &ids[number];
            client
                .post(
                    &format!("/users/{id}/administrator"),
                    &[("administrator", "no")],
                )
                .status
        });
        assert_eq!(
            site.count("users where administrator and active"),
            1,
            "{statuses:?}"
        );
        assert!(
            statuses.contains(&303) && !statuses.contains(&500),
            "{statuses:?}"
        );
    }
}

#[test]
fn a_copied_cookie_is_dead_at_once_also_while_many_connections_hammer() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 5);
    site.person(acme, "ann@acme.example", true);
    let cookie = site.signed_in("ann@acme.example").cookie.borrow().clone();
    let boss = site.signed_in("boss@acme.example");
    let id = site.value("select id from users where username like 'ann%'");
    std::thread::scope(|scope| {
        let hammers: Vec<_> = (0..16)
            .map(|_| {
                let client = site.client();
                client.cookie.replace(cookie.clone());
                scope.spawn(move || {
                    (0..30)
                        .map(|_| client.get("/users").status)
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        boss.post("/password-resets", &[("scope", "selected"), ("user", &id)]);
        let late = site.client();
        late.cookie.replace(cookie.clone());
        assert_eq!(late.get("/users").status, 303);
        for hammer in hammers {
            let statuses = hammer.join().unwrap();
            assert!(statuses.iter().all(|status| [200, 303].contains(status)));
            assert!(
                statuses.windows(2).all(|pair| pair != [303, 200]),
                "a dead session came back"
            );
        }
    });
    assert_eq!(site.count(&format!("sessions where user_id = '{id}'")), 0);
}

#[test]
fn an_edit_and_a_recorded_training_of_one_person_at_once_do_not_stand_in_each_others_way() {
    let site = Site::start();
    let acme = site.company("Acme", "acme.example", 9);
    let ann = site.person(acme, "ann@acme.example", false);
    let cookie = site.signed_in("boss@acme.example").cookie.borrow().clone();
    let statuses = at_once(12, |number| {
        let client = site.client();
        client.cookie.replace(cookie.clone());
        (0..10)
            .map(|round| {
                let title = format!("Title {number} {round}");
                let edit = [
                    ("username", "ann@acme.example"),
                    ("first_name", "Ann"),
                    ("last_name", "Tester"),
                    ("title", title.as_str()),
                ];
                match number % 2 {
                    0 => client.post(&format!("/users/{ann}"), &edit).status,
                    _ => {
                        let path = format!("/users/{ann}/training");
                        client.post(&path, &[("kind", "new_user")]).status
                    }
                }
            })
            .collect::<Vec<_>>()
    });
    // Two edits of one field may meet: that is told.
    assert!(
        statuses
            .iter()
            .flatten()
            .all(|status| [303, 409].contains(status)),
        "{statuses:?}"
    );
}
