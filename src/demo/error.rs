//! Why there is no demonstration data.

use thiserror::Error;

use crate::accounts::AccountError;
use crate::db;
use crate::passwords::Busy;

/// Why there is no demonstration data: a sentence.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The demo account is there already, or its names are taken.
    #[error(
        "The demo account exists already: there is an account named Acme Instruments or Globex. It stays as it is."
    )]
    Exists,
    /// One of its addresses belongs to somebody.
    #[error(
        "The demo account cannot be made: an address at acme.example, acme-labs.example or globex.example is in use. Make it in another database."
    )]
    AddressInUse,
    /// Data of the seed is there.
    #[error("Data of this seed was made before. Choose another --seed.")]
    SeedUsed,
    /// No accounts, fewer people than accounts, or too many.
    #[error(
        "Choose at least one account, as many users as accounts or more, and at most 1,000,000,000."
    )]
    Amount,
    /// An account was refused.
    #[error(transparent)]
    Account(AccountError),
    /// The password could not be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database.
    #[error("The database refused: {0}.")]
    Database(db::Error),
}

impl From<db::Error> for DemoError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("users_username" | "users_username_reserved" | "reserved_usernames_pkey") => {
                DemoError::AddressInUse
            }
            _ => DemoError::Database(error),
        }
    }
}

impl From<AccountError> for DemoError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NameTaken => DemoError::Exists,
            AccountError::Database(error) => error.into(),
            other => DemoError::Account(other),
        }
    }
}

impl DemoError {
    /// The same where data of a seed was made: two at once with the same one.
    pub(super) fn of_seed(self) -> DemoError {
        match self {
            DemoError::AddressInUse => DemoError::SeedUsed,
            DemoError::Database(error)
                if db::violated_constraint(&error) == Some("accounts_name") =>
            {
                DemoError::SeedUsed
            }
            other => other,
        }
    }
}
