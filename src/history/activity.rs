//! The account's whole history, filtered by person, kind and time.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use time::OffsetDateTime;
use uuid::Uuid;

use super::read::{Entry, load};
use crate::db;

/// Kinds of events that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Who came, left, came back.
    People,
    /// What was edited about them.
    Details,
    /// Passwords and their mails.
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
            ],
            Group::Account => &[
                "account_created",
                "seats_set",
                "domain_added",
                "domain_removed",
                "time_zone_changed",
                "list_downloaded",
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

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
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
    // Each person and each kind is a stretch of an index of its own: the newest of each, merged, so
    // that a rare kind is not looked for line by line.
    let stretch = |keys: &str, condition: &str| {
        format!(
            "select found.id from {keys} cross join lateral (
                 select id from events
                 where account_id = $1 and {condition} and id < $2
                   and ($3 is null or happened_at >= $3) and ($4 is null or happened_at < $4)
                   and ($6 is null or kind = any ($6))
                 order by id desc limit $7
             ) as found"
        )
    };
    let who = "unnest($5::uuid[]) as wanted (id)";
    let stretches = if filter.people.is_some() {
        format!(
            "{} union {}",
            stretch(who, "user_id = wanted.id"),
            stretch(who, "actor_user_id = wanted.id")
        )
    } else if filter.group.is_some() {
        stretch("unnest($6::text[]) as wanted (kind)", "kind = wanted.kind")
    } else {
        stretch("(select) as everything", "true")
    };
    // $5 is named once more so that its type is known where no person is asked for.
    let found: Vec<Found> = diesel::sql_query(format!(
        "select id from ({stretches}) as merged where $5 is null or true order by id desc limit $7"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<BigInt, _>(older_than.unwrap_or(i64::MAX))
    .bind::<Nullable<Timestamptz>, _>(filter.from)
    .bind::<Nullable<Timestamptz>, _>(filter.until)
    .bind::<Nullable<Array<SqlUuid>>, _>(&filter.people)
    .bind::<Nullable<Array<Text>>, _>(filter.group.map(Group::kinds))
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    let ids: Vec<i64> = found.iter().map(|found| found.id).collect();
    load(connection, account_id, &ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Event;

    #[test]
    fn every_kind_of_event_is_in_exactly_one_group() {
        // The reader names all kinds that it knows when it meets another one.
        let unknown = serde_json::from_value::<Event>(serde_json::json!({ "kind": "unheard_of" }));
        let message = unknown.unwrap_err().to_string();
        let mut known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let mut grouped: Vec<&str> = Group::ALL
            .into_iter()
            .flat_map(Group::kinds)
            .copied()
            .collect();
        known.sort_unstable();
        grouped.sort_unstable();
        assert!(known.len() > 20, "{message}");
        assert_eq!(known, grouped);
    }
}
