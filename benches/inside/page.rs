//! A list of fifty people, as a large company sees it.

use user_accounts::web::components::{Pager, Seats, Tone};
use user_accounts::web::layout::{Layout, SignedIn};
use user_accounts::web::users::pages::{UserList, UserRow, UsersPage};
use user_accounts::web::users::place::Place;
use uuid::Uuid;

/// The page.
pub fn of_fifty() -> UsersPage {
    UsersPage {
        layout: Layout {
            product_name: "User Accounts".to_string(),
            signed_in: Some(SignedIn {
                account_name: "Acme Instruments".to_string(),
                name: "Olivia Bennett".to_string(),
                username: "olivia.bennett@acme.example".to_string(),
                administrator: true,
            }),
            support_email: "customer.success@vendor.example".to_string(),
            support_phone: "+1 555 0100".to_string(),
            ..Layout::default()
        },
        list: UserList {
            place: Place::default(),
            rows: (0..50).map(row).collect(),
            seats: Seats {
                used: 90_000,
                total: 93_500,
            },
            active: 90_000,
            inactive: 10_000,
            pager: Pager {
                previous: None,
                next: Some(format!("/users?after={}", "x".repeat(90))),
            },
            ..UserList::default()
        },
        dialog: None,
    }
}

fn row(number: u128) -> UserRow {
    UserRow {
        id: Uuid::from_u128(number + 1),
        username: format!("firstname.lastname{number}@acme.example"),
        name: format!("Firstname Lastname{number}"),
        title: "Quality Engineer".to_string(),
        department: "Research & Development".to_string(),
        phone: format!("+1 555 01{number:02}"),
        last_sign_in: Some("3 May 2026".to_string()),
        status: "Active".to_string(),
        tone: Tone::Quiet,
        ..UserRow::default()
    }
}
