//! The order of the list, in words that an index holds.

use uuid::Uuid;

use super::listing::{Listing, SortColumn};
use super::place::{Direction, Key};
use crate::db::Statement;

/// How a page of the list is ordered and where it begins.
#[derive(Debug)]
pub(super) struct Order {
    column: SortColumn,
    backwards: bool,
    /// Within a stretch.
    words: String,
    /// A condition for each stretch that the page may lie on, in reading direction.
    froms: Vec<String>,
}

impl Order {
    /// Of this list, from its place on; binds the place in `statement`.
    pub(super) fn of(statement: &mut Statement, listing: &Listing) -> Order {
        let column = listing.sort.column;
        let place = listing.place.as_ref();
        let backwards = place.is_some_and(|place| place.direction == Direction::Before);
        // Reading a descending list backwards is reading upwards.
        let downwards = listing.sort.descending != backwards;
        Order {
            column,
            backwards,
            words: order(column, downwards),
            froms: stretches(column, place.map(|place| &place.key), backwards)
                .iter()
                .map(|stretch| from(statement, stretch, downwards))
                .collect(),
        }
    }

    /// Reads `columns` of `rows`, which ends with a condition: stretch after stretch, each in the order of its
    /// index, the next only where the one before ends too soon.
    pub(super) fn read(&self, columns: &str, rows: &str, end: &str) -> String {
        let parts: Vec<String> = self
            .froms
            .iter()
            .map(|from| {
                let order = &self.words;
                format!("select {columns} from {rows}{from} order by {order} {end}")
            })
            .collect();
        match parts.as_slice() {
            [only] => only.clone(),
            several => {
                let several = several.join(") union all (");
                format!("select {columns} from (({several})) as stretches {end}")
            }
        }
    }

    /// The order of what was read, the stretches together.
    pub(super) fn reading(&self) -> String {
        // "Never" is last in the list, so where it is read backwards, first.
        let never = match (self.column, self.backwards) {
            (SortColumn::LastSignIn, false) => " nulls last,",
            (SortColumn::LastSignIn, true) => " nulls first,",
            _ => return self.words.clone(),
        };
        self.words.replacen(',', never, 1)
    }

    /// What people are told apart and put into order by.
    pub(super) fn keys(&self) -> &'static str {
        match self.column {
            SortColumn::Username => "id, username",
            SortColumn::Name => "id, name_key",
            SortColumn::LastSignIn => "id, last_sign_in_at",
        }
    }

    /// Whether only `users` has those keys, not `user_search`.
    pub(super) fn is_by_users(&self) -> bool {
        self.column == SortColumn::LastSignIn
    }
}

/// A part of the list that one index holds in order.
enum Stretch<'a> {
    /// All of it, from a key on.
    Whole(Option<&'a Key>),
    /// Of a list by last sign-in: who came, from a key on.
    Came(Option<&'a Key>),
    /// Of a list by last sign-in: who never came, from an id on.
    Never(Option<Uuid>),
}

/// The stretches that a page may lie on, in reading direction. In a list by last sign-in "never" is a
/// stretch of its own at the end, whichever way the list is sorted.
fn stretches<'a>(column: SortColumn, key: Option<&'a Key>, backwards: bool) -> Vec<Stretch<'a>> {
    match (column, key) {
        (SortColumn::LastSignIn, None) => vec![Stretch::Came(None), Stretch::Never(None)],
        (SortColumn::LastSignIn, Some(Key::LastSignIn(None, id))) => {
            let mut stretches = vec![Stretch::Never(Some(*id))];
            if backwards {
                stretches.push(Stretch::Came(None));
            }
            stretches
        }
        (SortColumn::LastSignIn, Some(_)) => {
            let mut stretches = vec![Stretch::Came(key)];
            if !backwards {
                stretches.push(Stretch::Never(None));
            }
            stretches
        }
        (_, key) => vec![Stretch::Whole(key)],
    }
}

/// The condition that the stretch begins with, told so that an index can start there.
fn from(statement: &mut Statement, stretch: &Stretch<'_>, downwards: bool) -> String {
    let beyond = if downwards { "<" } else { ">" };
    match stretch {
        Stretch::Whole(None) => String::new(),
        Stretch::Came(None) => " and last_sign_in_at is not null".to_string(),
        Stretch::Never(None) => " and last_sign_in_at is null".to_string(),
        Stretch::Never(Some(id)) => {
            let id = statement.place_for(*id);
            format!(" and last_sign_in_at is null and id {beyond} {id}")
        }
        Stretch::Whole(Some(key)) | Stretch::Came(Some(key)) => match key {
            Key::Username(username) => {
                let username = statement.place_for(username.as_str());
                format!(" and username {beyond} {username}")
            }
            Key::Name(name, id) => {
                let (name, id) = (statement.place_for(name.as_str()), statement.place_for(*id));
                format!(" and (name_key, id) {beyond} ({name}, {id})")
            }
            // Nothing compares with "never": those rows are no part of this stretch.
            Key::LastSignIn(Some(at), id) => {
                let (at, id) = (statement.place_for(*at), statement.place_for(*id));
                format!(" and (last_sign_in_at, id) {beyond} ({at}, {id})")
            }
            Key::LastSignIn(None, _) => " and last_sign_in_at is null".to_string(),
        },
    }
}

/// The order within a stretch, in the words of the index that holds it.
fn order(column: SortColumn, downwards: bool) -> String {
    let direction = if downwards { "desc" } else { "asc" };
    match column {
        SortColumn::Username => format!("username {direction}"),
        SortColumn::Name => format!("name_key {direction}, id {direction}"),
        SortColumn::LastSignIn => format!("last_sign_in_at {direction}, id {direction}"),
    }
}
