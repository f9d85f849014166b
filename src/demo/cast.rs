//! Who works at the two made-up companies.

use std::collections::HashSet;

use uuid::Uuid;

use super::account::{ACTIVE_HERE, ELSEWHERE, INACTIVE_HERE, RESERVED};
use super::people::People;
use crate::ids;
use crate::users::Profile;

const PEOPLE: usize = 118;

/// What a made-up person went through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Story {
    /// Signed in so many hours ago.
    Came(i64),
    /// Never signed in; has a password of their own.
    NeverCame,
    /// A password was mailed so many days ago and not used.
    Mailed(i64),
    /// The mail server refused the mail.
    MailFailed,
    /// Left so many days ago.
    Left(i64, &'static str),
}

/// Somebody made up.
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// Their address.
    pub username: String,
    /// Their details.
    pub profile: Profile,
    /// Whether they administer.
    pub administrator: bool,
    /// What they went through.
    pub story: Story,
}

fn named(
    first: &str,
    last: &str,
    title: &str,
    department: &str,
    username: &str,
    story: Story,
) -> Person {
    Person {
        id: ids::new(),
        username: username.to_string(),
        profile: Profile {
            first_name: first.into(),
            last_name: last.into(),
            title: title.into(),
            department: department.into(),
            phone: "781.555.0100".into(),
        },
        administrator: false,
        story,
    }
}

/// The people of Acme Instruments.
pub fn acme() -> Vec<Person> {
    let administrator = |mut person: Person| {
        person.administrator = true;
        person
    };
    let mut cast = vec![
        administrator(named(
            "Olivia",
            "Bennett",
            "Head of IT",
            "IT",
            "olivia.bennett@acme.example",
            Story::Came(30),
        )),
        administrator(named(
            "Marcus",
            "Reed",
            "Administrator",
            "IT",
            ACTIVE_HERE,
            Story::Came(75),
        )),
        administrator(named(
            "Ingrid",
            "Åberg",
            "HR Manager",
            "Human Resources",
            "ingrid.aberg@acme.example",
            Story::Came(200),
        )),
        named(
            "Emma",
            "O’Connor",
            "Controller",
            "Finance",
            "emma.oconnor@acme.example",
            Story::Came(20),
        ),
        named(
            "Hans",
            "Gruber",
            "Shift Leader",
            "Production",
            INACTIVE_HERE,
            Story::Left(40, "Left the company"),
        ),
        named(
            "Noémie",
            "Lambert",
            "Engineer",
            "Research",
            "noemie.lambert@acme-labs.example",
            Story::MailFailed,
        ),
        named(
            "Kofi",
            "Mbeki",
            "Buyer",
            "Purchasing",
            "kofi.mbeki@acme.example",
            Story::Mailed(2),
        ),
        named(
            "Hana",
            "Sato",
            "Physicist",
            "Research",
            "hana.sato@acme-labs.example",
            Story::Mailed(4),
        ),
        named(
            "Liam",
            "Walsh",
            "Dispatcher",
            "Service",
            "liam.walsh@acme.example",
            Story::Mailed(12),
        ),
        named(
            "Tomás",
            "Diaz",
            "Planner",
            "Production",
            "tomas.diaz@acme.example",
            Story::Mailed(30),
        ),
        named(
            "Agnieszka",
            "Nowak",
            "Recruiter",
            "Human Resources",
            "agnieszka.nowak@acme.example",
            Story::NeverCame,
        ),
        named(
            "Arjun",
            "Patel",
            "Market Analyst",
            "Marketing",
            "arjun.patel@acme.example",
            Story::NeverCame,
        ),
    ];
    let reasons = [
        "Left the company",
        "Parental leave",
        "Moved to another site",
        "Contract ended",
        "",
    ];
    let mut people = People::new(1857);
    let mut taken: HashSet<String> = cast.iter().map(|person| person.username.clone()).collect();
    taken.insert(RESERVED.to_string());
    let mut active = 0;
    let mut left = 0_usize;
    while active < PEOPLE - 11 || left < 13 {
        let (profile, local) = people.next(None);
        let domain = if profile.department == "Research" {
            "acme-labs.example"
        } else {
            "acme.example"
        };
        let username = format!("{local}@{domain}");
        if !taken.insert(username.clone()) {
            continue;
        }
        let story = if active < PEOPLE - 11 {
            active += 1;
            if people.chance(0.05) {
                Story::NeverCame
            } else {
                Story::Came(people.number(2, 24 * 160))
            }
        } else {
            left += 1;
            let reason = reasons
                .get(left % reasons.len())
                .copied()
                .unwrap_or_default();
            Story::Left(people.number(10, 300), reason)
        };
        cast.push(Person {
            id: ids::new(),
            username,
            profile,
            administrator: false,
            story,
        });
    }
    cast
}

/// The people of Globex.
pub fn globex() -> Vec<Person> {
    let mut boss = named(
        "Grace",
        "Kim",
        "Director",
        "Management",
        ELSEWHERE,
        Story::Came(12),
    );
    boss.administrator = true;
    let mut cast = vec![boss];
    let mut people = People::new(1989);
    let mut taken = HashSet::new();
    while cast.len() < 9 {
        let (profile, local) = people.next(None);
        let username = format!("{local}@globex.example");
        if taken.insert(username.clone()) {
            let story = Story::Came(people.number(2, 24 * 90));
            cast.push(Person {
                id: ids::new(),
                username,
                profile,
                administrator: false,
                story,
            });
        }
    }
    cast
}
