//! Made-up people.

use super::id;
use crate::users::{Count, Needs};
use crate::web::components::{Pager, Seats, Tone};
use crate::web::users::chips::{Chip, Matches, part_of};
use crate::web::users::onboarding::onboarding;
use crate::web::users::pages::{UserList, UserRow};
use crate::web::users::place::Place;

const NAMES: [(&str, &str); 14] = [
    ("Ana", "Ruiz"),
    ("Björn", "Åkesson"),
    ("Chidi", "Okonkwo"),
    ("Dana", "Fox"),
    ("Émilie", "Lefèvre-Charpentier"),
    ("Farid", "Haddad"),
    ("Grace", "Lin"),
    ("Hiroshi", "Tanaka"),
    ("Ines", "Moreira da Silva Albuquerque"),
    ("Jonas", "Keller"),
    ("Katarzyna", "Wiśniewska"),
    ("Liam", "O’Brien"),
    ("Mei", "Zhang"),
    ("Noor", "El-Amin"),
];

const JOBS: [(&str, &str); 7] = [
    ("Account Executive", "Sales"),
    ("Head of Purchasing", "Operations"),
    ("", ""),
    ("Software Engineer", "Research and Development"),
    ("Business Development Representative", "Sales"),
    ("Marketing Manager", "Marketing"),
    ("Controller", "Finance"),
];

const STATES: [(&str, Tone, Option<&str>); 7] = [
    ("Signed in", Tone::Quiet, Some("3 May 2026")),
    ("Signed in", Tone::Quiet, Some("28 April 2026")),
    ("Password sent 3 May", Tone::Attention, None),
    ("Signed in", Tone::Quiet, Some("12 November 2025")),
    ("Mail failed", Tone::Problem, None),
    ("Never signed in", Tone::Attention, None),
    ("Signed in", Tone::Quiet, Some("2 May 2026")),
];

/// The nth person.
pub fn row(number: usize) -> UserRow {
    let (first, last) = NAMES[number % NAMES.len()];
    let (title, department) = JOBS[number % JOBS.len()];
    let (status, tone, last_sign_in) = STATES[(number * 3) % STATES.len()];
    let plain = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase()
    };
    let username = if number % 14 == 8 {
        format!(
            "{}.{}{number}@laboratories-and-instruments.acme-labs.example",
            plain(first),
            plain(last)
        )
    } else {
        format!("{}.{}{number}@acme.example", plain(first), plain(last))
    };
    UserRow {
        id: id(number as u128),
        username,
        name: format!("{first} {last}"),
        title: title.to_owned(),
        department: department.to_owned(),
        phone: if number.is_multiple_of(4) {
            String::new()
        } else {
            format!(
                "+41 44 555 {:02} {:02}",
                number % 90 + 10,
                (number * 7) % 90 + 10
            )
        },
        last_sign_in: last_sign_in.map(str::to_owned),
        last_sign_in_on_paper: last_sign_in.map(str::to_owned),
        status_on_paper: String::new(),
        status: status.to_owned(),
        reason: if status == "Mail failed" {
            "550 5.1.1 No such mailbox here".to_owned()
        } else {
            String::new()
        },
        tone,
        administrator: number == 3 || number == 10,
        you: number == 3,
        ticked: false,
    }
}

/// A list of so many people.
pub fn list(rows: usize) -> UserList {
    UserList {
        ticked: Vec::new(),
        place: Place::default(),
        rows: (0..rows).map(row).collect(),
        as_of: "3 May 2026, 10:42 (Europe/Zurich)".to_owned(),
        zone: "Europe/Zurich".to_owned(),
        seats: Seats {
            used: 118,
            total: 120,
        },
        active: 118,
        inactive: 14,
        onboarding: onboarding(118, &counts(), chips()),
        pager: Pager {
            previous: None,
            next: (rows >= 50).then(|| "/users?after=abc".to_owned()),
        },
        ..UserList::default()
    }
}

/// How many need something.
pub fn counts() -> Vec<(Needs, Count)> {
    Needs::ALL
        .into_iter()
        .zip([(1, 1), (2, 2), (9, 9), (6, 0), (42, 0)])
        .map(|(needs, (people, never_came))| {
            let count = Count {
                people,
                never_came,
                at_least: false,
            };
            (needs, count)
        })
        .collect()
}

/// A chip for each of them.
pub fn chips() -> Vec<Chip> {
    counts()
        .into_iter()
        .map(|(needs, count)| Chip {
            needs,
            part: part_of(needs),
            label: needs.words().to_owned(),
            count: Matches::of_need(count),
            href: format!("/users?needs={}", needs.as_str()),
            active: false,
        })
        .collect()
}
