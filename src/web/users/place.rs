//! Where in the list somebody is: filter, search, order and page. Every link, form and redirect
//! carries it, so that it comes back after every action.

use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::users::{Needs, Sort, SortColumn};

/// The orders of the list, as the parameter `sort` says them.
const SORTS: [(&str, SortColumn, bool); 6] = [
    ("username", SortColumn::Username, false),
    ("-username", SortColumn::Username, true),
    ("name", SortColumn::Name, false),
    ("-name", SortColumn::Name, true),
    ("last-sign-in", SortColumn::LastSignIn, false),
    ("-last-sign-in", SortColumn::LastSignIn, true),
];

/// The order of that word; an unknown one is none.
pub fn sort_of(word: &str) -> Option<Sort> {
    SORTS
        .into_iter()
        .find(|(known, ..)| *known == word)
        .map(|(_, column, descending)| Sort { column, descending })
}

/// The word of an order.
fn word_of(sort: Sort) -> &'static str {
    SORTS
        .into_iter()
        .find(|(_, column, descending)| (*column, *descending) == (sort.column, sort.descending))
        .map_or("", |(word, ..)| word)
}

/// Where in the list somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// `show=inactive`: the people who are out.
    pub inactive: bool,
    /// What was searched for, as typed.
    pub q: String,
    /// The order.
    pub sort: Sort,
    /// The chip that is chosen: `needs=never-signed-in` and the like.
    pub needs: Option<Needs>,
    /// An opaque cursor: the page after it.
    pub after: Option<String>,
    /// An opaque cursor: the page before it.
    pub before: Option<String>,
}

/// A sortable column's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortHeader {
    /// The list in this order, or turned round where it is the order already.
    pub href: String,
    /// `ascending` or `descending` on the column that the list is sorted by, otherwise empty.
    pub aria_sort: &'static str,
}

impl Place {
    /// The parameters that differ from the start of the list, names and values.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = Vec::new();
        if self.inactive {
            parameters.push(("show", "inactive".to_owned()));
        }
        if !self.q.is_empty() {
            parameters.push(("q", self.q.clone()));
        }
        if self.sort != Sort::default() {
            parameters.push(("sort", word_of(self.sort).to_owned()));
        }
        if let Some(needs) = self.needs {
            parameters.push(("needs", needs.as_str().to_owned()));
        }
        let optional = [("after", &self.after), ("before", &self.before)];
        for (name, value) in optional {
            if let Some(value) = value {
                parameters.push((name, value.clone()));
            }
        }
        parameters
    }

    /// A path with this place in its query: `/users/new?show=inactive`.
    pub fn href(&self, path: impl AsRef<str>) -> String {
        self.href_with_users(path.as_ref(), &[])
    }

    /// The same, with people ticked (`user=…`, repeated).
    pub fn href_with_users(&self, path: &str, users: &[Uuid]) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.parameters());
        query.extend_pairs(users.iter().map(|id| ("user", id.to_string())));
        match query.finish() {
            empty if empty.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// This place as the query of an address, with its question mark; empty for the start of the list. For many
    /// links that differ in their paths alone.
    pub fn query(&self) -> String {
        self.href("")
    }

    /// A page of several that leads back to this place, which keeps it while it is gone through: its first page is 0.
    pub fn href_of_page(&self, path: &str, number: i64) -> String {
        match number {
            0 => self.href(path),
            number => self.href_and(path, &format!("page={number}")),
        }
    }

    /// A path with this place in its query, and one parameter of the page's own, as it is written there.
    pub fn href_and(&self, path: &str, parameter: &str) -> String {
        let href = self.href(path);
        let joint = if href.contains('?') { '&' } else { '?' };
        format!("{href}{joint}{parameter}")
    }

    /// The list at this place.
    pub fn list_href(&self) -> String {
        self.href("/users")
    }

    /// One person's pop-up over the list.
    pub fn user_href(&self, id: &Uuid) -> String {
        self.href(format!("/users/{id}"))
    }

    /// The first page of the same filter, search and order.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self {
            after: None,
            before: None,
            ..self.clone()
        }
    }

    /// The same filter and order without search and chip.
    #[must_use]
    pub fn everyone(&self) -> Self {
        Self {
            q: String::new(),
            needs: None,
            ..self.first_page()
        }
    }

    /// The same search and order, whatever people need.
    #[must_use]
    pub fn without_needs(&self) -> Self {
        Self {
            needs: None,
            ..self.first_page()
        }
    }

    /// The other side of Show Active and Show Inactive, with the same search.
    #[must_use]
    pub fn other_side(&self) -> Self {
        Self {
            inactive: !self.inactive,
            needs: None,
            ..self.first_page()
        }
    }

    /// The same filter and search in another order.
    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        Self {
            sort,
            ..self.first_page()
        }
    }

    /// Longest away first: who could be freed.
    #[must_use]
    pub fn longest_away(&self) -> Self {
        Self {
            sort: Sort {
                column: SortColumn::LastSignIn,
                descending: false,
            },
            ..Self::default()
        }
    }

    /// `active` or `inactive`, as in a sentence about the people shown.
    pub fn side(&self) -> &'static str {
        if self.inactive { "inactive" } else { "active" }
    }

    /// What the list is narrowed to: `“smith”, never signed in`.
    pub fn narrowing_words(&self) -> String {
        let search = (!self.q.is_empty()).then(|| format!("“{}”", self.q));
        let needs = self.needs.map(|needs| needs.words().to_owned());
        search
            .into_iter()
            .chain(needs)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether less than a whole side is shown.
    pub fn is_narrowed(&self) -> bool {
        !self.q.trim().is_empty() || self.needs.is_some()
    }

    /// The header of the column `Username`.
    pub fn username_header(&self, ticked: &[Uuid]) -> SortHeader {
        self.header(SortColumn::Username, ticked)
    }

    /// The header of the column `Name`.
    pub fn name_header(&self, ticked: &[Uuid]) -> SortHeader {
        self.header(SortColumn::Name, ticked)
    }

    /// The header of the column `Last sign-in`.
    pub fn last_sign_in_header(&self, ticked: &[Uuid]) -> SortHeader {
        self.header(SortColumn::LastSignIn, ticked)
    }

    fn header(&self, column: SortColumn, ticked: &[Uuid]) -> SortHeader {
        let current = self.sort.column == column;
        // Nobody asks for the oldest sign-in first, except to turn it round.
        let first_way = column == SortColumn::LastSignIn;
        let descending = if current {
            !self.sort.descending
        } else {
            first_way
        };
        SortHeader {
            href: self
                .sorted(Sort { column, descending })
                .href_with_users("/users", ticked),
            aria_sort: match (current, self.sort.descending) {
                (false, _) => "",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_list_has_no_parameters() {
        assert_eq!(Place::default().list_href(), "/users");
    }

    #[test]
    fn a_place_is_carried_whole_and_encoded() {
        let place = Place {
            inactive: true,
            q: "a&b 100%".to_owned(),
            after: Some("c2+/=".to_owned()),
            ..Place::default()
        };
        assert_eq!(
            place.href("/users/new"),
            "/users/new?show=inactive&q=a%26b+100%25&after=c2%2B%2F%3D"
        );
    }

    #[test]
    fn a_header_turns_its_own_order_round_and_starts_at_the_first_page() {
        let place = Place {
            after: Some("x".to_owned()),
            ..Place::default()
        };
        assert_eq!(place.username_header(&[]).href, "/users?sort=-username");
        assert_eq!(place.username_header(&[]).aria_sort, "ascending");
        assert_eq!(
            place.last_sign_in_header(&[]).href,
            "/users?sort=-last-sign-in"
        );
        assert_eq!(place.last_sign_in_header(&[]).aria_sort, "");
    }

    #[test]
    fn every_order_is_read_as_it_is_written() {
        for word in [
            "username",
            "-username",
            "name",
            "-name",
            "last-sign-in",
            "-last-sign-in",
        ] {
            assert_eq!(sort_of(word).map(word_of), Some(word));
        }
        assert_eq!(sort_of("phone"), None);
    }
}
