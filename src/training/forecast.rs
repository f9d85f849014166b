//! What a request would do, counted before it is made.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use uuid::Uuid;

use super::rule::{Facts, Verdict};
use super::{OmissionReason, Training};
use crate::db::{self, Statement};
use crate::users::{Narrowing, Scope, select_matching};

/// What a request for one training would do, as long as nothing is said about those who never attended any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// Which training.
    pub training: Training,
    /// How many people it would be asked for.
    pub asked: u64,
    /// How many never attended any: what to do about them is asked first.
    pub undecided: u64,
    /// How many would be left out, by why.
    pub left_out: BTreeMap<OmissionReason, u64>,
}

impl Forecast {
    fn of(training: Training, groups: &[Group]) -> Forecast {
        let mut forecast = Forecast {
            training,
            asked: 0,
            undecided: 0,
            left_out: BTreeMap::new(),
        };
        for group in groups {
            let count = match group.facts().verdict(training, None) {
                Verdict::Asked(_) | Verdict::VouchedFor => &mut forecast.asked,
                Verdict::Undecided => &mut forecast.undecided,
                Verdict::LeftOut(reason) => forecast.left_out.entry(reason).or_default(),
            };
            *count += group.people.unsigned_abs();
        }
        forecast
    }

    /// How many people are meant in all.
    pub fn meant(&self) -> u64 {
        self.asked + self.undecided + self.left_out.values().sum::<u64>()
    }
}

/// People about whom the same things decide.
#[derive(QueryableByName)]
struct Group {
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Bool)]
    attended: bool,
    #[diesel(sql_type = Bool)]
    open_new_user: bool,
    #[diesel(sql_type = Bool)]
    open_advanced: bool,
    #[diesel(sql_type = BigInt)]
    people: i64,
}

impl Group {
    fn facts(&self) -> Facts {
        Facts {
            active: self.active,
            attended_new_user: self.attended,
            open_new_user: self.open_new_user,
            open_advanced: self.open_advanced,
        }
    }
}

/// What a request for New User Training, and one for Advanced Training, would do for these people.
///
/// # Errors
/// Whatever the database says.
pub fn forecast(
    connection: &mut db::Connection,
    account_id: Uuid,
    scope: &Scope,
) -> QueryResult<[Forecast; 2]> {
    let groups = match scope {
        Scope::Selected(ids) => groups_among(connection, account_id, ids)?,
        Scope::Matching(narrowing) => groups_matching(connection, account_id, narrowing)?,
        Scope::AllActive => groups_of_all(connection, account_id)?,
    };
    Ok([Training::NewUser, Training::Advanced].map(|training| Forecast::of(training, &groups)))
}

/// Those of these ids. Whoever attended any training attended the first one.
fn groups_among(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<Vec<Group>> {
    Statement::new(
        "select users.active, users.training = 'attended' as attended,
             coalesce(asked.for_new_user, false) as open_new_user,
             coalesce(asked.for_advanced, false) as open_advanced, count(*) as people
         from users
         left join (
             select user_id, bool_or(kind = 'new_user') as for_new_user, bool_or(kind = 'advanced') as for_advanced
             from training_request_people
             where account_id = $1 and user_id = any ($2) and open
             group by user_id
         ) as asked on asked.user_id = users.id
         where users.account_id = $1 and users.id = any ($2)
         group by 1, 2, 3, 4",
    )
    .bind(account_id)
    .bind(ids)
    .load(connection)
}

/// Everybody active whom the list finds, who may be most of a large account: read once.
fn groups_matching(
    connection: &mut db::Connection,
    account_id: Uuid,
    narrowing: &Narrowing,
) -> QueryResult<Vec<Group>> {
    let mut statement = Statement::default();
    let account = statement.place_for(account_id);
    let columns = "id, training = 'attended' as attended";
    let meant = select_matching(&mut statement, &account, narrowing, columns);
    statement.write(&format!(
        "with meant as materialized ({meant}),
         asked as materialized (
             select user_id, bool_or(kind = 'new_user') as for_new_user, bool_or(kind = 'advanced') as for_advanced
             from training_request_people where account_id = {account} and open
             group by user_id
         )
         select true as active, attended, coalesce(for_new_user, false) as open_new_user,
             coalesce(for_advanced, false) as open_advanced, count(*) as people
         from meant left join asked on asked.user_id = meant.id
         group by 2, 3, 4"
    ));
    statement.load(connection)
}

/// Everybody who is active. Looked at one by one are those who stand in an open request; the others are what is
/// left of the totals that are kept anyway: in a large account the whole of it would be read for a pop-up.
fn groups_of_all(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<Vec<Group>> {
    Statement::new(
        "with asked as materialized (
             select users.training = 'attended' as attended, open.for_new_user, open.for_advanced, count(*) as people
             from (
                 select user_id, bool_or(kind = 'new_user') as for_new_user, bool_or(kind = 'advanced') as for_advanced
                 from training_request_people where account_id = $1 and open
                 group by user_id
             ) as open
             join users on users.account_id = $1 and users.id = open.user_id and users.active
             group by 1, 2, 3
         ),
         untrained as (
             select coalesce(sum(never_trained) + sum(training_requested), 0)::bigint as people
             from attention_tallies where account_id = $1
         ),
         everybody as (
             select true as attended, accounts.active_users - untrained.people as people
             from accounts cross join untrained where accounts.id = $1
             union all
             select false, untrained.people from untrained
         )
         select true as active, attended, for_new_user as open_new_user, for_advanced as open_advanced, people
         from asked
         union all
         select true, attended, false, false, people - coalesce((
             select sum(asked.people) from asked where asked.attended = everybody.attended
         ), 0)::bigint
         from everybody",
    )
    .bind(account_id)
    .load(connection)
}
