//! The account's whole history, filtered by person, kind and time.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::newest::Asked;
use super::read::{Entry, load};
use crate::db;

/// Kinds of events that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Who came, left, came back.
    People,
    /// What was edited about them.
    Details,
    /// Passwords and their mails; also who came or came back, because a password was mailed with it.
    Passwords,
    /// Who signed in and out.
    SignIn,
    /// Training.
    Training,
    /// The account itself and its administrators.
    Account,
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 6] = [
        Group::People,
        Group::Details,
        Group::Passwords,
        Group::SignIn,
        Group::Training,
        Group::Account,
    ];

    /// The name in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Group::People => "people",
            Group::Details => "details",
            Group::Passwords => "passwords",
            Group::SignIn => "sign-in",
            Group::Training => "training",
            Group::Account => "account",
        }
    }

    /// The group of that name.
    pub fn from_name(name: &str) -> Option<Group> {
        Group::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// The kinds of events in it, as stored.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Group::People => &[
                "user_added",
                "user_deactivated",
                "user_reactivated",
                "user_replaced",
                "user_erased",
                "import_started",
                "import_finished",
            ],
            Group::Details => &["user_edited"],
            Group::Passwords => &[
                "user_added",
                "user_reactivated",
                "password_reset",
                "password_mailed_again",
                "password_chosen",
                "recovery_requested",
                "mail_settled",
            ],
            Group::SignIn => &[
                "signed_in",
                "signed_out",
                "second_factor_on",
                "second_factor_off",
                "recovery_codes_renewed",
                "recovery_code_used",
            ],
            Group::Training => &[
                "training_requested",
                "training_request_undone",
                "training_mailed_again",
                "training_attended",
                "training_not_attended",
                "training_missed",
                "training_missed_taken_back",
            ],
            Group::Account => &[
                "account_created",
                "seats_set",
                "domain_added",
                "domain_removed",
                "time_zone_changed",
                "support_looked_up",
                "second_factor_demanded",
                "administrator_made",
                "administrator_unmade",
            ],
        }
    }
}

/// What of the history is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// About or by one of these people; everybody where it is nothing.
    pub people: Option<Vec<Uuid>>,
    /// Of these kinds; every kind where it is nothing.
    pub group: Option<Group>,
    /// Not before this moment.
    pub from: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
}

/// The account's history, newest first: at most `limit` lines older than `older_than`.
///
/// # Errors
/// Whatever the database says.
pub fn activity(
    connection: &mut db::Connection,
    account_id: Uuid,
    filter: &Filter,
    older_than: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    let asked = Asked {
        account_id,
        people: filter.people.as_deref(),
        kinds: filter.group.map(Group::kinds),
        but: None,
        from: filter.from,
        until: filter.until,
        older_than,
        limit,
    };
    let ids = if filter.people.is_some() {
        asked.about_or_by(connection)?
    } else if filter.group.is_some() {
        asked.of_kinds(connection)?
    } else {
        asked.all(connection)?
    };
    load(connection, account_id, &ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Event;

    #[test]
    fn every_kind_of_event_is_in_one_group_and_what_mails_a_password_is_with_the_passwords_too() {
        // The reader names all kinds that it knows when it meets another one.
        let unknown = serde_json::from_value::<Event>(serde_json::json!({ "kind": "unheard_of" }));
        let message = unknown.unwrap_err().to_string();
        let mut known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let mut grouped: Vec<&str> = Group::ALL
            .into_iter()
            .flat_map(Group::kinds)
            .copied()
            .collect();
        known.extend(["user_added", "user_reactivated"]);
        known.sort_unstable();
        grouped.sort_unstable();
        assert!(known.len() > 20, "{message}");
        assert_eq!(known, grouped);
    }
}
