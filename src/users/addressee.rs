//! The person that a mail is about to be written to.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use crate::db;
use crate::schema::users;

/// A person as mail needs to know them.
#[derive(Debug, Clone, Queryable)]
pub struct Addressee {
    /// Their account.
    pub account_id: Uuid,
    /// Their id.
    pub id: Uuid,
    /// Where mail reaches them.
    pub username: String,
    /// First name.
    pub first_name: String,
    /// Whether they are in.
    pub active: bool,
    /// Whether they administer the account.
    pub administrator: bool,
    /// The mail that carries the temporary password still to be used.
    pub password_mail_id: Option<Uuid>,
}

/// Locks the people (account, user) against change until the transaction ends, and returns them by
/// their ids. Who is being changed by another transaction this moment is left out: waiting for them
/// with the locks of mails in hand could end in a deadlock.
///
/// # Errors
/// Whatever the database says.
pub fn lock_for_mail(
    tx: &mut db::Connection,
    people: &[(Uuid, Uuid)],
) -> QueryResult<HashMap<(Uuid, Uuid), Addressee>> {
    let ids: Vec<Uuid> = people.iter().map(|(_, user)| *user).collect();
    let accounts: Vec<Uuid> = people.iter().map(|(account, _)| *account).collect();
    let found: Vec<Addressee> = users::table
        .filter(users::account_id.eq_any(accounts))
        .filter(users::id.eq_any(ids))
        .select((
            users::account_id,
            users::id,
            users::username,
            users::first_name,
            users::active,
            users::administrator,
            users::password_mail_id,
        ))
        .for_share()
        .skip_locked()
        .load(tx)?;
    Ok(found
        .into_iter()
        .map(|person| ((person.account_id, person.id), person))
        .collect())
}
