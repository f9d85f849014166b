//! How many lines of an import are what.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Uuid as SqlUuid};
use uuid::Uuid;

use crate::db;

/// How many lines are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Verdict: new users.
    #[diesel(sql_type = BigInt)]
    pub add: i64,
    /// Verdict: people who come back.
    #[diesel(sql_type = BigInt)]
    pub reactivate: i64,
    /// Verdict: new users, each in the place of somebody.
    #[diesel(sql_type = BigInt)]
    pub replace: i64,
    /// Verdict: active already.
    #[diesel(sql_type = BigInt)]
    pub unchanged: i64,
    /// Verdict: cannot be imported.
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
    /// Chosen to be added.
    #[diesel(sql_type = BigInt)]
    pub add_chosen: i64,
    /// Chosen to come back.
    #[diesel(sql_type = BigInt)]
    pub reactivate_chosen: i64,
    /// Chosen to take somebody's place.
    #[diesel(sql_type = BigInt)]
    pub replace_chosen: i64,
    /// Chosen to be added, and no seat is left.
    #[diesel(sql_type = BigInt)]
    pub add_no_seat: i64,
    /// Chosen to come back, and no seat is left.
    #[diesel(sql_type = BigInt)]
    pub reactivate_no_seat: i64,
    /// Chosen and not yet done.
    #[diesel(sql_type = BigInt)]
    pub to_do: i64,
    /// Which lines are to be imported, as a number that differs where others are.
    #[diesel(sql_type = BigInt)]
    pub choice: i64,
    /// Added.
    #[diesel(sql_type = BigInt)]
    pub added: i64,
    /// Reactivated.
    #[diesel(sql_type = BigInt)]
    pub reactivated: i64,
    /// Added in the place of somebody.
    #[diesel(sql_type = BigInt)]
    pub replaced: i64,
    /// Found active at the run.
    #[diesel(sql_type = BigInt)]
    pub unchanged_at_run: i64,
    /// Refused at the run.
    #[diesel(sql_type = BigInt)]
    pub refused_at_run: i64,
}

impl Counts {
    /// Lines to be imported, done or not.
    pub fn chosen(&self) -> i64 {
        self.add_chosen + self.reactivate_chosen + self.replace_chosen
    }

    /// Chosen lines that need a seat.
    pub fn seats_needed(&self) -> i64 {
        self.add_chosen + self.reactivate_chosen
    }

    /// Chosen lines for which no seat is left.
    pub fn without_seat(&self) -> i64 {
        self.add_no_seat + self.reactivate_no_seat
    }

    /// Chosen lines that need no seat or have one: what starting the import does.
    pub fn to_import(&self) -> i64 {
        self.chosen() - self.without_seat()
    }

    /// Lines that could be imported and are left out.
    pub fn left_out(&self) -> i64 {
        self.add + self.reactivate + self.replace - self.chosen()
    }

    /// Lines that cannot be imported or were not: what the file of refused lines holds.
    pub fn all_refused(&self) -> i64 {
        self.refused + self.refused_at_run
    }

    /// All lines of the list.
    pub fn lines(&self) -> i64 {
        self.add + self.reactivate + self.replace + self.unchanged + self.refused
    }
}

/// What the page with the button said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Promised {
    /// How many people the button named.
    pub people: Option<i64>,
    /// Which they are: [`Counts::choice`].
    pub choice: Option<i64>,
}

impl Promised {
    /// Whether it is what would be done, as far as it was said: as many others are other people.
    pub(super) fn fits(self, counts: &Counts) -> bool {
        self.people
            .is_none_or(|people| people == counts.to_import())
            && self.choice.is_none_or(|choice| choice == counts.choice)
    }
}

/// `no_seat_from` as in [`Details`](super::Details).
pub(super) fn counts(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
    no_seat_from: Option<i32>,
) -> QueryResult<Counts> {
    diesel::sql_query(
        "select count(*) filter (where verdict = 'add') as add,
                count(*) filter (where verdict = 'reactivate') as reactivate,
                count(*) filter (where verdict = 'replace') as replace,
                count(*) filter (where verdict = 'unchanged') as unchanged,
                count(*) filter (where verdict = 'refused') as refused,
                count(*) filter (where verdict = 'add' and chosen) as add_chosen,
                count(*) filter (where verdict = 'reactivate' and chosen) as reactivate_chosen,
                count(*) filter (where verdict = 'replace' and chosen) as replace_chosen,
                count(*) filter (where verdict = 'add' and chosen and position >= $3) as add_no_seat,
                count(*) filter (where verdict = 'reactivate' and chosen and position >= $3) as reactivate_no_seat,
                count(*) filter (where chosen and outcome is null) as to_do,
                coalesce(bit_xor(hashint4extended(position, 0))
                    filter (where chosen and (verdict = 'replace' or $3 is null or position < $3)), 0) as choice,
                count(*) filter (where outcome = 'added') as added,
                count(*) filter (where outcome = 'reactivated') as reactivated,
                count(*) filter (where outcome = 'replaced') as replaced,
                count(*) filter (where outcome = 'unchanged') as unchanged_at_run,
                count(*) filter (where outcome = 'refused') as refused_at_run
         from import_lines where account_id = $1 and import_id = $2",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Integer>, _>(no_seat_from)
    .get_result(connection)
}
