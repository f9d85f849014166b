//! The decision of "Add a User", made again today and rolled back.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::holding::Holding;
use super::report::Replay;
use crate::db::{self, Db};
use crate::history::Author;
use crate::ids;
use crate::schema::{account_domains, accounts};
use crate::users::{self, AddError, AddUser, Profile, Username};

/// Accounts that are looked at; more share no domain in practice.
const MOST_ACCOUNTS: i64 = 20;

/// Ends the transaction, which is rolled back whatever it came to.
enum Outcome {
    Decided(Result<(), AddError>),
    Database(db::Error),
}

impl From<db::Error> for Outcome {
    fn from(error: db::Error) -> Self {
        Outcome::Database(error)
    }
}

/// What adding `username` comes to in each account that has its domain, and in `also`, the account
/// that asked.
///
/// # Errors
/// Whatever the database says.
pub(super) fn replay(
    db: &Db,
    username: &Username,
    held: Option<&Holding>,
    also: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<Vec<Replay>> {
    let candidates: Vec<(Uuid, String)> = db.read(|connection| {
        let of_domain = account_domains::table
            .filter(account_domains::domain.eq(username.domain()))
            .select(account_domains::account_id);
        accounts::table
            .filter(
                accounts::id
                    .eq_any(of_domain)
                    .or(accounts::id.nullable().eq(also)),
            )
            .order(accounts::name)
            .limit(MOST_ACCOUNTS)
            .select((accounts::id, accounts::name))
            .load(connection)
    })?;
    candidates
        .into_iter()
        .map(|(account_id, account)| {
            let decision = decide(db, account_id, username, held, now)?;
            Ok(Replay { account, decision })
        })
        .collect()
}

/// Adds for real, as the page does and in the same order of rules, and takes it back.
fn decide(
    db: &Db,
    account_id: Uuid,
    username: &Username,
    held: Option<&Holding>,
    now: OffsetDateTime,
) -> QueryResult<&'static str> {
    let command = AddUser {
        id: ids::new(),
        username: username.clone(),
        profile: Profile {
            first_name: "Replay".to_string(),
            last_name: "Replay".to_string(),
            ..Profile::default()
        },
    };
    let author = Author::staff(account_id);
    // Nothing happens: nothing of it is logged either.
    let outcome = db.write(|tx| {
        let domains = crate::accounts::domains(tx, account_id)?;
        let fields = users::check_fields(username.as_str(), &command.profile, &domains, None);
        let decided = match fields {
            Ok(_) => users::add(tx, &author, &command, now).map(|_| ()),
            // The details are in order.
            Err(_) => Err(AddError::ForeignDomain),
        };
        Err::<(), _>(Outcome::Decided(decided))
    });
    match outcome {
        Ok(()) | Err(Outcome::Decided(Ok(()))) => Ok("added"),
        Err(Outcome::Database(error) | Outcome::Decided(Err(AddError::Database(error)))) => {
            Err(error)
        }
        Err(Outcome::Decided(Err(error))) => Ok(match error {
            AddError::ForeignDomain => "foreign_domain",
            AddError::AddressInUse => {
                held.map_or("elsewhere", |held| held.rule_for(account_id).as_str())
            }
            // The page says beside it who has the address.
            _ => held.map_or("no_seat", |held| held.rule_for(account_id).as_str()),
        }),
    }
}
