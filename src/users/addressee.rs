//! The person that a mail is about to be written to.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use crate::db;
use crate::mail::{Composed, DueMail};
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

/// Has each of the due mails written to the person it is for, as far as they are in: looks again, and keeps them
/// locked until the transaction ends, so that whoever deactivates or changes them comes before, and is seen here, or
/// after.
///
/// # Errors
/// Whatever the database says, or `write`.
pub fn compose_for_each(
    tx: &mut db::Connection,
    due: &[DueMail],
    mut write: impl FnMut(&Addressee, &DueMail) -> QueryResult<Composed>,
) -> QueryResult<Vec<Composed>> {
    let of = |mail: &DueMail| mail.user_id.map(|user| (mail.account_id, user));
    let people: Vec<(Uuid, Uuid)> = due.iter().filter_map(of).collect();
    let people = lock_for_mail(tx, &people)?;
    due.iter()
        .map(|mail| match of(mail).map(|person| people.get(&person)) {
            None => Ok(Composed::cancel("the mail names nobody")),
            Some(None) => Ok(Composed::Later),
            Some(Some(person)) if !person.active => {
                Ok(Composed::cancel("the user was deactivated"))
            }
            Some(Some(person)) => write(person, mail),
        })
        .collect()
}

/// Locks the people (account, user) against change until the transaction ends, and returns them by
/// their ids. Who is being changed by another transaction this moment is left out: waiting for them
/// with the locks of mails in hand could end in a deadlock.
///
/// # Errors
/// Whatever the database says.
fn lock_for_mail(
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
