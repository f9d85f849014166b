//! For whom an act on many people is: the three ways that the pop-ups offer.

use uuid::Uuid;

use super::place::Place;
use crate::db;
use crate::users::{self, User};
use crate::web::components::{LeftOut, grouped};
use crate::web::error::WebError;
use crate::web::guard::SignedInUser;
use crate::web::input::Parameters;

/// Who an act is for, as the radios `scope` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `scope=selected`: the people ticked.
    Selected,
    /// `scope=matching`: everybody whom the list's search and chip find.
    Matching,
    /// `scope=all_active`: everybody who is active.
    AllActive,
}

impl Scope {
    /// What a form says; nothing where nothing is chosen, or who matches where nothing narrows the list: that would
    /// be everyone.
    ///
    /// # Errors
    /// [`WebError::BadRequest`] for another word.
    pub fn read(form: &Parameters, place: &Place) -> Result<Option<Self>, WebError> {
        let Some(word) = form.one("scope")? else {
            return Ok(None);
        };
        let scope = Self::from_name(word).ok_or(WebError::BadRequest(
            "scope is selected, matching or all_active",
        ))?;
        Ok(Some(scope).filter(|scope| *scope != Self::Matching || offers_matching(place)))
    }

    /// The scope of that name in forms and in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "selected" => Some(Self::Selected),
            "matching" => Some(Self::Matching),
            "all_active" => Some(Self::AllActive),
            _ => None,
        }
    }

    /// The same for the domain, with who was ticked and where in the list.
    pub fn of(self, selected: &[Uuid], place: &Place) -> users::Scope {
        match self {
            Self::Selected => users::Scope::Selected(selected.to_vec()),
            Self::Matching => users::Scope::Matching(narrowing(place)),
            Self::AllActive => users::Scope::AllActive,
        }
    }
}

/// What the list is narrowed to at a place.
pub fn narrowing(place: &Place) -> users::Narrowing {
    users::Narrowing {
        search: place.q.clone(),
        needs: place.needs,
    }
}

/// Whether those who match are less than everybody, and active.
fn offers_matching(place: &Place) -> bool {
    place.is_narrowed() && !place.inactive
}

/// How many active users the list finds at a place, exactly; nothing where it shows them all or
/// those who are out.
///
/// # Errors
/// Whatever the database says.
fn matching_count(
    connection: &mut db::Connection,
    account_id: Uuid,
    place: &Place,
) -> Result<Option<u64>, db::Error> {
    if !offers_matching(place) {
        return Ok(None);
    }
    let found = users::count_matching(connection, account_id, &narrowing(place))?;
    Ok(Some(found.unsigned_abs()))
}

/// The people ticked.
pub struct Ticked {
    ids: Vec<Uuid>,
    /// Who they are.
    pub people: Vec<User>,
}

impl Ticked {
    /// Who they are; nothing where one of them is nobody of the account.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn find(
        connection: &mut db::Connection,
        account_id: Uuid,
        ids: Vec<Uuid>,
    ) -> Result<Option<Self>, db::Error> {
        let people = users::find_many(connection, account_id, &ids)?;
        let all_are_there = people.len() == distinct(&ids);
        Ok(all_are_there.then_some(Self { ids, people }))
    }

    /// The radios over the list at `place`, where these of the people are left out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn choice(
        self,
        connection: &mut db::Connection,
        user: &SignedInUser,
        place: &Place,
        all_active_count: u64,
        left_out: &[LeftOut],
        scope: Option<Scope>,
    ) -> Result<ScopeChoice, db::Error> {
        let names: Vec<String> = self
            .people
            .iter()
            .filter(|person| !left_out.iter().any(|out| out.username == person.username))
            .map(User::full_name)
            .collect();
        Ok(ScopeChoice {
            selected_includes_you: self
                .people
                .iter()
                .any(|person| person.active && person.id == user.signed_in.user_id),
            selected_count: names.len() as u64,
            selected_names: named(&names),
            matching_count: matching_count(connection, user.account_id(), place)?,
            all_active_count,
            selected: self.ids,
            scope,
        })
    }
}

/// `Ann Lee, Ben Ode and 12 more`.
fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    match (names, more) {
        ([], _) => String::new(),
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (_, more) => format!(
            "{} and {} more",
            names
                .iter()
                .take(NAMED)
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
            grouped(more as u64)
        ),
    }
}

/// How many different ids.
fn distinct(ids: &[Uuid]) -> usize {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

/// How many of those selected are named: what stands in two lines.
const NAMED: usize = 6;

/// The radios with their exact numbers.
#[derive(Debug, Clone, Default)]
pub struct ScopeChoice {
    /// Everybody ticked, hidden `user` fields, whoever will be left out too.
    pub selected: Vec<Uuid>,
    /// How many of them are active: the number in `Selected users (N)`.
    pub selected_count: u64,
    /// Who they are: the first few by name.
    pub selected_names: String,
    /// How many active users the list's search and chip find, where it is narrowed.
    pub matching_count: Option<u64>,
    /// Whether the person who asks is among the active ones selected.
    pub selected_includes_you: bool,
    /// The number in `All Active Users (N)`.
    pub all_active_count: u64,
    /// Which is chosen; at first `Selected` where somebody is ticked, otherwise none.
    pub scope: Option<Scope>,
}

impl ScopeChoice {
    /// Whether that radio is chosen.
    pub fn is(&self, name: &str) -> bool {
        self.scope.is_some() && self.scope == Scope::from_name(name)
    }

    /// Which of the ways reach the person who asks too, as the beginning of a sentence.
    pub fn includes_you(&self) -> &'static str {
        match (self.selected_includes_you, self.matching_count.is_some()) {
            (true, _) => "You are among the selected users, and among All Active Users",
            (false, true) => {
                "All Active Users includes you, and so does All that match where it finds you"
            }
            (false, false) => "All Active Users includes you",
        }
    }

    /// Whether people are selected of whom none is active.
    pub fn selected_are_all_left_out(&self) -> bool {
        self.selected_count == 0 && !self.selected.is_empty()
    }

    /// `Selected users (3)`.
    pub fn selected_label(&self) -> String {
        format!("Selected users ({})", grouped(self.selected_count))
    }

    /// `All Active Users (1,118)`.
    pub fn all_label(&self) -> String {
        format!("All Active Users ({})", grouped(self.all_active_count))
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn those_selected_are_named_and_the_rest_is_counted() {
        let names = |count: usize| -> Vec<String> {
            ["Ann", "Ben", "Cy", "Di", "Eve", "Flo", "Gil", "Hal"].map(str::to_string)[..count]
                .to_vec()
        };
        assert_eq!(named(&[]), "");
        assert_eq!(named(&names(1)), "Ann");
        assert_eq!(named(&names(3)), "Ann, Ben and Cy");
        assert_eq!(named(&names(6)), "Ann, Ben, Cy, Di, Eve and Flo");
        assert_eq!(named(&names(8)), "Ann, Ben, Cy, Di, Eve, Flo and 2 more");
    }
}
