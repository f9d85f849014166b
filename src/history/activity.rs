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
    let stretches = if filter.people.is_some() {
        format!(
            "{} union {}",
            about_people(),
            stretch(
                PEOPLE,
                "events",
                "actor_user_id = wanted.id and import_id is null"
            )
        )
    } else if filter.group.is_some() {
        stretch(
            "unnest($6::text[]) as wanted (kind)",
            "events",
            "kind = wanted.kind and import_id is null",
        )
    } else {
        stretch("(select) as everything", "events", "import_id is null")
    };
    newest(
        connection, account_id, &stretches, filter, older_than, limit,
    )
    .and_then(|ids| load(connection, account_id, &ids))
}

/// The lines about one person, newest first: about them alone, or about several whom they were among.
pub(super) fn ids_about(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    older_than: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<i64>> {
    let filter = Filter {
        people: Some(vec![user_id]),
        ..Filter::default()
    };
    newest(
        connection,
        account_id,
        &about_people(),
        &filter,
        older_than,
        limit,
    )
}

const PEOPLE: &str = "unnest($5::uuid[]) as wanted (id)";

/// The newest lines of each of `keys`. Each person and each kind is a stretch of an index of its own: the
/// newest of each, merged, so that a rare kind is not looked for line by line.
fn stretch(keys: &str, lines: &str, condition: &str) -> String {
    format!(
        "select found.id from {keys} cross join lateral (
             select events.id from {lines}
             where events.account_id = $1 and {condition} and events.id < $2
               and ($3 is null or happened_at >= $3) and ($4 is null or happened_at < $4)
               and ($6 is null or events.kind = any ($6))
             order by events.id desc limit $7
         ) as found"
    )
}

/// The newest lines about each of the people in $5.
fn about_people() -> String {
    let alone = stretch(PEOPLE, "events", "user_id = wanted.id");
    let among_those_reset = stretch(
        PEOPLE,
        "events join mails using (account_id, password_reset_id)",
        "mails.user_id = wanted.id and events.password_reset_id is not null",
    );
    let among_those_to_train = stretch(
        PEOPLE,
        "events join training_request_people as asked using (account_id, training_request_id)",
        "asked.user_id = wanted.id and events.training_request_id is not null",
    );
    format!("{alone} union {among_those_reset} union {among_those_to_train}")
}

fn newest(
    connection: &mut db::Connection,
    account_id: Uuid,
    stretches: &str,
    filter: &Filter,
    older_than: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<i64>> {
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
    Ok(found.into_iter().map(|found| found.id).collect())
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
