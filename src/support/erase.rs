//! Erasing a person: their data is replaced by a mark wherever it stands, the history included. That
//! they were there, and what was done with them, stays.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::holding::{Holding, holding};
use crate::history::{self, Author, Event};
use crate::schema::{address_conflicts, mails, users as users_table};
use crate::users::{self, ActivationError, Profile, User, Username};
use crate::{accounts, db};

/// The mark.
pub const ERASED: &str = "erased";

/// Why nobody was erased.
#[derive(Debug, Error)]
pub enum EraseError {
    /// Nobody has the address.
    #[error(
        "Nobody has this address as their username. \"support email\" tells who has or had it."
    )]
    NotFound,
    /// They are the last administrator.
    #[error("This is the last administrator of the account. Make somebody else one first.")]
    LastAdministrator,
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// What erasing somebody came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The username that stands there now.
    pub username: String,
    /// Whether they were active until now.
    pub was_active: bool,
    /// How many seats of the account are free since; negative where more are active than it has.
    pub free_seats: i32,
}

/// Erases whoever has `username`: they are deactivated, and their name, address, details, the addresses
/// they had before and the network addresses they came from are replaced by a mark. An address that
/// they had before and somebody else has now stays with whoever has it.
///
/// # Errors
/// [`EraseError`].
pub fn erase(
    tx: &mut db::Connection,
    username: &Username,
    now: OffsetDateTime,
) -> Result<Erased, EraseError> {
    let Some(Holding::By {
        account_id, holder, ..
    }) = holding(tx, username, now)?
    else {
        return Err(EraseError::NotFound);
    };
    accounts::lock(tx, account_id)?;
    let user = users::lock(tx, account_id, holder.id)?.ok_or(EraseError::NotFound)?;
    let author = Author::staff(account_id);
    if user.active {
        users::deactivate(tx, &author, &user, "", now).map_err(|error| match error {
            ActivationError::LastAdministrator => EraseError::LastAdministrator,
            ActivationError::Database(error) => error.into(),
            ActivationError::Yourself
            | ActivationError::NoSeat
            | ActivationError::HappenedSince => EraseError::NotFound,
        })?;
    }
    history::record(tx, &author, Some(user.id), &Event::UserErased {}, now)?;
    // History is append-only; the database makes this one exception, for this transaction.
    diesel::sql_query("set local user_accounts.erasing = 'on'").execute(tx)?;
    let marked = format!("{ERASED}.{}@{}", user.id.simple(), username.domain());
    let person = Person::find(tx, account_id, &user, now)?;
    let mut texts = person.addresses.clone();
    texts.push(user.full_name());
    person.mark_history(tx)?;
    person.mark_what_others_wrote(tx, &texts)?;
    person.mark_mails(tx, &marked)?;
    person.mark_imports(tx)?;
    person.forget(tx)?;
    let mark = Profile {
        first_name: ERASED.to_string(),
        last_name: ERASED.to_string(),
        ..Profile::default()
    };
    diesel::update(users_table::table.find((account_id, user.id)))
        .set((
            users_table::username.eq(&marked),
            users_table::first_name.eq(ERASED),
            users_table::last_name.eq(ERASED),
            users_table::title.eq(""),
            users_table::department.eq(""),
            users_table::phone.eq(""),
            users_table::search_text.eq(mark.search_text(&marked)),
            users_table::name_key.eq(mark.name_key()),
            users_table::deactivation_reason.eq(""),
            users_table::last_sign_in_at.eq(None::<OffsetDateTime>),
        ))
        .execute(tx)?;
    Ok(Erased {
        username: marked,
        was_active: user.active,
        free_seats: accounts::lock(tx, account_id)?.free_seats(),
    })
}

struct Person {
    account_id: Uuid,
    id: Uuid,
    /// The addresses that nobody but them has: erased wherever they stand.
    addresses: Vec<String>,
    /// Those that they had, and that are somebody else's now: erased where the row is about them.
    passed_on: Vec<String>,
}

#[derive(QueryableByName)]
struct Address {
    #[diesel(sql_type = Text)]
    address: String,
}

impl Person {
    /// The person with the addresses that they have and had, as far as anything tells.
    fn find(
        tx: &mut db::Connection,
        account_id: Uuid,
        user: &User,
        now: OffsetDateTime,
    ) -> QueryResult<Person> {
        let found: Vec<Address> = diesel::sql_query(
            "select distinct address from (
                 select username from users where account_id = $1 and id = $2
                 union all select username from reserved_usernames where account_id = $1 and user_id = $2
                 union all select recipient from mails where account_id = $1 and user_id = $2
                 union all select details->>'username' from events where account_id = $1 and user_id = $2
                 union all select unnest(array[change->>'before', change->>'after'])
                     from events, jsonb_array_elements(details->'changes') as change
                     where account_id = $1 and user_id = $2 and kind = 'user_edited' and change->>'field' = 'Username'
             ) as addresses (address)
             where address <> ''",
        )
        .bind::<SqlUuid, _>(account_id)
        .bind::<SqlUuid, _>(user.id)
        .load(tx)?;
        let all: Vec<String> = found.into_iter().map(|found| found.address).collect();
        // Whoever has it, or had it so recently that it is kept for them, in whichever account.
        let of_others: Vec<Address> = diesel::sql_query(
            "select username as address from users
                 where username = any($1) and (account_id, id) <> ($2, $3)
             union select username from reserved_usernames
                 where username = any($1) and (account_id, user_id) <> ($2, $3) and reserved_until > $4",
        )
        .bind::<Array<Text>, _>(&all)
        .bind::<SqlUuid, _>(account_id)
        .bind::<SqlUuid, _>(user.id)
        .bind::<Timestamptz, _>(now)
        .load(tx)?;
        let (passed_on, addresses) = all
            .into_iter()
            .partition(|address| of_others.iter().any(|other| other.address == *address));
        Ok(Person {
            account_id,
            id: user.id,
            addresses,
            passed_on,
        })
    }

    /// What is about them alone: every text in it, and where they came from.
    fn mark_history(&self, tx: &mut db::Connection) -> QueryResult<()> {
        diesel::sql_query(
            r#"update events set source = null, details = (
                 select coalesce(jsonb_object_agg(key, case
                     when key in ('username', 'name', 'reason', 'explanation') then to_jsonb('erased'::text)
                     when key = 'changes' then (
                         select coalesce(jsonb_agg(change || '{"before": "erased", "after": "erased"}'), '[]')
                         from jsonb_array_elements(value) as change
                     )
                     else value end), '{}')
                 from jsonb_each(details)
             )
             where account_id = $1 and user_id = $2"#,
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<SqlUuid, _>(self.id)
        .execute(tx)?;
        diesel::sql_query(
            "update events set source = null where account_id = $1 and actor_user_id = $2 and source is not null",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<SqlUuid, _>(self.id)
        .execute(tx)
        .map(|_| ())
    }

    /// Their addresses wherever they stand in the account, and their name where people write freely:
    /// a name alone may be somebody else's too.
    fn mark_what_others_wrote(&self, tx: &mut db::Connection, texts: &[String]) -> QueryResult<()> {
        let free = "'user_deactivated', 'user_replaced'";
        for (condition, texts) in [
            (format!("kind not in ({free})"), self.addresses.as_slice()),
            (format!("kind in ({free})"), texts),
        ] {
            diesel::sql_query(format!(
                "update events set details = regexp_replace(details::text, $2, 'erased', 'gi')::jsonb
                 where account_id = $1 and {condition} and details::text ~* $2"
            ))
            .bind::<SqlUuid, _>(self.account_id)
            .bind::<Text, _>(pattern(texts.iter().map(|text| in_json(text))))
            .execute(tx)?;
        }
        let anything = pattern(texts.iter().cloned());
        diesel::sql_query(
            "update training_requests set note = regexp_replace(note, $2, 'erased', 'gi')
             where account_id = $1 and note ~* $2",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<Text, _>(&anything)
        .execute(tx)?;
        diesel::sql_query(
            "update users set deactivation_reason = regexp_replace(deactivation_reason, $2, 'erased', 'gi')
             where account_id = $1 and deactivation_reason ~* $2",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<Text, _>(&anything)
        .execute(tx)?;
        // A message that somebody has not read yet.
        diesel::sql_query(
            "update sessions set flash = null where account_id = $1 and flash::text ~* $2",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<Text, _>(pattern(texts.iter().map(|text| in_json(text))))
        .execute(tx)?;
        diesel::update(
            address_conflicts::table.filter(address_conflicts::username.eq_any(&self.addresses)),
        )
        .set((
            address_conflicts::typed.eq(ERASED),
            address_conflicts::username.eq(ERASED),
        ))
        .execute(tx)
        .map(|_| ())
    }

    /// A mail server's words often repeat the address.
    fn mark_mails(&self, tx: &mut db::Connection, marked: &str) -> QueryResult<()> {
        let to_them = mails::user_id
            .eq(self.id)
            .and(mails::recipient.is_not_null());
        diesel::update(
            mails::table
                .filter(mails::account_id.eq(self.account_id))
                .filter(to_them.or(mails::recipient.eq_any(&self.addresses))),
        )
        .set(mails::recipient.eq(marked))
        .execute(tx)?;
        diesel::update(
            mails::table
                .filter(mails::account_id.eq(self.account_id))
                .filter(mails::user_id.eq(self.id))
                .filter(mails::explanation.ne("")),
        )
        .set(mails::explanation.eq(ERASED))
        .execute(tx)
        .map(|_| ())
    }

    /// The lines of lists that they stood on, wherever the list was handed in, and from where they
    /// ran lists themself.
    fn mark_imports(&self, tx: &mut db::Connection) -> QueryResult<()> {
        let anywhere = pattern(self.addresses.iter().cloned());
        diesel::sql_query(
            "update import_lines set username = 'erased', first_name = 'erased', last_name = 'erased',
                 title = '', department = '', phone = '', replaces = '', reason = case reason when '' then '' else 'erased' end
             where (account_id = $1 and user_id = $2) or (user_id is null and username ~* $3)",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<SqlUuid, _>(self.id)
        .bind::<Text, _>(&anywhere)
        .execute(tx)?;
        // Lines of somebody who had the address at another time: the rest of them is about that person.
        diesel::sql_query("update import_lines set username = 'erased' where username ~* $1")
            .bind::<Text, _>(&anywhere)
            .execute(tx)?;
        // Somebody else's lines, which named them as leaving.
        diesel::sql_query(
            "update import_lines set replaces = 'erased', reason = case reason when '' then '' else 'erased' end
             where replaces ~* $1",
        )
        .bind::<Text, _>(&anywhere)
        .execute(tx)?;
        // The line of whoever took their place names them, whoever has that address now.
        diesel::sql_query(
            "update import_lines set replaces = 'erased', reason = case reason when '' then '' else 'erased' end
             where account_id = $1 and btrim(lower(replaces)) = any($3) and exists (
                 select from events
                 where events.account_id = $1 and events.user_id = $2 and kind = 'user_replaced'
                     and events.import_id = import_lines.import_id
                     and details->>'new_user' = import_lines.user_id::text)",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<SqlUuid, _>(self.id)
        .bind::<Array<Text>, _>(&self.passed_on)
        .execute(tx)?;
        // A file that they stood in may be called after them.
        diesel::sql_query(
            "update imports set name = 'erased' where name not in ('', 'erased') and exists (
                 select from import_lines
                 where import_lines.account_id = imports.account_id and import_id = imports.id and username = 'erased')",
        )
        .execute(tx)?;
        diesel::sql_query(
            "update imports set run_source = null where account_id = $1 and run_by = $2",
        )
        .bind::<SqlUuid, _>(self.account_id)
        .bind::<SqlUuid, _>(self.id)
        .execute(tx)
        .map(|_| ())
    }

    /// What is theirs and of no use without them.
    fn forget(&self, tx: &mut db::Connection) -> QueryResult<()> {
        for table in [
            "reserved_usernames",
            "sign_in_sources",
            "passwords",
            "second_factors",
        ] {
            diesel::sql_query(format!(
                "delete from {table} where account_id = $1 and user_id = $2"
            ))
            .bind::<SqlUuid, _>(self.account_id)
            .bind::<SqlUuid, _>(self.id)
            .execute(tx)?;
        }
        Ok(())
    }
}

/// A regular expression of PostgreSQL that finds any of these texts, the longest first, each where it
/// stands by itself: `bo@acme.example` is no part of `jimbo@acme.example`, nor `Ann Li` of `Joann Lind`.
fn pattern(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let escaped: Vec<String> = texts
        .iter()
        .map(|text| {
            let literal: String = text
                .chars()
                .flat_map(|c| {
                    let special = !c.is_alphanumeric() && !c.is_whitespace();
                    special.then_some('\\').into_iter().chain([c])
                })
                .collect();
            let (before, after) = if text.contains('@') {
                // What an address may go on with to either side (RFC 5322 `atext`, labels and dots).
                (
                    r"[[:alnum:]!#$%&'*+/=?^_`{|}~.-]",
                    r"[[:alnum:]-]|[.][[:alnum:]]",
                )
            } else {
                ("[[:alnum:]]", "[[:alnum:]]")
            };
            // In JSON a line break before it is `\n`, whose letter is no part of anything.
            format!(r"(?:(?<!{before})|(?<=\\[bfnrt])){literal}(?!{after})")
        })
        .collect();
    escaped.join("|")
}

/// A text as it stands inside the quotes of JSON.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
        .to_string()
}
