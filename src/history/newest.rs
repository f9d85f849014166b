//! Which lines of history are the newest of what is asked for.
//!
//! Each person and each kind is a stretch of an index of its own: the newest of each, merged, so that a rare
//! kind is not looked for line by line.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;

/// Which lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked<'a> {
    pub account_id: Uuid,
    /// Where it is asked about people.
    pub people: Option<&'a [Uuid]>,
    /// The kinds as stored; every kind where it is nothing.
    pub kinds: Option<&'a [&'a str]>,
    /// Not of this kind.
    pub but: Option<&'a str>,
    /// Not before this moment.
    pub from: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
    /// Below this line.
    pub older_than: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

const PEOPLE: &str = "unnest($5::uuid[]) as wanted (id)";

/// The newest lines of each of `keys`.
fn stretch(keys: &str, lines: &str, condition: &str) -> String {
    format!(
        "select found.id from {keys} cross join lateral (
             select events.id from {lines}
             where events.account_id = $1 and {condition} and events.id < $2
               and ($3 is null or happened_at >= $3) and ($4 is null or happened_at < $4)
               and ($6 is null or events.kind = any ($6)) and ($8 is null or events.kind <> $8)
             order by events.id desc limit $7
         ) as found"
    )
}

/// The newest lines about each of the people: about them alone, or about several whom they were among.
fn about() -> String {
    let alone = stretch(PEOPLE, "events", "user_id = wanted.id");
    // The mails of that moment: a reset's failed ones are sent again to some of its people.
    let among_those_reset = stretch(
        PEOPLE,
        "events join mails using (account_id, password_reset_id)",
        "mails.user_id = wanted.id and mails.created_at = events.happened_at and events.password_reset_id is not null",
    );
    let among_those_to_train = stretch(
        PEOPLE,
        "events join training_request_people as asked using (account_id, training_request_id)",
        "asked.user_id = wanted.id and events.training_request_id is not null and events.kind not in ('training_attended', 'training_not_attended')",
    );
    // Not everybody of the request: some were recorded before.
    let among_those_recorded = stretch(
        PEOPLE,
        "events join training_attendances as attended using (account_id, training_request_id)",
        "attended.user_id = wanted.id and events.training_request_id is not null
         and events.kind = 'training_attended' and events.details ->> 'training' = attended.kind
         and events.happened_at = attended.recorded_at",
    );
    // Whose record was taken back: both lines stay.
    let among_those_withdrawn = stretch(
        PEOPLE,
        "events join withdrawn_attendances as withdrawn using (account_id, training_request_id)",
        "withdrawn.user_id = wanted.id and events.training_request_id is not null
         and events.details ->> 'training' = withdrawn.kind
         and (events.kind = 'training_attended' and events.happened_at = withdrawn.recorded_at
           or events.kind = 'training_not_attended' and events.happened_at = withdrawn.withdrawn_at)",
    );
    format!(
        "{alone} union {among_those_reset} union {among_those_to_train} union {among_those_recorded} \
         union {among_those_withdrawn}"
    )
}

impl Asked<'_> {
    /// Everything of the account; of an import the beginning and the end.
    pub(super) fn all(&self, connection: &mut db::Connection) -> QueryResult<Vec<i64>> {
        let everything = stretch("(select) as everything", "events", "import_id is null");
        self.newest(connection, &everything)
    }

    /// The same of `kinds`.
    pub(super) fn of_kinds(&self, connection: &mut db::Connection) -> QueryResult<Vec<i64>> {
        let of_kinds = stretch(
            "unnest($6::text[]) as wanted (kind)",
            "events",
            "kind = wanted.kind and import_id is null",
        );
        self.newest(connection, &of_kinds)
    }

    /// About `people`, every line.
    pub(super) fn about(&self, connection: &mut db::Connection) -> QueryResult<Vec<i64>> {
        self.newest(connection, &about())
    }

    /// About `people`, every line, and what they did; of an import the beginning and the end.
    pub(super) fn about_or_by(&self, connection: &mut db::Connection) -> QueryResult<Vec<i64>> {
        let by = stretch(
            PEOPLE,
            "events",
            "actor_user_id = wanted.id and import_id is null",
        );
        self.newest(connection, &format!("{} union {by}", about()))
    }

    fn newest(&self, connection: &mut db::Connection, stretches: &str) -> QueryResult<Vec<i64>> {
        // $5 is named once more so that its type is known where no person is asked for.
        let found: Vec<Found> = diesel::sql_query(format!(
            "select id from ({stretches}) as merged where $5 is null or true order by id desc limit $7"
        ))
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<BigInt, _>(self.older_than.unwrap_or(i64::MAX))
        .bind::<Nullable<Timestamptz>, _>(self.from)
        .bind::<Nullable<Timestamptz>, _>(self.until)
        .bind::<Nullable<Array<SqlUuid>>, _>(self.people)
        .bind::<Nullable<Array<Text>>, _>(self.kinds)
        .bind::<BigInt, _>(self.limit)
        .bind::<Nullable<Text>, _>(self.but)
        .load(connection)?;
        Ok(found.into_iter().map(|found| found.id).collect())
    }
}
