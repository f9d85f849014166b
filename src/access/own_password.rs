//! Choosing a password of one's own: with the current one, or by a recovery link.

use diesel::prelude::*;
use secrecy::SecretString;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::arrivals::remember_arrival;
use super::recovery::{self, LinkHolder};
use super::sign_in::has_second_factor;
use super::{SignedIn, temporary_password};
use crate::db::{self, Db};
use crate::history::{self, Author, Event};
use crate::mail::outbox::{self, Kind};
use crate::passwords::{About, Busy, Hasher, OwnPassword, PasswordProblem, or_nothing};
use crate::schema::{passwords, users};
use crate::sessions::throttle::{self, Answer, Limit};
use crate::sessions::{self, Digest, NewSession, Token};
use crate::users::{end_mailed_secrets, forget_password_mail};

/// Guesses at the current password by somebody who sits at a signed-in browser.
const CURRENT_PASSWORD: Limit = Limit {
    name: "current password",
    burst: 10,
    refill: Duration::seconds(30),
};

/// New passwords tried by one person: judging how soon one is guessed takes up to half a second of a processor.
const NEW_PASSWORD: Limit = Limit {
    name: "new password",
    burst: 20,
    refill: Duration::seconds(10),
};

/// What was typed.
#[derive(Debug)]
pub struct ChoosePassword {
    /// The field "Current password".
    pub current: SecretString,
    /// The field "New password".
    pub new: SecretString,
}

/// What the password must not be, beside the person's own names.
#[derive(Debug, Clone, Copy)]
pub struct ProductWords<'a> {
    /// What the product is called.
    pub product_name: &'a str,
}

/// Why no password was chosen.
#[derive(Debug, Error)]
pub enum ChooseError {
    /// The current password is not right.
    #[error("This is not your current password.")]
    WrongCurrent,
    /// The new one breaks a rule.
    #[error(transparent)]
    Problem(#[from] PasswordProblem),
    /// The current one is wrong and the new one breaks a rule.
    #[error("{0}")]
    WrongCurrentAnd(PasswordProblem),
    /// The link was used, ran out, or never was.
    #[error("This link was used already or is more than an hour old.")]
    DeadLink,
    /// The session ended while the password was checked.
    #[error("You have been signed out meanwhile.")]
    SignedOut,
    /// Too many wrong current passwords; wait so long.
    #[error("too many tries")]
    TooMany(Duration),
    /// Too many new ones that break a rule; wait so long.
    #[error("too many new passwords")]
    TooManyNew(Duration),
    /// The hashing queue is full.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Checks the current password (own or mailed), stores the new one, ends every session and every
/// mailed secret of the user, and starts a new session in place of `own_session`, whose token is
/// returned. Nothing where `own_session` has ended meanwhile: a second factor that was set up at that
/// moment would not have been asked for.
///
/// # Errors
/// [`ChooseError`].
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different thing; a struct would name them twice"
)]
pub fn choose(
    db: &Db,
    hasher: &Hasher,
    author: &Author,
    signed_in: &SignedIn,
    own_session: &Digest,
    command: &ChoosePassword,
    words: ProductWords<'_>,
    now: OffsetDateTime,
) -> Result<Token, ChooseError> {
    let (account_id, user_id) = (author.account_id, signed_in.user_id);
    let key = [account_id.to_string(), user_id.to_string()];
    let key = key.each_ref().map(String::as_str);
    count_guess(db, &key, now)?;
    if let Err(refused) = count_new(db, &key, now) {
        throttle::give_back_afterwards(db, &[(CURRENT_PASSWORD, &key)]);
        return Err(refused);
    }
    let new = judge(signed_in, &command.new, words);
    let current = or_nothing(&command.current);
    let stored = stored_hash(db, account_id, user_id)?;
    let temporary = db.read(|connection| {
        temporary_password::find_matching(connection, account_id, user_id, current, now)
    })?;
    let own = compare(db, hasher, current, stored.as_deref(), &key)?;
    if !own && !temporary {
        db.write(|tx| history::refuse_of(tx, "current_password", author, now))?;
        return Err(match new {
            Ok(_) => ChooseError::WrongCurrent,
            Err(problem) => ChooseError::WrongCurrentAnd(problem),
        });
    }
    // Who knows the current one guesses nothing, however often the new one is refused.
    throttle::give_back_afterwards(db, &[(CURRENT_PASSWORD, &key)]);
    let new = new?;
    refuse_mailed(db, account_id, user_id, &command.new, now)?;
    let hash = hasher.hash(new.secret())?;
    let token = db.write(|tx| {
        if !still_active(tx, account_id, user_id)? || !sessions::is_there(tx, own_session)? {
            return Ok::<_, db::Error>(Err(ChooseError::SignedOut));
        }
        // Reset or changed while this was checked: what was typed is no current password any more.
        let unchanged: Option<String> = passwords::table
            .find((account_id, user_id))
            .select(passwords::hash)
            .first(tx)
            .optional()?;
        let still_current = (own && unchanged == stored)
            || temporary_password::find_matching(tx, account_id, user_id, current, now)?;
        if !still_current {
            return Ok(Err(ChooseError::WrongCurrent));
        }
        store(tx, author, user_id, &hash, false, now).map(Ok)
    })?;
    throttle::give_back_afterwards(db, &[(NEW_PASSWORD, &key)]);
    token
}

/// Stores a new password for the holder of a recovery link and starts a session for them. The link is
/// used up by it.
///
/// # Errors
/// [`ChooseError`].
pub fn choose_by_link(
    db: &Db,
    hasher: &Hasher,
    author_of: impl FnOnce(&LinkHolder) -> Author,
    link: &str,
    new: &SecretString,
    words: ProductWords<'_>,
    now: OffsetDateTime,
) -> Result<Token, ChooseError> {
    let holder = db
        .read(|connection| recovery::link_holder(connection, link, now))?
        .ok_or(ChooseError::DeadLink)?;
    let about = About {
        username: &holder.username,
        first_name: &holder.first_name,
        last_name: &holder.last_name,
        company: &holder.company,
        product: words.product_name,
    };
    let key = [holder.account_id.to_string(), holder.user_id.to_string()];
    let key = key.each_ref().map(String::as_str);
    count_new(db, &key, now)?;
    let judged = OwnPassword::parse(new, about)?;
    refuse_mailed(db, holder.account_id, holder.user_id, new, now)?;
    let hash = hasher.hash(judged.secret())?;
    let author = author_of(&holder);
    let token = db.write(|tx| {
        // Using the link up is what decides between two who use it at once.
        if !still_active(tx, holder.account_id, holder.user_id)?
            || !recovery::use_link(tx, link, now)?
        {
            return Ok::<_, db::Error>(None);
        }
        store(tx, &author, holder.user_id, &hash, true, now).map(Some)
    })?;
    token.ok_or(ChooseError::DeadLink)
}

/// Whether `typed` is the current own password, for acts that a signed-in browser alone shall not do.
///
/// # Errors
/// [`ChooseError::WrongCurrent`], [`ChooseError::TooMany`].
pub fn check_current(
    db: &Db,
    hasher: &Hasher,
    author: &Author,
    user_id: Uuid,
    typed: &SecretString,
    now: OffsetDateTime,
) -> Result<(), ChooseError> {
    let account_id = author.account_id;
    let key = [account_id.to_string(), user_id.to_string()];
    let key = key.each_ref().map(String::as_str);
    count_guess(db, &key, now)?;
    let stored = stored_hash(db, account_id, user_id)?;
    let typed = or_nothing(typed);
    if !compare(db, hasher, typed, stored.as_deref(), &key)? {
        db.write(|tx| history::refuse_of(tx, "current_password", author, now))?;
        return Err(ChooseError::WrongCurrent);
    }
    throttle::give_back_afterwards(db, &[(CURRENT_PASSWORD, &key)]);
    Ok(())
}

/// What was sent by mail ends when a password is chosen: it cannot be the one that is chosen.
fn refuse_mailed(
    db: &Db,
    account_id: Uuid,
    user_id: Uuid,
    new: &SecretString,
    now: OffsetDateTime,
) -> Result<(), ChooseError> {
    let is_mailed = db.read(|connection| {
        temporary_password::find_matching(connection, account_id, user_id, new, now)
    })?;
    if is_mailed {
        return Err(PasswordProblem::Mailed.into());
    }
    Ok(())
}

/// Counts a guess at the current password before it is compared.
fn count_guess(db: &Db, key: &[&str], now: OffsetDateTime) -> Result<(), ChooseError> {
    match db.read(|connection| throttle::take(connection, CURRENT_PASSWORD, key, now))? {
        Answer::Allowed => Ok(()),
        Answer::Wait(wait) => Err(ChooseError::TooMany(wait)),
    }
}

/// Counts a new password before it is judged.
fn count_new(db: &Db, key: &[&str], now: OffsetDateTime) -> Result<(), ChooseError> {
    match db.read(|connection| throttle::take(connection, NEW_PASSWORD, key, now))? {
        Answer::Allowed => Ok(()),
        Answer::Wait(wait) => Err(ChooseError::TooManyNew(wait)),
    }
}

/// Whether `typed` is the password behind `stored`. Where nothing could be compared the guess is given back.
fn compare(
    db: &Db,
    hasher: &Hasher,
    typed: &SecretString,
    stored: Option<&str>,
    key: &[&str],
) -> Result<bool, ChooseError> {
    let verdict = hasher.verify(typed, stored).inspect_err(|_| {
        throttle::give_back_afterwards(db, &[(CURRENT_PASSWORD, key)]);
    })?;
    Ok(verdict.matches)
}

fn stored_hash(db: &Db, account_id: Uuid, user_id: Uuid) -> QueryResult<Option<String>> {
    db.read(|connection| {
        passwords::table
            .find((account_id, user_id))
            .select(passwords::hash)
            .first(connection)
            .optional()
    })
}

fn judge(
    signed_in: &SignedIn,
    new: &SecretString,
    words: ProductWords<'_>,
) -> Result<OwnPassword, PasswordProblem> {
    let about = About {
        username: &signed_in.username,
        first_name: &signed_in.first_name,
        last_name: &signed_in.last_name,
        company: &signed_in.account.name,
        product: words.product_name,
    };
    OwnPassword::parse(new, about)
}

fn still_active(tx: &mut db::Connection, account_id: Uuid, user_id: Uuid) -> QueryResult<bool> {
    let active: Option<bool> = users::table
        .find((account_id, user_id))
        .select(users::active)
        .for_no_key_update()
        .first(tx)
        .optional()?;
    Ok(active.unwrap_or(false))
}

fn store(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    hash: &str,
    by_recovery_link: bool,
    now: OffsetDateTime,
) -> QueryResult<Token> {
    let account_id = author.account_id;
    diesel::insert_into(passwords::table)
        .values((
            passwords::account_id.eq(account_id),
            passwords::user_id.eq(user_id),
            passwords::hash.eq(hash),
            passwords::chosen_at.eq(now),
        ))
        .on_conflict((passwords::account_id, passwords::user_id))
        .do_update()
        .set((passwords::hash.eq(hash), passwords::chosen_at.eq(now)))
        .execute(tx)?;
    end_mailed_secrets(tx, account_id, &[user_id])?;
    forget_password_mail(tx, account_id, user_id)?;
    outbox::cancel_waiting(
        tx,
        account_id,
        &[user_id],
        &Kind::SECRET,
        "the user has chosen a password",
        now,
    )?;
    sessions::end_all(tx, account_id, &[user_id])?;
    // A link comes by mail: whoever reads it has not shown the second factor.
    let second_factor_due = by_recovery_link && has_second_factor(tx, account_id, user_id)?;
    if by_recovery_link && !second_factor_due {
        remember_arrival(tx, author, user_id, now)?;
    }
    history::record(
        tx,
        author,
        Some(user_id),
        &Event::PasswordChosen { by_recovery_link },
        now,
    )?;
    let session = NewSession {
        account_id,
        user_id,
        must_choose_password: false,
        second_factor_due,
        source: author.source,
    };
    sessions::start(tx, &session, now)
}
