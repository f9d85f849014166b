//! The outbox: what is to be mailed, written in the same transaction as the change it tells of.

use diesel::prelude::*;
use diesel::sql_types;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Statement;
use crate::schema::mails;
use crate::{db, ids};

/// What a mail says. Who writes it is decided in `mailings.rs`; here it is a name in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To a new user: a temporary password.
    Welcome,
    /// An administrator reset the password: a temporary password.
    PasswordReset,
    /// Somebody reactivated, or a failed mail sent again: a temporary password.
    NewPassword,
    /// "Forgot your password?": a link.
    RecoveryLink,
    /// The username changed: to the old and to the new address.
    UsernameChanged,
    /// A second factor is asked for from now on.
    SecondFactorOn,
    /// A second factor is asked for no more.
    SecondFactorOff,
    /// A recovery code was used instead of the second factor.
    RecoveryCodeUsed,
    /// To the vendor's trainers.
    TrainingRequest,
    /// To the administrator who asked for training.
    TrainingConfirmation,
}

impl Kind {
    /// Every kind.
    const ALL: [Kind; 10] = [
        Kind::Welcome,
        Kind::PasswordReset,
        Kind::NewPassword,
        Kind::RecoveryLink,
        Kind::UsernameChanged,
        Kind::SecondFactorOn,
        Kind::SecondFactorOff,
        Kind::RecoveryCodeUsed,
        Kind::TrainingRequest,
        Kind::TrainingConfirmation,
    ];
    /// The kinds that carry any secret: a password or a link.
    pub const SECRET: [Kind; 4] = [
        Kind::Welcome,
        Kind::PasswordReset,
        Kind::NewPassword,
        Kind::RecoveryLink,
    ];

    /// Every kind that goes to a user: all but what the trainers get.
    pub fn to_a_user() -> Vec<Kind> {
        let goes = |kind: &Kind| *kind != Kind::TrainingRequest;
        Kind::ALL.into_iter().filter(goes).collect()
    }

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Welcome => "welcome",
            Kind::PasswordReset => "password_reset",
            Kind::NewPassword => "new_password",
            Kind::RecoveryLink => "recovery_link",
            Kind::UsernameChanged => "username_changed",
            Kind::SecondFactorOn => "second_factor_on",
            Kind::SecondFactorOff => "second_factor_off",
            Kind::RecoveryCodeUsed => "recovery_code_used",
            Kind::TrainingRequest => "training_request",
            Kind::TrainingConfirmation => "training_confirmation",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Every stored name.
    pub fn names() -> Vec<&'static str> {
        Kind::ALL.map(Kind::as_str).to_vec()
    }
}

/// A mail to be written into the outbox.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it says.
    pub kind: Kind,
    /// To whom, or about whom.
    pub user_id: Option<Uuid>,
    /// A fixed recipient, where it is not the user's address of the moment of sending.
    pub recipient: Option<String>,
    /// The reset it belongs to.
    pub password_reset_id: Option<Uuid>,
    /// The training request it belongs to.
    pub training_request_id: Option<Uuid>,
    /// Not to be sent before.
    pub due_at: OffsetDateTime,
}

impl NewMail {
    /// A mail to a user, due at once.
    pub fn to_user(kind: Kind, user_id: Uuid, now: OffsetDateTime) -> NewMail {
        NewMail {
            kind,
            user_id: Some(user_id),
            recipient: None,
            password_reset_id: None,
            training_request_id: None,
            due_at: now,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = mails)]
struct MailRow {
    account_id: Uuid,
    id: Uuid,
    kind: &'static str,
    user_id: Option<Uuid>,
    recipient: Option<String>,
    password_reset_id: Option<Uuid>,
    training_request_id: Option<Uuid>,
    created_at: OffsetDateTime,
    next_attempt_at: OffsetDateTime,
}

/// Writes a mail into the outbox and returns its id.
///
/// # Errors
/// Whatever the database says.
pub fn enqueue(
    tx: &mut db::Connection,
    account_id: Uuid,
    mail: NewMail,
    now: OffsetDateTime,
) -> QueryResult<Uuid> {
    let id = ids::new();
    diesel::insert_into(mails::table)
        .values(MailRow {
            account_id,
            id,
            kind: mail.kind.as_str(),
            user_id: mail.user_id,
            recipient: mail.recipient,
            password_reset_id: mail.password_reset_id,
            training_request_id: mail.training_request_id,
            created_at: now,
            next_attempt_at: mail.due_at,
        })
        .execute(tx)?;
    Ok(id)
}

/// Cancels what of `kinds` still waits for `users`; says whose mails they were, one entry for each. A mail that the
/// worker has already handed to the server is past cancelling.
///
/// # Errors
/// Whatever the database says.
pub fn cancel_waiting(
    tx: &mut db::Connection,
    account_id: Uuid,
    users: &[Uuid],
    kinds: &[Kind],
    because: &str,
    now: OffsetDateTime,
) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Cancelled {
        #[diesel(sql_type = sql_types::Uuid)]
        user_id: Uuid,
    }
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let cancelled: Vec<Cancelled> = Statement::new(
        "update mails set state = 'cancelled', settled_at = $1, explanation = $2
         where account_id = $3 and user_id = any($4) and kind = any($5) and state = 'waiting'
         returning user_id",
    )
    .bind(now)
    .bind(because)
    .bind(account_id)
    .bind(users)
    .bind(names.as_slice())
    .load(tx)?;
    Ok(cancelled.into_iter().map(|mail| mail.user_id).collect())
}
