//! A user's row, read whole for the pop-up and for changes.

use diesel::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Profile;
use super::state::{self, PasswordMail, State};
use crate::db;
use crate::schema::{mails, users};

/// A user as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// The user's id, unique in the account.
    pub id: Uuid,
    /// The address they sign in with.
    pub username: String,
    /// Names, title, department, phone.
    #[diesel(embed)]
    pub profile: StoredProfile,
    /// Whether they are in.
    pub active: bool,
    /// Whether they administer the account.
    pub administrator: bool,
    /// Since when they are out.
    pub deactivated_at: Option<OffsetDateTime>,
    /// Why, if somebody said so.
    pub deactivation_reason: String,
    /// When they last signed in.
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When an administrator last reset their password.
    pub password_reset_at: Option<OffsetDateTime>,
    /// The mail with the temporary password that is still to be used.
    pub password_mail_id: Option<Uuid>,
    /// When they were added.
    pub created_at: OffsetDateTime,
}

/// The five fields of [`Profile`] as columns.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct StoredProfile {
    first_name: String,
    last_name: String,
    title: String,
    department: String,
    phone: String,
}

impl User {
    /// Names, title, department, phone.
    pub fn profile(&self) -> Profile {
        Profile {
            first_name: self.profile.first_name.clone(),
            last_name: self.profile.last_name.clone(),
            title: self.profile.title.clone(),
            department: self.profile.department.clone(),
            phone: self.profile.phone.clone(),
        }
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.profile.first_name, self.profile.last_name)
    }

    /// What the list says about them, whose password mail is `mail`.
    pub fn state(&self, mail: Option<&PasswordMail>, now: OffsetDateTime) -> State {
        state::tell(
            self.active,
            self.deactivated_at,
            self.last_sign_in_at,
            mail,
            now,
        )
    }
}

/// The user of that id in the account.
///
/// # Errors
/// Whatever the database says.
pub fn find(
    connection: &mut db::Connection,
    account_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<User>> {
    users::table
        .find((account_id, id))
        .select(User::as_select())
        .first(connection)
        .optional()
}

/// Those of `ids` that are users of the account, by username.
///
/// # Errors
/// Whatever the database says.
pub fn find_many(
    connection: &mut db::Connection,
    account_id: Uuid,
    ids: &[Uuid],
) -> QueryResult<Vec<User>> {
    users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::id.eq_any(ids))
        .order(users::username)
        .select(User::as_select())
        .load(connection)
}

/// The user of that id in the account, locked for this transaction.
///
/// # Errors
/// Whatever the database says.
pub fn lock(tx: &mut db::Connection, account_id: Uuid, id: Uuid) -> QueryResult<Option<User>> {
    users::table
        .find((account_id, id))
        .select(User::as_select())
        .for_no_key_update()
        .first(tx)
        .optional()
}

/// What became of the mail with the password that is still to be used.
///
/// # Errors
/// Whatever the database says.
pub fn password_mail(
    connection: &mut db::Connection,
    account_id: Uuid,
    user: &User,
) -> QueryResult<Option<PasswordMail>> {
    let Some(mail_id) = user.password_mail_id else {
        return Ok(None);
    };
    mails::table
        .find((account_id, mail_id))
        .select(PasswordMail::as_select())
        .first(connection)
        .optional()
}

/// How many mails to the user wait to be sent.
///
/// # Errors
/// Whatever the database says.
pub fn waiting_mails(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<i64> {
    mails::table
        .filter(mails::account_id.eq(account_id))
        .filter(mails::user_id.eq(user_id))
        .filter(mails::state.eq("waiting"))
        .count()
        .get_result(connection)
}

/// The id of the user with that username in the account.
///
/// # Errors
/// Whatever the database says.
pub fn find_by_username(
    connection: &mut db::Connection,
    account_id: Uuid,
    username: &super::Username,
) -> QueryResult<Option<Uuid>> {
    users::table
        .filter(users::account_id.eq(account_id))
        .filter(users::username.eq(username.as_str()))
        .select(users::id)
        .first(connection)
        .optional()
}
