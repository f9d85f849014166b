//! The list of people, the page that everything else opens over.

use askama::Template;
use askama_web::WebTemplate;
use uuid::Uuid;

use super::chips::Matches;
use super::dialogs::{Activation, UsersDialog};
use super::onboarding::Onboarding;
use super::place::Place;
use crate::web::components::{Pager, Seats, Tone, grouped};
use crate::web::input::BETWEEN_IDS;
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
    /// Who the address says is ticked, on this page or another; at most [`MOST_TICKED`].
    pub ticked: Vec<Uuid>,
    /// The moment it was read, with the account's time zone, for paper.
    pub as_of: String,
    /// The account's time zone, in which times are told.
    pub zone: String,
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

/// How many ticks one address carries: with them it stays below the 8 kB that proxies allow. The
/// script holds the same number.
pub const MOST_TICKED: usize = 150;

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
    /// The same on paper, with its year, which a page that is read later needs.
    pub last_sign_in_on_paper: Option<String>,
    /// Their state in plain words: `Password sent 3 May`.
    pub status: String,
    /// The same on paper, where it is written otherwise; may be empty.
    pub status_on_paper: String,
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

impl UserList {
    /// `3 kept, 1 of them not on this page.` for somebody without a script.
    pub fn ticked_words(&self) -> String {
        let kept = self.ticked.len();
        match self.ticked_elsewhere().len() {
            _ if kept == MOST_TICKED => format!("{kept} kept, as many as can be."),
            0 => format!("{kept} kept."),
            1 if kept == 1 => "1 kept, not on this page.".to_string(),
            elsewhere if elsewhere == kept => format!("{kept} kept, none of them on this page."),
            elsewhere => format!("{kept} kept, {elsewhere} of them not on this page."),
        }
    }

    /// Everybody on this page, as one value of the field `user`.
    pub fn all_on_page(&self) -> String {
        let ids: Vec<String> = self.rows.iter().map(|row| row.id.to_string()).collect();
        ids.join(&BETWEEN_IDS.to_string())
    }

    /// Who is ticked and not on this page.
    pub fn ticked_elsewhere(&self) -> Vec<Uuid> {
        let is_here = |id: &Uuid| self.rows.iter().any(|row| row.id == *id);
        let elsewhere = self.ticked.iter().filter(|id| !is_here(id));
        elsewhere.copied().collect()
    }

    /// `50 of 124 people. To have all of them, download the CSV.`: for paper, which shows this page alone.
    pub fn part_on_paper(&self) -> Option<String> {
        let whole_side = if self.place.inactive {
            self.inactive
        } else {
            self.active
        };
        let all = match self.matches {
            None => grouped(whole_side),
            Some(Matches::Exactly(count)) => grouped(count),
            Some(Matches::MoreThan(count)) => format!("more than {}", grouped(count)),
        };
        (!self.pager.is_single()).then(|| {
            format!(
                "{} of {all} people. To have all of them, download the CSV.",
                self.rows.len()
            )
        })
    }

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
