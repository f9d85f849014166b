//! The list of people, the page that everything else opens over.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use super::dialogs::{Activation, UsersDialog};
use super::onboarding::Onboarding;
use super::place::Place;
use crate::users::Needs;
use crate::web::bar::Part;
use crate::web::components::{Pager, Seats, Tone, grouped, people};
use crate::web::layout::Layout;

/// `/users`, `/users/new`, `/users/{id}` and the others that open a pop-up over the list.
#[derive(Debug, Clone, Template, WebTemplate)]
#[template(path = "users/page.html")]
pub struct UsersPage {
    /// The frame.
    pub layout: Layout,
    /// The list.
    pub list: UserList,
    /// The pop-up that is open over it.
    pub dialog: Option<UsersDialog>,
}

/// The list with everything around it.
#[derive(Debug, Clone, Default)]
pub struct UserList {
    /// Filter, search, order and page.
    pub place: Place,
    /// The people of this page.
    pub rows: Vec<UserRow>,
    /// Licences in use.
    pub seats: Seats,
    /// All active users of the account.
    pub active: u64,
    /// All inactive users of the account.
    pub inactive: u64,
    /// How many the search or the chip finds; empty when everybody of this side is shown.
    pub matches: Option<Matches>,
    /// How many the same search finds on the other side; asked for only when it finds none here.
    pub other_side_matches: Option<Matches>,
    /// Who that is, where it is one person.
    pub only_on_the_other_side: Option<String>,
    /// Who came and who was trained, with what needs attention, each a filter.
    pub onboarding: Onboarding,
    /// The pages before and after.
    pub pager: Pager,
}

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

/// One person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// Their id.
    pub id: Uuid,
    /// Their address.
    pub username: String,
    /// First and last name.
    pub name: String,
    /// What they are; may be empty.
    pub title: String,
    /// Where they work; may be empty.
    pub department: String,
    /// Their number; may be empty.
    pub phone: String,
    /// When they last signed in, as words; empty for never.
    pub last_sign_in: Option<String>,
    /// Their state in plain words: `Password sent 3 May`.
    pub status: String,
    /// Why, where it asks for something: the mail server's words. May be empty.
    pub reason: String,
    /// How much the state asks for.
    pub tone: Tone,
    /// Whether they are an administrator.
    pub administrator: bool,
    /// Whether they are the one who looks at the page.
    pub you: bool,
    /// Whether their box is ticked.
    pub ticked: bool,
}

impl Matches {
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

impl UserList {
    /// `118 active, 14 inactive`.
    pub fn totals(&self) -> String {
        format!(
            "{} active, {} inactive",
            grouped(self.active),
            grouped(self.inactive)
        )
    }

    /// Whether the account holds nobody but the one who looks: time to explain what to do first.
    pub fn is_new_account(&self) -> bool {
        self.active + self.inactive <= 1
    }

    /// How many of the other side match, where it is worth a link.
    pub fn worth_a_look_on_the_other_side(&self) -> Option<&Matches> {
        self.other_side_matches
            .as_ref()
            .filter(|matches| !matches.is_none())
    }
}
