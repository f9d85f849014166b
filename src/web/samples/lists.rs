//! The list in its states.

use super::people::{chips, counts, list};
use super::{draw, id, signed_in, telling};
use crate::users::{Sort, SortColumn};
use crate::web::components::Seats;
use crate::web::flash::Flash;
use crate::web::layout::Layout;
use crate::web::users::chips::Matches;
use crate::web::users::onboarding::{Onboarding, onboarding};
use crate::web::users::pages::{UserList, UsersPage};
use crate::web::users::place::Place;

fn page(layout: Layout, list: UserList) -> UsersPage {
    UsersPage {
        layout,
        list,
        dialog: None,
    }
}

fn searched(q: &str) -> Place {
    Place {
        q: q.to_owned(),
        ..Place::default()
    }
}

#[test]
fn fifty_people() {
    let html = draw("list-50", &page(signed_in(), list(50)));
    for words in [
        "<h1>User Accounts</h1>",
        ">Show Active</option>",
        ">Show Inactive</option>",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("aria-label=\"Select ana.ruiz0@acme.example\""));
    assert!(html.contains("aria-label=\"Select all on this page\""));
    assert!(html.contains("118 of 120 seats"));
}

#[test]
fn three_people_and_a_message() {
    let flash =
        Flash::success("Grace Lin is deactivated and can no longer sign in. 1 seat is free.")
            .link("Grace Lin", format!("/users/{}", id(6)))
            .action("Undo", format!("/users/{}/activation", id(6)), vec![])
            .mark(id(1));
    let mut list = list(3);
    list.seats = Seats { used: 3, total: 5 };
    list.active = 3;
    list.rows[2].ticked = true;
    let html = draw("list-3-flash", &page(telling(flash), list));
    assert!(html.contains("class=\"marked\""));
    assert!(html.contains(">Undo</button>"));
}

#[test]
fn a_search_finds_some() {
    let mut found = list(12);
    found.place = Place {
        inactive: true,
        sort: Sort {
            column: SortColumn::LastSignIn,
            descending: true,
        },
        ..searched("lin")
    };
    found.matches = Some(Matches::MoreThan(1000));
    found.pager.previous = Some("/users?before=x".to_owned());
    found.pager.next = Some("/users?after=x".to_owned());
    found.onboarding = Onboarding::default();
    let html = draw("list-search", &page(signed_in(), found));
    assert!(html.contains("More than 1,000 users match"));
    assert!(html.contains("aria-sort=\"descending\""));
}

#[test]
fn a_search_finds_nobody_here_but_some_on_the_other_side() {
    let mut none = list(0);
    none.place = searched("<b>lind</b>");
    none.matches = Some(Matches::Exactly(0));
    none.other_side_matches = Some(Matches::Exactly(3));
    let html = draw("list-other-side", &page(signed_in(), none));
    assert!(html.contains("3 inactive users match"));
    assert!(!html.contains("<b>lind"));
}

#[test]
fn nobody_is_inactive() {
    let mut none = list(0);
    none.place.inactive = true;
    none.inactive = 0;
    draw("list-no-inactive", &page(signed_in(), none));
}

#[test]
fn a_chip_is_chosen_and_the_seats_are_overdrawn() {
    let mut some = list(5);
    some.seats = Seats {
        used: 1_124,
        total: 1_120,
    };
    some.place.needs = Some(crate::users::Needs::MailFailed);
    some.matches = Some(Matches::Exactly(5));
    let mut chips = chips();
    chips[0].active = true;
    some.onboarding = onboarding(1_124, &counts(), chips);
    draw(
        "list-chip-over",
        &page(
            telling(Flash::notice(
                "A password is on its way to Grace Lin already.",
            )),
            some,
        ),
    );
}

#[test]
fn a_new_account_explains_what_to_do_first() {
    let mut first = list(4);
    first.rows.drain(..3);
    first.seats = Seats { used: 1, total: 25 };
    first.active = 1;
    first.inactive = 0;
    let html = draw("list-new-account", &page(signed_in(), first));
    assert!(html.contains("Nobody is here yet but you"));
}
