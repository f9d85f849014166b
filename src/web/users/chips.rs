//! Counts in words, and the chips that count and filter.

use crate::users::{COUNTED_MATCHES, Count, Needs};
use crate::web::bar::Part;
use crate::web::components::{grouped, people};

/// How many people a search finds: exact up to a limit, because counting costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    /// So many.
    Exactly(u64),
    /// More than so many.
    MoreThan(u64),
}

/// A filter that counts what needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Who it finds.
    pub needs: Needs,
    /// The part of the bar beside it that it stands for.
    pub part: Part,
    /// `never signed in`, lower case: it follows the count.
    pub label: String,
    /// How many.
    pub count: Matches,
    /// The list of them; where it is chosen, the list without it.
    pub href: String,
    /// Whether it is chosen.
    pub active: bool,
}

impl Matches {
    /// What a search finds, as the database gives it: at most one more than is counted.
    pub fn of(count: i64) -> Matches {
        if count > COUNTED_MATCHES {
            Matches::MoreThan(COUNTED_MATCHES.unsigned_abs())
        } else {
            Matches::Exactly(u64::try_from(count).unwrap_or_default())
        }
    }

    /// What a chip finds.
    pub fn of_need(count: Count) -> Matches {
        let people = count.people.unsigned_abs();
        if count.at_least {
            Matches::MoreThan(people)
        } else {
            Matches::Exactly(people)
        }
    }

    /// As a figure: `37`, `1,000+`.
    pub fn figure(&self) -> String {
        match self {
            Self::Exactly(count) => grouped(*count),
            Self::MoreThan(count) => format!("{}+", grouped(*count)),
        }
    }

    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::Exactly(0)
    }

    /// `1 user matches`, `37 users match`, `more than 1,000 users match`.
    pub fn words(&self) -> String {
        match self {
            Self::Exactly(0) => "No user matches".to_owned(),
            Self::Exactly(1) => "1 user matches".to_owned(),
            Self::Exactly(count) => format!("{} match", people(*count)),
            Self::MoreThan(count) => format!("More than {} match", people(*count)),
        }
    }

    /// As the end of a link about the other side: `1 inactive user matches`.
    pub fn words_on(&self, side: &str) -> String {
        match self {
            Self::Exactly(0) => format!("No {side} user matches"),
            Self::Exactly(1) => format!("1 {side} user matches"),
            Self::Exactly(count) => format!("{} {side} users match", grouped(*count)),
            Self::MoreThan(count) => format!("More than {} {side} users match", grouped(*count)),
        }
    }
}

/// The parts of a bar that a chip stands for.
pub fn part_of(needs: Needs) -> Part {
    match needs {
        Needs::MailFailed => Part::Problem,
        Needs::PasswordExpired => Part::Attention,
        Needs::TrainingRequested => Part::UnderWay,
        Needs::NeverSignedIn | Needs::NeverTrained => Part::Rest,
    }
}
