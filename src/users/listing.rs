//! The list: what is asked of it, and what it shows.

use diesel::prelude::*;
use diesel::sql_types::{self, Bool, Nullable, SmallInt, Text, Timestamptz};
use time::OffsetDateTime;
use uuid::Uuid;

use super::needs::Needs;
use super::place::{Key, Place};
use super::state::{self, PasswordMail, State};

/// Rows on a page.
pub const PAGE: usize = 50;

/// Which side of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// Who is in.
    #[default]
    Active,
    /// Who is out.
    Inactive,
}

impl Show {
    /// The condition on a person's row.
    pub(super) fn side(self) -> &'static str {
        match self {
            Show::Active => "active",
            Show::Inactive => "not active",
        }
    }

    /// The condition of the other side.
    pub(super) fn other_side(self) -> &'static str {
        match self {
            Show::Active => "not active",
            Show::Inactive => "active",
        }
    }
}

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortColumn {
    /// The username.
    #[default]
    Username,
    /// First and last name.
    Name,
    /// The last sign-in; "never" is last both ways.
    LastSignIn,
}

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub column: SortColumn,
    /// From the largest to the smallest.
    pub descending: bool,
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The filter.
    pub show: Show,
    /// What was typed into the search field.
    pub search: String,
    /// Only who needs this.
    pub needs: Option<Needs>,
    /// The order.
    pub sort: Sort,
    /// Where the page starts; nothing for the first page.
    pub place: Option<Place>,
}

/// One row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    /// The user's id.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    /// The username.
    #[diesel(sql_type = Text)]
    pub username: String,
    /// First name.
    #[diesel(sql_type = Text)]
    pub first_name: String,
    /// Last name.
    #[diesel(sql_type = Text)]
    pub last_name: String,
    /// Title, or empty.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Department, or empty.
    #[diesel(sql_type = Text)]
    pub department: String,
    /// Phone, or empty.
    #[diesel(sql_type = Text)]
    pub phone: String,
    /// When they last signed in.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// Whether they administer the account.
    #[diesel(sql_type = Bool)]
    pub administrator: bool,
    /// Where they stand with training: `never`, `requested` or `attended`.
    #[diesel(sql_type = Text)]
    pub training: String,
    /// When they were added.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: OffsetDateTime,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deactivated_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    password_mail_state: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    password_mail_at: Option<OffsetDateTime>,
    /// Of the mail; looked up only where they tell something, not where it was sent.
    #[diesel(sql_type = Nullable<SmallInt>)]
    attempts: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    explanation: Option<String>,
}

impl Row {
    /// What the list says about the person.
    pub fn state(&self, now: OffsetDateTime) -> State {
        let mail = self.password_mail_state.clone().map(|state| PasswordMail {
            state,
            settled_at: self.password_mail_at,
            attempts: self.attempts.unwrap_or_default(),
            explanation: self.explanation.clone().unwrap_or_default(),
        });
        state::tell(
            self.active,
            self.deactivated_at,
            self.last_sign_in_at,
            mail.as_ref(),
            now,
        )
    }

    /// Where the row stands in that order.
    pub fn key(&self, column: SortColumn) -> Key {
        match column {
            SortColumn::Username => Key::Username(self.username.clone()),
            SortColumn::Name => Key::Name(self.name_key.clone(), self.id),
            SortColumn::LastSignIn => Key::LastSignIn(self.last_sign_in_at, self.id),
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// At most [`PAGE`] rows, in order.
    pub rows: Vec<Row>,
    /// Where the page before ends.
    pub before: Option<Key>,
    /// Where the page after starts.
    pub after: Option<Key>,
}
