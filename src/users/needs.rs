//! What needs attention: who is in and never came, whose mail failed, whose password ran out, who was
//! never trained. Each is a filter of the list and a count.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::state::TEMPORARY_PASSWORD_LIFE;
use crate::db::{self, Statement};

/// What an active user may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Holds a seat and never signed in, and neither their mail failed nor did its password run out: whoever is
    /// counted there is not counted here.
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
        Needs::TrainingRequested,
        Needs::NeverTrained,
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
            Needs::TrainingRequested => "New User Training requested",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Needs> {
        Needs::ALL.into_iter().find(|needs| needs.as_str() == name)
    }

    /// The condition on a row of `users`, of constants only.
    pub(super) fn condition(self) -> String {
        match self {
            Needs::NeverSignedIn => format!(
                "(last_sign_in_at is null and password_mail_state is distinct from 'failed' and {} is not true)",
                expired("password_mail_state", "password_mail_at")
            ),
            Needs::MailFailed => "password_mail_state = 'failed'".to_string(),
            Needs::PasswordExpired => expired("password_mail_state", "password_mail_at"),
            Needs::NeverTrained => "training = 'never'".to_string(),
            Needs::TrainingRequested => "training = 'requested'".to_string(),
        }
    }

    /// The condition on a row of `open_password_mails`, where the need is about those.
    pub(super) fn on_open_mails(self) -> Option<String> {
        match self {
            Needs::MailFailed => Some("state = 'failed'".to_string()),
            Needs::PasswordExpired => Some(expired("state", "settled_at")),
            Needs::NeverSignedIn | Needs::NeverTrained | Needs::TrainingRequested => None,
        }
    }
}

/// A mailed password that ran out, by the columns that say how its mail stands and since when. The
/// database's clock is asked, so that an index on the moment can be used.
fn expired(state: &str, at: &str) -> String {
    format!(
        "({state} = 'sent' and {at} <= now() - interval '{} seconds')",
        TEMPORARY_PASSWORD_LIFE.whole_seconds()
    )
}

/// Passwords that ran out and are in no tally yet are counted so far, from an index, and one more for "more than".
const COUNTED_EXPIRED: i64 = 1_000;
/// So many of them are put into the tallies by one statement: few enough that the index on the moment is the way to
/// them, whatever the planner believes of how many there are.
const TALLIED_AT_ONCE: usize = 1_000;
/// So many such statements make one transaction, at most.
const TALLIED_IN_TURN: usize = 10;

/// How many active users need something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All of them.
    pub people: i64,
    /// Those of them who never signed in, where it is about signing in; of those who never signed in everybody,
    /// whatever became of their mail.
    pub never_came: i64,
    /// Whether there are more than that: counting stopped.
    pub at_least: bool,
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    mail_failed: i64,
    #[diesel(sql_type = BigInt)]
    mail_failed_never_came: i64,
    #[diesel(sql_type = BigInt)]
    password_expired: i64,
    #[diesel(sql_type = BigInt)]
    password_expired_never_came: i64,
    #[diesel(sql_type = BigInt)]
    untallied: i64,
    #[diesel(sql_type = BigInt)]
    never_signed_in: i64,
    #[diesel(sql_type = BigInt)]
    never_trained: i64,
    #[diesel(sql_type = BigInt)]
    training_requested: i64,
}

/// How many active users of the account need each of [`Needs::ALL`], in that order. One query, whatever
/// the size of the account; a second one where more passwords ran out since the last clean-up than are counted.
///
/// # Errors
/// Whatever the database says.
pub fn needs(
    connection: &mut db::Connection,
    account_id: Uuid,
) -> QueryResult<Vec<(Needs, Count)>> {
    let counts: Counts = Statement::new(&format!(
        "select mail_failed, mail_failed_never_came, never_signed_in, never_trained, training_requested,
             password_expired + untallied as password_expired,
             password_expired_never_came + untallied_never_came as password_expired_never_came, untallied
         from (
             select coalesce(sum(mail_failed), 0)::bigint as mail_failed,
                 coalesce(sum(mail_failed_never_came), 0)::bigint as mail_failed_never_came,
                 coalesce(sum(never_signed_in), 0)::bigint as never_signed_in,
                 coalesce(sum(never_trained), 0)::bigint as never_trained,
                 coalesce(sum(training_requested), 0)::bigint as training_requested,
                 coalesce(sum(password_expired), 0)::bigint as password_expired,
                 coalesce(sum(password_expired_never_came), 0)::bigint as password_expired_never_came
             from attention_tallies where account_id = $1
         ) as tallied
         cross join (
             select count(*) as untallied,
                 count(*) filter (where never_came) as untallied_never_came
             from (
                 select never_came from open_password_mails
                 where account_id = $1 and not tallied and {} limit {}
             ) as found
         ) as expired",
        expired("state", "settled_at"),
        COUNTED_EXPIRED + 1
    ))
    .bind(account_id)
    .get_result(connection)?;
    let untallied_are_counted = counts.untallied <= COUNTED_EXPIRED;
    let unsettled = if untallied_are_counted {
        counts.never_signed_in - counts.mail_failed_never_came - counts.password_expired_never_came
    } else {
        count_never_signed_in(connection, account_id)?
    };
    Ok(Needs::ALL
        .into_iter()
        .map(|needs| {
            let (people, never_came) = match needs {
                Needs::MailFailed => (counts.mail_failed, counts.mail_failed_never_came),
                Needs::PasswordExpired => {
                    (counts.password_expired, counts.password_expired_never_came)
                }
                Needs::NeverSignedIn => (unsettled, counts.never_signed_in),
                Needs::NeverTrained => (counts.never_trained, 0),
                Needs::TrainingRequested => (counts.training_requested, 0),
            };
            let at_least = !untallied_are_counted
                && match needs {
                    Needs::PasswordExpired => true,
                    Needs::NeverSignedIn => unsettled > COUNTED_EXPIRED,
                    _ => false,
                };
            let count = Count {
                // One was counted to see that there are more.
                people: people - i64::from(at_least),
                never_came,
                at_least,
            };
            (needs, count)
        })
        .collect())
}

/// Who never signed in and has a mail that did not fail and a password that did not run out, counted one by one
/// and so far only: the tallies do not know yet who they are.
fn count_never_signed_in(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        people: i64,
    }
    let counted: Counted = Statement::new(&format!(
        "select count(*) as people from (
             select from users where account_id = $1 and active and {} limit {}
         ) as found",
        Needs::NeverSignedIn.condition(),
        COUNTED_EXPIRED + 1
    ))
    .bind(account_id)
    .get_result(connection)?;
    Ok(counted.people)
}

/// Puts mailed passwords that have run out into the tallies, the oldest first and 10,000 at most; says how many. Those
/// that somebody else holds this moment are left for the next time.
///
/// # Errors
/// Whatever the database says.
pub fn tally_expired(tx: &mut db::Connection) -> QueryResult<usize> {
    let mut people = 0;
    for _ in 0..TALLIED_IN_TURN {
        let tallied = tally_some_expired(tx)?;
        people += tallied;
        if tallied < TALLIED_AT_ONCE {
            break;
        }
    }
    Ok(people)
}

fn tally_some_expired(tx: &mut db::Connection) -> QueryResult<usize> {
    #[derive(QueryableByName)]
    struct Tallied {
        #[diesel(sql_type = BigInt)]
        people: i64,
    }
    let tallied: Tallied = Statement::new(&format!(
        // By where the rows lie: joined by their keys, the planner reads all of them to find a few.
        "with marked as (
             update open_password_mails set tallied = true
             where ctid = any (array(
                 select ctid from open_password_mails
                 where not tallied and {}
                 order by settled_at limit {TALLIED_AT_ONCE}
                 for update skip locked
             ))
             returning account_id, never_came
         ),
         told as (
             insert into attention_tallies (account_id, password_expired, password_expired_never_came)
             select account_id, count(*), count(*) filter (where never_came) from marked group by account_id
         )
         select count(*) as people from marked",
        expired("state", "settled_at"),
    ))
    .get_result(tx)?;
    Ok(usize::try_from(tallied.people).unwrap_or_default())
}

/// Adds up the changes of the tallies, account by account: what is read on every page stays a few
/// rows. Rows that somebody else is adding up are left to them.
///
/// # Errors
/// Whatever the database says.
pub fn add_up_tallies(tx: &mut db::Connection) -> QueryResult<usize> {
    Statement::new(
        "with added_up as (
             delete from attention_tallies
             where (account_id, id) in (
                 select account_id, id from attention_tallies
                 where account_id in (
                     select account_id from attention_tallies group by account_id having count(*) > 1
                 )
                 for update skip locked
             )
             returning *
         )
         insert into attention_tallies (account_id, never_signed_in, mail_failed, mail_failed_never_came, never_trained, training_requested,
             password_expired, password_expired_never_came)
         select account_id, sum(never_signed_in), sum(mail_failed), sum(mail_failed_never_came), sum(never_trained), sum(training_requested),
             sum(password_expired), sum(password_expired_never_came)
         from added_up group by account_id",
    )
    .execute(tx)
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
