//! Making an account.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Domain;
use super::account::AccountError;
use super::own_domains::insert_domain;
use crate::history::{self, Author, Event};
use crate::schema::accounts;
use crate::{db, ids};

/// Makes an account without people; its first administrator must follow in the same transaction.
///
/// # Errors
/// [`AccountError::NameTaken`], [`AccountError::Name`], [`AccountError::Seats`].
pub fn insert(
    tx: &mut db::Connection,
    name: &str,
    domains: &[Domain],
    seats: i32,
    time_zone: &str,
    now: OffsetDateTime,
) -> Result<Uuid, AccountError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(AccountError::Name);
    }
    if seats < 1 {
        return Err(AccountError::Seats);
    }
    let id = ids::new();
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::name.eq(name),
            accounts::time_zone.eq(time_zone),
            accounts::seats.eq(seats),
            accounts::created_at.eq(now),
        ))
        .execute(tx)
        .map_err(|error| match db::violated_constraint(&error) {
            Some("accounts_name") => AccountError::NameTaken,
            _ => error.into(),
        })?;
    for domain in domains {
        insert_domain(tx, id, domain, now)?;
    }
    let event = Event::AccountCreated {
        name: name.to_string(),
        seats,
        domains: domains
            .iter()
            .map(|domain| domain.as_str().to_string())
            .collect(),
    };
    history::record(tx, &Author::staff(id), None, &event, now)?;
    Ok(id)
}
