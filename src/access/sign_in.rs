//! Signing in: one message and one duration for everything that is wrong.

use std::net::IpAddr;

use diesel::prelude::*;
use ipnet::IpNet;
use secrecy::SecretString;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::arrivals::{SOURCE_REMEMBERED, came_from, record_arrival};
use super::temporary_password;
use crate::db::{self, Db};
use crate::history::{self, Actor, Author, Event, SignInWith};
use crate::passwords::{Busy, Hasher, or_nothing};
use crate::schema::{passwords, second_factors, users};
use crate::sessions::throttle::{self, Answer, Counted, Limit};
use crate::sessions::{self, Digest, NewSession, Token};
use crate::users::Username;

/// Guesses at one address from one place: a person who mistypes gets ten, then one every half minute.
const BY_ADDRESS_AND_SOURCE: Limit = Limit {
    name: "sign-in by address and source",
    burst: 10,
    refill: Duration::seconds(30),
};
/// Guesses at one address from all places where its owner has not signed in before: many places
/// guessing together get no further than 100 a day or so.
const BY_ADDRESS: Limit = Limit {
    name: "sign-in by address",
    burst: 30,
    refill: Duration::minutes(10),
};
/// Guesses from one place at all addresses: a company behind one address may mistype a lot, a list
/// of leaked passwords is longer.
const BY_SOURCE: Limit = Limit {
    name: "sign-in by source",
    burst: 200,
    refill: Duration::seconds(3),
};
/// What was typed, and from where.
#[derive(Debug)]
pub struct SignInAttempt {
    /// The field "Username", as typed.
    pub username: String,
    /// The field "Password", as typed.
    pub password: SecretString,
    /// The peer.
    pub source: Option<IpAddr>,
    /// The request's id.
    pub request_id: Option<String>,
    /// A session that this browser already has; it ends.
    pub old_session: Option<Digest>,
}

/// Somebody who has just signed in.
pub struct Arrival {
    /// For the cookie.
    pub token: Token,
    /// Whether they must choose a password first.
    pub must_choose_password: bool,
    /// Whether they must give their second factor before anything else.
    pub second_factor_due: bool,
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Unknown, wrong, inactive, run out: not told apart.
    #[error("The username or the password is not right.")]
    Refused,
    /// Too many tries; wait so long.
    #[error("too many tries")]
    TooMany(Duration),
    /// The hashing queue is full.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database.
    #[error(transparent)]
    Database(#[from] db::Error),
}

#[derive(Queryable)]
struct Candidate {
    account_id: Uuid,
    user_id: Uuid,
    active: bool,
    hash: Option<String>,
    source_is_known: bool,
}

/// Checks username and password and starts a session.
///
/// The try is counted before anything is compared, so that parallel guesses get no further than
/// guesses in a row (Devise CVE-2019-5421). Every try reads the same rows and verifies one Argon2
/// hash, whoever it is about.
///
/// # Errors
/// [`SignInError`].
pub fn sign_in(
    db: &Db,
    hasher: &Hasher,
    attempt: &SignInAttempt,
    now: OffsetDateTime,
) -> Result<Arrival, SignInError> {
    let username = Username::parse(&attempt.username).ok();
    let source = history::source_network(attempt.source);
    let candidate = match &username {
        Some(username) => db.read(|connection| candidate(connection, username, source, now))?,
        None => None,
    };
    // What is no address is still counted, as what was typed.
    let address = username
        .as_ref()
        .map_or(attempt.username.as_str(), Username::as_str);
    let source = source.to_string();
    let address_and_source = [address, source.as_str()];
    let tries = counted(&address_and_source);
    let is_known = candidate.as_ref().is_some_and(|c| c.source_is_known);
    let tries = &tries[..if is_known { 2 } else { 3 }];
    if let Answer::Wait(wait) = db.read(|connection| throttle::take_each(connection, tries, now))? {
        return Err(SignInError::TooMany(wait));
    }

    let password = or_nothing(&attempt.password);
    let compared = compare(db, hasher, password, candidate.as_ref(), now).inspect_err(|error| {
        // Nothing was compared: whoever comes again as asked shall not find their tries used up.
        if matches!(error, SignInError::Busy(_)) {
            throttle::give_back_afterwards(db, tries);
        }
    })?;
    let Some(with) = compared.with else {
        return refuse(db, attempt, candidate.as_ref(), now);
    };
    let Some(candidate) = candidate.filter(|candidate| candidate.active) else {
        return refuse(db, attempt, None, now);
    };
    let rehashed = if compared.outdated {
        hasher.hash(password).ok()
    } else {
        None
    };
    let arrival = db.write(|tx| arrive(tx, attempt, &candidate, with, rehashed.as_deref(), now))?;
    // Nothing was guessed: the person's allowance is whole again.
    throttle::give_back_afterwards(db, tries);
    match arrival {
        Some(arrival) => Ok(arrival),
        None => refuse(db, attempt, Some(&candidate), now),
    }
}

/// Under which limits a try is counted, the first that is used up refuses it; the last of them only where the
/// source is none that the person signed in from.
fn counted<'a>(address_and_source: &'a [&'a str; 2]) -> [Counted<'a>; 3] {
    let (address, source) = address_and_source.split_at(1);
    [
        (BY_ADDRESS_AND_SOURCE, address_and_source),
        (BY_SOURCE, source),
        (BY_ADDRESS, address),
    ]
}

/// What a password was found to be.
struct Compared {
    /// Own or mailed; nothing where it is neither.
    with: Option<SignInWith>,
    /// Whether it is the own one, stored with other parameters than today's.
    outdated: bool,
}

/// Compares what was typed, also where there is nobody to compare it for: the work is the same.
fn compare(
    db: &Db,
    hasher: &Hasher,
    password: &SecretString,
    candidate: Option<&Candidate>,
    now: OffsetDateTime,
) -> Result<Compared, SignInError> {
    let hash = candidate.and_then(|candidate| candidate.hash.as_deref());
    let (account_id, user_id) =
        candidate.map_or_else(Default::default, |c| (c.account_id, c.user_id));
    let temporary = db.read(|connection| {
        temporary_password::find_matching(connection, account_id, user_id, password, now)
    })?;
    let verdict = hasher.verify(password, hash)?;
    let with = match (verdict.matches, temporary) {
        (true, _) => Some(SignInWith::OwnPassword),
        (false, true) => Some(SignInWith::TemporaryPassword),
        (false, false) => None,
    };
    Ok(Compared {
        with,
        outdated: verdict.matches && verdict.outdated,
    })
}

fn candidate(
    connection: &mut db::Connection,
    username: &Username,
    source: IpNet,
    now: OffsetDateTime,
) -> QueryResult<Option<Candidate>> {
    users::table
        .left_join(
            passwords::table.on(passwords::account_id
                .eq(users::account_id)
                .and(passwords::user_id.eq(users::id))),
        )
        .filter(users::username.eq(username.as_str()))
        .select((
            users::account_id,
            users::id,
            users::active,
            passwords::hash.nullable(),
            diesel::dsl::exists(came_from(source, now - SOURCE_REMEMBERED)),
        ))
        .first(connection)
        .optional()
}

fn refuse(
    db: &Db,
    attempt: &SignInAttempt,
    candidate: Option<&Candidate>,
    now: OffsetDateTime,
) -> Result<Arrival, SignInError> {
    let account = candidate.map(|candidate| candidate.account_id);
    let request = attempt.request_id.as_deref();
    db.write(|tx| history::refuse(tx, "sign_in", attempt.source, account, request, now))?;
    Err(SignInError::Refused)
}

/// Starts the session, unless the user was deactivated or their password ended while it was checked.
fn arrive(
    tx: &mut db::Connection,
    attempt: &SignInAttempt,
    candidate: &Candidate,
    with: SignInWith,
    rehashed: Option<&str>,
    now: OffsetDateTime,
) -> QueryResult<Option<Arrival>> {
    let Some(second_factor_due) = still_welcome(tx, attempt, candidate, with, now)? else {
        return Ok(None);
    };
    let (account_id, user_id) = (candidate.account_id, candidate.user_id);
    if let Some(old_session) = &attempt.old_session {
        sessions::end(tx, old_session)?;
    }
    let must_choose_password = with == SignInWith::TemporaryPassword;
    let session = NewSession {
        account_id,
        user_id,
        must_choose_password,
        second_factor_due,
        source: attempt.source,
    };
    let token = sessions::start(tx, &session, now)?;
    if let Some(hash) = rehashed {
        diesel::update(passwords::table.find((account_id, user_id)))
            .set(passwords::hash.eq(hash))
            .execute(tx)?;
    }
    // With a second factor, they are in when that was given.
    if !second_factor_due {
        let author = Author {
            account_id,
            actor: Actor::User(user_id),
            source: attempt.source,
            request_id: attempt.request_id.clone(),
            import: None,
        };
        record_arrival(tx, &author, user_id, with, now)?;
    }
    Ok(Some(Arrival {
        token,
        must_choose_password,
        second_factor_due,
    }))
}

/// Holds the user's row, and looks again: nothing where they were deactivated or that password ended meanwhile,
/// otherwise whether a second factor is asked of them.
fn still_welcome(
    tx: &mut db::Connection,
    attempt: &SignInAttempt,
    candidate: &Candidate,
    with: SignInWith,
    now: OffsetDateTime,
) -> QueryResult<Option<bool>> {
    let (account_id, user_id) = (candidate.account_id, candidate.user_id);
    let active: bool = users::table
        .find((account_id, user_id))
        .select(users::active)
        .for_no_key_update()
        .first(tx)?;
    // Read once the row is held: a reset that was first is seen.
    let (stored, second_factor_due): (Option<String>, bool) = diesel::select((
        passwords::table
            .find((account_id, user_id))
            .select(passwords::hash)
            .single_value(),
        diesel::dsl::exists(confirmed_second_factor(account_id, user_id)),
    ))
    .get_result(tx)?;
    let still_valid = match with {
        SignInWith::OwnPassword => stored.is_some() && stored == candidate.hash,
        SignInWith::TemporaryPassword => {
            temporary_password::find_matching(tx, account_id, user_id, &attempt.password, now)?
        }
    };
    Ok((active && still_valid).then_some(second_factor_due))
}

/// Whether a second factor is asked of the user.
pub(super) fn has_second_factor(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<bool> {
    let confirmed = confirmed_second_factor(account_id, user_id);
    diesel::select(diesel::dsl::exists(confirmed)).get_result(tx)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn confirmed_second_factor(account_id: Uuid, user_id: Uuid) -> _ {
    second_factors::table
        .find((account_id, user_id))
        .filter(second_factors::confirmed_at.is_not_null())
}

/// Ends the session.
///
/// # Errors
/// Whatever the database says.
pub fn sign_out(
    tx: &mut db::Connection,
    author: &Author,
    session: &Digest,
    now: OffsetDateTime,
) -> QueryResult<()> {
    if sessions::end(tx, session)? == 1 {
        history::record(tx, author, author.user_id(), &Event::SignedOut {}, now)?;
    }
    Ok(())
}
