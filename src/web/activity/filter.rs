//! What of the history is asked for: person, kind, time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use time::OffsetDateTime;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::db;
use crate::history::{Filter, Group};
use crate::users;
use crate::web::error::WebError;
use crate::web::input::{Parameters, is_refused};

/// People that a typed name may stand for; more are too many to tell apart.
const MOST_PEOPLE: usize = 20;
/// Longest name that is looked for, in characters.
const LONGEST_NAME: usize = 200;

/// The filter as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// One person, from a link.
    pub user: Option<Uuid>,
    /// Part of a name or an address.
    pub person: String,
    /// A group of kinds.
    pub group: Option<Group>,
    /// The first day, `2026-05-03`, in the account's time zone.
    pub from: String,
    /// The last day.
    pub to: String,
}

/// What is wrong with a filter, or that it finds nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field that it is about, by its name in the form.
    pub field: &'static str,
    /// What to do about it.
    pub words: String,
}

impl Asked {
    /// Reads the query string.
    ///
    /// # Errors
    /// [`WebError`] for a parameter given twice or a name that cannot be typed.
    pub fn read(query: &Parameters) -> Result<Self, WebError> {
        let person = query.text("person")?.trim().to_string();
        if person.chars().count() > LONGEST_NAME || person.chars().any(is_refused) {
            return Err(WebError::BadRequest("the name cannot be looked for"));
        }
        let user = query
            .one("user")?
            .filter(|text| !text.is_empty())
            .map(|text| Uuid::parse_str(text).map_err(|_| WebError::NotFound))
            .transpose()?;
        Ok(Self {
            user,
            person,
            group: Group::from_name(query.text("kind")?),
            from: query.text("from")?.trim().to_string(),
            to: query.text("to")?.trim().to_string(),
        })
    }

    /// A path with this filter in its query, and the sealed line that the page starts below.
    pub fn href(&self, path: &str, older_than: Option<String>) -> String {
        let mut query = Serializer::new(String::new());
        let texts = [
            (
                "user",
                self.user.map(|id| id.to_string()).unwrap_or_default(),
            ),
            ("person", self.person.clone()),
            ("kind", self.group.map_or("", Group::as_str).to_string()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("older_than", older_than.unwrap_or_default()),
        ];
        query.extend_pairs(texts.into_iter().filter(|(_, text)| !text.is_empty()));
        match query.finish() {
            empty if empty.is_empty() => path.to_string(),
            query => format!("{path}?{query}"),
        }
    }

    /// Whether anything is asked for.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// What the filters are called in the name of a file; empty where one is not on.
    pub fn in_a_file_name(&self) -> [&str; 5] {
        [
            self.group.map_or("", Group::as_str),
            self.user.map_or("", |_| "one user"),
            &self.person,
            &self.from,
            &self.to,
        ]
    }

    /// The filter for the domain, or what is wrong with the one that was typed.
    ///
    /// # Errors
    /// [`WebError::NotFound`] for a person of another account; whatever the database says.
    pub fn filter(
        &self,
        connection: &mut db::Connection,
        account_id: Uuid,
        zone: &TimeZone,
    ) -> Result<Result<Filter, Problem>, WebError> {
        let from = match day(&self.from, zone, 0) {
            Ok(from) => from,
            Err(()) => return Ok(Err(not_a_day("from", "From"))),
        };
        let until = match day(&self.to, zone, 1) {
            Ok(until) => until,
            Err(()) => return Ok(Err(not_a_day("to", "To"))),
        };
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Ok(Err(Problem {
                field: "from",
                words: "From is after To, so no day is between them. Change one of the two days."
                    .to_string(),
            }));
        }
        let people = if let Some(id) = self.user {
            users::find(connection, account_id, id)?.ok_or(WebError::NotFound)?;
            Some(vec![id])
        } else if self.person.is_empty() {
            None
        } else {
            let found = users::ids_named(connection, account_id, &self.person, MOST_PEOPLE + 1)?;
            if found.is_empty() {
                return Ok(Err(Problem {
                    field: "person",
                    words: format!(
                        "Nobody here is called “{}”. Part of a name or an address is enough.",
                        self.person
                    ),
                }));
            }
            if found.len() > MOST_PEOPLE {
                return Ok(Err(Problem {
                    field: "person",
                    words: format!(
                        "More than {MOST_PEOPLE} users match “{}”. Type more of the name or the address.",
                        self.person
                    ),
                }));
            }
            Some(found)
        };
        Ok(Ok(Filter {
            people,
            group: self.group,
            from,
            until,
        }))
    }
}

fn not_a_day(field: &'static str, label: &str) -> Problem {
    Problem {
        field,
        words: format!("{label} is not a day. Write it as 2026-05-31, or leave it empty."),
    }
}

/// The start of a day, some days later; nothing where nothing is typed.
fn day(text: &str, zone: &TimeZone, days_later: i64) -> Result<Option<OffsetDateTime>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let date: Date = text.parse().map_err(|_| ())?;
    let start = date
        .checked_add(jiff::Span::new().days(days_later))
        .and_then(|date| date.at(0, 0, 0, 0).to_zoned_datetime(zone.clone()))
        .map_err(|_| ())?;
    OffsetDateTime::from_unix_timestamp(start.timestamp().as_second())
        .map(Some)
        .map_err(|_| ())
}

/// A group's words in the select.
pub fn words(group: Group) -> &'static str {
    match group {
        Group::People => "People in and out",
        Group::Details => "Changed details",
        Group::Passwords => "Passwords and their mails",
        Group::SignIn => "Signing in and out",
        Group::Training => "Training",
        Group::Account => "Account and administrators",
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_day_begins_and_ends_in_the_accounts_time_zone() {
        let zurich = TimeZone::get("Europe/Zurich").unwrap();
        assert_eq!(
            day("2026-05-03", &zurich, 0),
            Ok(Some(datetime!(2026-05-02 22:00 UTC)))
        );
        // The day that summer time begins has 23 hours.
        assert_eq!(
            day("2026-03-29", &zurich, 1),
            Ok(Some(datetime!(2026-03-29 22:00 UTC)))
        );
        assert_eq!(day("", &zurich, 0), Ok(None));
        assert_eq!(day("3 May", &zurich, 0), Err(()));
        assert_eq!(day("9999-12-31", &zurich, 1), Err(()));
    }
}
