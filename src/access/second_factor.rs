//! A second factor: time-based one-time passwords (RFC 6238) from an app, and recovery codes for the
//! day the phone is lost.

use diesel::prelude::*;
use rand::Rng as _;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::SignedIn;
use super::arrivals::{is_known_source, record_arrival};
use super::recovery_codes;
pub use super::recovery_codes::knows_any_of;
use super::totp::PENDING_LIFE;
use super::totp::use_app_code;
use crate::db::{self, Db};
use crate::history::{self, Author, Event, SignInWith};
use crate::mail::outbox::{self, Kind, NewMail};
use crate::schema::{second_factors, users};
use crate::sessions::throttle::{self, Answer, Limit};
use crate::sessions::{self, Digest, NewSession, Token};

/// Guesses at one person's codes from all places together where they never signed in, and from each where
/// they did: who knows the password and guesses elsewhere keeps nobody out where they are at home. Three of
/// a million codes are right at any moment: at this pace a guesser finds one in three years or so.
const GUESSES: Limit = Limit {
    name: "second factor",
    burst: 5,
    refill: Duration::minutes(5),
};

/// Where somebody stands with their second factor.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Since when it is asked for.
    pub confirmed_at: Option<OffsetDateTime>,
    /// The secret, while it is being set up.
    pub pending: Option<Vec<u8>>,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
}

/// A code that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// One of the app.
    AppCode,
    /// A recovery code; so many are left.
    RecoveryCode {
        /// Codes.
        left: i64,
    },
}

/// Somebody who has just given their second factor.
pub struct LetIn {
    /// For the cookie: the whole session.
    pub token: Token,
    /// With what.
    pub used: Used,
}

/// Why a code was not taken.
#[derive(Debug, Error)]
pub enum SecondFactorError {
    /// Wrong, run out, or used before.
    #[error("the code is not right, or was used already")]
    Wrong,
    /// Too many wrong codes; wait so long.
    #[error("too many tries")]
    TooMany(Duration),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Where `user_id` stands.
///
/// # Errors
/// Whatever the database says.
pub fn standing(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<Standing> {
    let found: Option<(Vec<u8>, Option<OffsetDateTime>)> = second_factors::table
        .find((account_id, user_id))
        .filter(
            second_factors::confirmed_at
                .is_not_null()
                .or(second_factors::begun_at.gt(now - PENDING_LIFE)),
        )
        .select((second_factors::secret, second_factors::confirmed_at))
        .first(connection)
        .optional()?;
    let Some((secret, confirmed_at)) = found else {
        return Ok(Standing::default());
    };
    Ok(Standing {
        confirmed_at,
        pending: confirmed_at.is_none().then_some(secret),
        codes_left: recovery_codes::left(connection, account_id, user_id)?,
    })
}

/// Starts setting up: a new secret, which is not asked for before the first right code. Nothing where
/// one is set up already. One that was begun with before ends: somebody else may have seen it, in a
/// session or under a password that has ended since.
///
/// # Errors
/// Whatever the database says.
pub fn begin(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<()> {
    // 160 bits, the length of the hash (RFC 4226 section 4, requirement R6).
    let mut secret = [0; 20];
    rand::rng().fill_bytes(&mut secret);
    diesel::delete(
        second_factors::table
            .find((author.account_id, user_id))
            .filter(second_factors::confirmed_at.is_null()),
    )
    .execute(tx)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::account_id.eq(author.account_id),
            second_factors::user_id.eq(user_id),
            second_factors::secret.eq(secret.as_slice()),
            second_factors::begun_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .map(|_| ())
}

/// Ends setting up with the first right code: from now on it is asked for, every other session of the
/// user ends, and they are told by mail. Returns the recovery codes, of which digests alone are stored.
///
/// # Errors
/// [`SecondFactorError`].
pub fn confirm(
    db: &Db,
    author: &Author,
    user_id: Uuid,
    own_session: &Digest,
    code: &str,
    now: OffsetDateTime,
) -> Result<Vec<String>, SecondFactorError> {
    guarded(db, author, user_id, now, |tx| {
        // Whoever signs in holds this row until their session is there: it ends below, or knows already
        // that a code is asked for.
        users::table
            .find((author.account_id, user_id))
            .select(users::id)
            .for_no_key_update()
            .first::<Uuid>(tx)?;
        if !sessions::is_there(tx, own_session)?
            || !use_app_code(tx, author.account_id, user_id, code, false, now)?
        {
            return Ok(None);
        }
        diesel::update(second_factors::table.find((author.account_id, user_id)))
            .set(second_factors::confirmed_at.eq(now))
            .execute(tx)?;
        let codes = recovery_codes::renew(tx, author.account_id, user_id)?;
        sessions::end_others(tx, author.account_id, &[user_id], own_session)?;
        tell(tx, author, user_id, Kind::SecondFactorOn, now)?;
        history::record(tx, author, Some(user_id), &Event::SecondFactorOn {}, now)?;
        Ok(Some(codes))
    })
}

/// Lets somebody in who gave the right password: the session ends and a whole one takes its place.
///
/// # Errors
/// [`SecondFactorError`].
pub fn give(
    db: &Db,
    author: &Author,
    arriving: &SignedIn,
    session: &Digest,
    code: &str,
    now: OffsetDateTime,
) -> Result<LetIn, SecondFactorError> {
    let (account_id, user_id) = (author.account_id, arriving.user_id);
    guarded(db, author, user_id, now, |tx| {
        // The row that every change of this user takes: a deactivation or a reset comes before or after.
        let active: bool = users::table
            .find((account_id, user_id))
            .select(users::active)
            .for_no_key_update()
            .first(tx)?;
        // A code is used up only where it lets somebody in.
        if !active || !sessions::is_there(tx, session)? {
            return Ok(None);
        }
        let Some(used) = use_any_code(tx, author, user_id, code, now)? else {
            return Ok(None);
        };
        if matches!(used, Used::RecoveryCode { .. }) {
            tell(tx, author, user_id, Kind::RecoveryCodeUsed, now)?;
        }
        sessions::end(tx, session)?;
        let with = if arriving.must_choose_password {
            SignInWith::TemporaryPassword
        } else {
            SignInWith::OwnPassword
        };
        record_arrival(tx, author, user_id, with, now)?;
        let whole = NewSession {
            account_id,
            user_id,
            must_choose_password: arriving.must_choose_password,
            second_factor_due: false,
            source: author.source,
        };
        let token = sessions::start(tx, &whole, now)?;
        Ok(Some(LetIn { token, used }))
    })
}

/// Makes new recovery codes, against a code; the old ones end.
///
/// # Errors
/// [`SecondFactorError`].
pub fn renew_codes(
    db: &Db,
    author: &Author,
    user_id: Uuid,
    code: &str,
    now: OffsetDateTime,
) -> Result<Vec<String>, SecondFactorError> {
    guarded(db, author, user_id, now, |tx| {
        if !use_app_code(tx, author.account_id, user_id, code, true, now)? {
            return Ok(None);
        }
        history::record(
            tx,
            author,
            Some(user_id),
            &Event::RecoveryCodesRenewed {},
            now,
        )?;
        recovery_codes::renew(tx, author.account_id, user_id).map(Some)
    })
}

/// Turns the second factor off, against a code; other sessions of the user end. One mail tells of it,
/// also where the code was a recovery code: nobody signed in with it.
///
/// # Errors
/// [`SecondFactorError`].
pub fn turn_off(
    db: &Db,
    author: &Author,
    user_id: Uuid,
    own_session: &Digest,
    code: &str,
    now: OffsetDateTime,
) -> Result<(), SecondFactorError> {
    guarded(db, author, user_id, now, |tx| {
        if use_any_code(tx, author, user_id, code, now)?.is_none() {
            return Ok(None);
        }
        delete(tx, author, user_id, now)?;
        sessions::end_others(tx, author.account_id, &[user_id], own_session)?;
        Ok(Some(()))
    })
}

/// Removes somebody else's second factor, who lost it: another administrator or support staff does.
/// Every session of the user ends. Says whether there was one.
///
/// # Errors
/// Whatever the database says.
pub fn remove(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    if !delete(tx, author, user_id, now)? {
        return Ok(false);
    }
    sessions::end_all(tx, author.account_id, &[user_id])?;
    Ok(true)
}

fn delete(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let deleted = diesel::delete(
        second_factors::table
            .find((author.account_id, user_id))
            .filter(second_factors::confirmed_at.is_not_null()),
    )
    .execute(tx)?;
    if deleted == 1 {
        tell(tx, author, user_id, Kind::SecondFactorOff, now)?;
        history::record(tx, author, Some(user_id), &Event::SecondFactorOff {}, now)?;
    }
    Ok(deleted == 1)
}

fn tell(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    kind: Kind,
    now: OffsetDateTime,
) -> QueryResult<()> {
    outbox::enqueue(
        tx,
        author.account_id,
        NewMail::to_user(kind, user_id, now),
        now,
    )
    .map(|_| ())
}

/// Counts a try before it is made, so that parallel guesses get no further than guesses in a row, and
/// records what was refused.
fn guarded<T>(
    db: &Db,
    author: &Author,
    user_id: Uuid,
    now: OffsetDateTime,
    attempt: impl FnOnce(&mut db::Connection) -> QueryResult<Option<T>>,
) -> Result<T, SecondFactorError> {
    let source = history::source_network(author.source);
    let is_known =
        db.read(|connection| is_known_source(connection, author.account_id, user_id, source, now))?;
    let place = if is_known {
        source.to_string()
    } else {
        "elsewhere".to_string()
    };
    let key = [author.account_id.to_string(), user_id.to_string(), place];
    let key = key.each_ref().map(String::as_str);
    if let Answer::Wait(wait) =
        db.read(|connection| throttle::take(connection, GUESSES, &key, now))?
    {
        return Err(SecondFactorError::TooMany(wait));
    }
    let Some(done) = db.write(attempt)? else {
        db.write(|tx| history::refuse_of(tx, "second_factor", author, now))?;
        return Err(SecondFactorError::Wrong);
    };
    throttle::give_back_afterwards(db, &[(GUESSES, &key)]);
    Ok(done)
}

/// A code from the app, or a recovery code, whose use stands in the history.
fn use_any_code(
    tx: &mut db::Connection,
    author: &Author,
    user_id: Uuid,
    code: &str,
    now: OffsetDateTime,
) -> QueryResult<Option<Used>> {
    if use_app_code(tx, author.account_id, user_id, code, true, now)? {
        return Ok(Some(Used::AppCode));
    }
    let Some(left) = recovery_codes::use_up(tx, author.account_id, user_id, code)? else {
        return Ok(None);
    };
    let event = Event::RecoveryCodeUsed { left };
    history::record(tx, author, Some(user_id), &event, now)?;
    Ok(Some(Used::RecoveryCode { left }))
}
