//! What needs attention: who is in and never came, whose mail failed, whose password ran out, who was
//! never trained. Each is a filter of the list and a count from an index.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::listing::COUNTED_MATCHES;
use super::state::TEMPORARY_PASSWORD_LIFE;
use crate::db;

/// What an active user may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Holds a seat and never signed in.
    NeverSignedIn,
    /// The mail server refused the mail with the password.
    MailFailed,
    /// The mailed password ran out unused.
    PasswordExpired,
    /// Never attended a training, and none is asked for.
    NeverTrained,
    /// A first training is asked for and not attended yet.
    TrainingRequested,
}

impl Needs {
    /// All of them, the most urgent first.
    pub const ALL: [Needs; 5] = [
        Needs::MailFailed,
        Needs::PasswordExpired,
        Needs::NeverSignedIn,
        Needs::NeverTrained,
        Needs::TrainingRequested,
    ];

    /// The name in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Needs::NeverSignedIn => "never-signed-in",
            Needs::MailFailed => "mail-failed",
            Needs::PasswordExpired => "password-expired",
            Needs::NeverTrained => "never-trained",
            Needs::TrainingRequested => "training-requested",
        }
    }

    /// In plain words, as they follow a count: `3 never signed in`.
    pub fn words(self) -> &'static str {
        match self {
            Needs::NeverSignedIn => "never signed in",
            Needs::MailFailed => "mail failed",
            Needs::PasswordExpired => "temporary password expired",
            Needs::NeverTrained => "never trained",
            Needs::TrainingRequested => "training requested",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Needs> {
        Needs::ALL.into_iter().find(|needs| needs.as_str() == name)
    }

    /// The condition on a row of `users`, of constants only. The database's clock is asked, so that the
    /// index on the moment of sending can be used.
    pub(super) fn condition(self) -> String {
        match self {
            Needs::NeverSignedIn => "users.last_sign_in_at is null".to_string(),
            Needs::MailFailed => "users.password_mail_state = 'failed'".to_string(),
            Needs::PasswordExpired => format!(
                "(users.password_mail_state = 'sent' and users.password_mail_at <= now() - interval '{} seconds')",
                TEMPORARY_PASSWORD_LIFE.whole_seconds()
            ),
            Needs::NeverTrained => "users.training = 'never'".to_string(),
            Needs::TrainingRequested => "users.training = 'requested'".to_string(),
        }
    }
}

/// How many active users need something, counted as far as [`COUNTED_MATCHES`] and one more for
/// "more than".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Count {
    /// All of them.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
    /// Those of them who never signed in.
    #[diesel(sql_type = BigInt)]
    pub never_came: i64,
}

/// How many active users of the account need each of [`Needs::ALL`], in that order. One query.
///
/// # Errors
/// Whatever the database says.
pub fn needs(
    connection: &mut db::Connection,
    account_id: Uuid,
) -> QueryResult<Vec<(Needs, Count)>> {
    let counts: Vec<String> = Needs::ALL
        .into_iter()
        .map(|needs| {
            // Only where it is asked for: the others are counted in an index alone.
            let (column, never_came) = match needs {
                Needs::MailFailed | Needs::PasswordExpired => (
                    "last_sign_in_at",
                    "count(*) filter (where last_sign_in_at is null)",
                ),
                Needs::NeverSignedIn => ("", "count(*)"),
                Needs::NeverTrained | Needs::TrainingRequested => ("", "0::bigint"),
            };
            format!(
                "select count(*) as people, {never_came} as never_came
                 from (select {column} from users where account_id = $1 and active and {} limit {}) as found",
                needs.condition(),
                COUNTED_MATCHES + 1
            )
        })
        .collect();
    let counted: Vec<Count> = diesel::sql_query(counts.join(" union all "))
        .bind::<diesel::sql_types::Uuid, _>(account_id)
        .load(connection)?;
    Ok(Needs::ALL.into_iter().zip(counted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_has_a_name_of_its_own_that_leads_back_to_it() {
        for needs in Needs::ALL {
            assert_eq!(Needs::from_name(needs.as_str()), Some(needs));
        }
        assert_eq!(Needs::from_name("attention"), None);
    }
}
