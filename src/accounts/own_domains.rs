//! Adding and removing the email domains of an account.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Domain;
use super::account::{AccountError, lock};
use crate::db::{self, Statement};
use crate::history::{self, Author, Event};
use crate::schema::{account_domains, users};

/// Adds one that may be there already; says how many rows that made.
pub(super) fn insert_domain(
    tx: &mut db::Connection,
    account_id: Uuid,
    domain: &Domain,
    now: OffsetDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(account_domains::table)
        .values((
            account_domains::account_id.eq(account_id),
            account_domains::domain.eq(domain.as_str()),
            account_domains::added_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
}

/// Adds an email domain; adding one twice changes nothing. Says whether it is new.
///
/// # Errors
/// Whatever the database says.
pub fn add_domain(
    tx: &mut db::Connection,
    author: &Author,
    domain: &Domain,
    now: OffsetDateTime,
) -> Result<bool, AccountError> {
    if insert_domain(tx, author.account_id, domain, now)? == 0 {
        return Ok(false);
    }
    let event = Event::DomainAdded {
        domain: domain.as_str().to_string(),
    };
    history::record(tx, author, None, &event, now)?;
    Ok(true)
}

/// Removes an email domain that nobody of the account, active or not, has an address at. Whom staff erased has
/// none: the mark in its place moves to another domain.
///
/// # Errors
/// [`AccountError::NoSuchDomain`], [`AccountError::DomainInUse`].
pub fn remove_domain(
    tx: &mut db::Connection,
    author: &Author,
    domain: &Domain,
    now: OffsetDateTime,
) -> Result<(), AccountError> {
    let name = || domain.as_str().to_string();
    // Whoever adds somebody holds this lock as well.
    lock(tx, author.account_id)?;
    move_marks(tx, author.account_id, domain)?;
    let people: i64 = users::table
        .filter(users::account_id.eq(author.account_id))
        .filter(users::domain.eq(domain.as_str()))
        .count()
        .get_result(tx)?;
    let in_use = |people| AccountError::DomainInUse {
        domain: name(),
        people,
    };
    if people > 0 {
        return Err(in_use(people));
    }
    let removed = diesel::delete(account_domains::table.find((author.account_id, domain.as_str())))
        .execute(tx)
        .map_err(|error| match db::violated_constraint(&error) {
            Some("users_domain") => in_use(0),
            _ => error.into(),
        })?;
    if removed == 0 {
        return Err(AccountError::NoSuchDomain { domain: name() });
    }
    let event = Event::DomainRemoved { domain: name() };
    history::record(tx, author, None, &event, now)?;
    Ok(())
}

/// A mark is written like a username, so that it needs one of the account's domains. There is another one
/// wherever nobody else is left at this one: that of an active administrator.
fn move_marks(tx: &mut db::Connection, account_id: Uuid, domain: &Domain) -> QueryResult<()> {
    Statement::new(
        "with moved as (
             select users.id, split_part(username, '@', 1) || '@' || other.domain as username
             from users
             cross join lateral (
                 select account_domains.domain from account_domains
                 where account_domains.account_id = users.account_id and account_domains.domain <> $2
                 order by account_domains.domain limit 1
             ) as other
             where users.account_id = $1 and users.domain = $2 and not active and exists (
                 select from events
                 where events.account_id = users.account_id and events.user_id = users.id and kind = 'user_erased'
             )
         )
         update users
         set username = moved.username, search_text = replace(search_text, users.username, moved.username)
         from moved where users.account_id = $1 and users.id = moved.id",
    )
    .bind(account_id)
    .bind(domain.as_str())
    .execute(tx)
    .map(|_| ())
}
