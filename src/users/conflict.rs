//! "Email address is already in use": which of the four cases it is, without leaking another account.

use diesel::prelude::*;
use rand::seq::IndexedRandom as _;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{FormerUsername, Held, Username, holders};
use crate::db::{self, Db};
use crate::history::{self, Author};
use crate::schema::address_conflicts;
use crate::sessions::throttle::{self, Answer, Limit};

/// How often an account may learn that an address is taken somewhere else: enough for a day of
/// adding people, too little to try out a list of addresses.
const LOOK_UPS: Limit = Limit {
    name: "address look-ups",
    burst: 30,
    refill: Duration::minutes(2),
};
/// Letters and digits of a reference code that are not mistaken for each other on the phone.
const CODE_ALPHABET: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// Who holds an address, where the asking account may know it: in the account itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Their id.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
}

/// Which case of "already in use".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Somebody active in this account has it.
    ActiveHere(Holder),
    /// Somebody inactive in this account has it.
    InactiveHere(Holder),
    /// It is kept for somebody in this account, whose username it was until recently.
    FormerHere {
        /// Whose, and until when.
        former: FormerUsername,
        /// The reference code.
        code: String,
        /// Whether too many were asked for in the last hour: coming back when one more may be asked for
        /// would not help, coming back when it is kept no more would.
        look_ups_spent: bool,
    },
    /// It is in another account, or kept for somebody there: Customer Success can tell, by this code.
    AskSupport {
        /// The reference code.
        code: String,
    },
    /// Too many were asked for in the last hour.
    NotNow {
        /// The reference code.
        code: String,
        /// From when on one more may be asked for (UTC), at a full minute.
        again_at: OffsetDateTime,
    },
    /// Nobody has it any more: trying again will do.
    Gone,
}

/// The rule that refused an address, as it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictRule {
    /// Active in the asking account.
    ActiveHere,
    /// Inactive in the asking account.
    InactiveHere,
    /// In another account.
    Elsewhere,
    /// The recent old username of somebody.
    Reserved,
    /// The account's look-ups are used up.
    BudgetSpent,
}

impl ConflictRule {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            ConflictRule::ActiveHere => "active_here",
            ConflictRule::InactiveHere => "inactive_here",
            ConflictRule::Elsewhere => "elsewhere",
            ConflictRule::Reserved => "reserved",
            ConflictRule::BudgetSpent => "budget_spent",
        }
    }
}

/// Tells what stands against `username` where the form is not carried out anyway, so that everything that is
/// wrong is said at once; nothing where nobody has it. `of` is whose username it is to be: what is kept for them
/// is no obstacle.
///
/// Such a form tells what is free without taking it. So a look-up is drawn before anything is said of other
/// accounts, and given back where it told nothing; once they are used up, taken and free are the same here, and
/// are told apart when all else is right. Who is in the asking account costs nothing.
///
/// # Errors
/// Whatever the database says.
pub fn explain_beforehand(
    db: &Db,
    author: &Author,
    typed: &str,
    username: &Username,
    of: Option<Uuid>,
    now: OffsetDateTime,
) -> QueryResult<Option<Conflict>> {
    let account_id = author.account_id;
    let held = db
        .read(|connection| holders(connection, account_id, &[username.as_str()], now))?
        .into_values()
        .next();
    if let Some(conflict) = held.as_ref().and_then(here) {
        return Ok(Some(conflict));
    }
    let is_theirs =
        matches!(&held, Some(Held::Reserved { ours: Some(former) }) if Some(former.user_id) == of);
    if is_theirs {
        return Ok(None);
    }
    let look_up = db.read(|connection| take_look_up(connection, account_id, now))?;
    if look_up != LookUp::Drawn {
        return Ok(None);
    }
    let Some(elsewhere) = Elsewhere::of(held) else {
        db.read(|connection| give_look_up_back(connection, account_id))?;
        return Ok(None);
    };
    let code = db.write(|tx| open_case(tx, author, typed, username, elsewhere.rule, now))?;
    Ok(Some(elsewhere.told(code)))
}

/// What is not of the asking account, or is kept.
struct Elsewhere {
    rule: ConflictRule,
    /// For whom it is kept, where they are of the asking account.
    former: Option<FormerUsername>,
}

impl Elsewhere {
    fn of(held: Option<Held>) -> Option<Elsewhere> {
        let (rule, former) = match held? {
            Held::Reserved { ours } => (ConflictRule::Reserved, ours),
            Held::Elsewhere | Held::Here { .. } => (ConflictRule::Elsewhere, None),
        };
        Some(Elsewhere { rule, former })
    }

    /// As it is told within the budget.
    fn told(self, code: String) -> Conflict {
        match self.former {
            Some(former) => Conflict::FormerHere {
                former,
                code,
                look_ups_spent: false,
            },
            None => Conflict::AskSupport { code },
        }
    }
}

/// The conflict with somebody of the asking account.
fn here(held: &Held) -> Option<Conflict> {
    let Held::Here {
        id,
        profile,
        active,
        ..
    } = held
    else {
        return None;
    };
    let holder = Holder {
        id: *id,
        name: profile.full_name(),
    };
    Some(if *active {
        Conflict::ActiveHere(holder)
    } else {
        Conflict::InactiveHere(holder)
    })
}

/// Tells why `username` cannot be used, in transactions of its own: the change that it stopped is
/// rolled back, the record of it stays.
///
/// # Errors
/// Whatever the database says.
pub fn explain(
    db: &Db,
    author: &Author,
    typed: &str,
    username: &Username,
    now: OffsetDateTime,
) -> QueryResult<Conflict> {
    let held =
        db.read(|connection| holders(connection, author.account_id, &[username.as_str()], now))?;
    let held = held.into_values().next();
    if let Some(conflict) = held.as_ref().and_then(here) {
        return Ok(conflict);
    }
    let Some(elsewhere) = Elsewhere::of(held) else {
        return Ok(Conflict::Gone);
    };
    let look_up = db.read(|connection| take_look_up(connection, author.account_id, now))?;
    if let LookUp::SpentUntil(again_at) = look_up {
        let code = db.write(|tx| {
            // Past the budget one case for each address and hour is enough to find it by.
            match open_lately(tx, author.account_id, username, now)? {
                Some(code) => Ok::<_, db::Error>(code),
                None => open_case(tx, author, typed, username, ConflictRule::BudgetSpent, now),
            }
        })?;
        return Ok(match elsewhere.former {
            Some(former) => Conflict::FormerHere {
                former,
                code,
                look_ups_spent: true,
            },
            None => Conflict::NotNow { code, again_at },
        });
    }
    let code = db.write(|tx| open_case(tx, author, typed, username, elsewhere.rule, now))?;
    Ok(elsewhere.told(code))
}

/// The code of a case that was opened within the hour because look-ups were used up.
fn open_lately(
    tx: &mut db::Connection,
    account_id: Uuid,
    username: &Username,
    now: OffsetDateTime,
) -> QueryResult<Option<String>> {
    address_conflicts::table
        .filter(address_conflicts::account_id.eq(account_id))
        .filter(address_conflicts::happened_at.gt(now - Duration::hours(1)))
        .filter(address_conflicts::username.eq(username.as_str()))
        .filter(address_conflicts::rule.eq(ConflictRule::BudgetSpent.as_str()))
        .select(address_conflicts::code)
        .first(tx)
        .optional()
}

/// What drawing a look-up comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookUp {
    /// There was one.
    Drawn,
    /// None is left. From this moment on there is one (UTC), at a full minute.
    SpentUntil(OffsetDateTime),
}

/// Draws one look-up from the account's budget.
///
/// # Errors
/// Whatever the database says.
pub fn take_look_up(
    connection: &mut db::Connection,
    account_id: Uuid,
    now: OffsetDateTime,
) -> QueryResult<LookUp> {
    let account = account_id.to_string();
    Ok(
        match throttle::take(connection, LOOK_UPS, &[&account], now)? {
            Answer::Allowed => LookUp::Drawn,
            Answer::Wait(wait) => LookUp::SpentUntil(at_full_minute(now + wait)),
        },
    )
}

/// The next full minute, unless it is one: words tell minutes alone, and whoever comes at the minute that they
/// name must not come seconds too early.
fn at_full_minute(moment: OffsetDateTime) -> OffsetDateTime {
    let into_minute = Duration::seconds(moment.second().into())
        + Duration::nanoseconds(moment.nanosecond().into());
    if into_minute.is_zero() {
        moment
    } else {
        moment - into_minute + Duration::MINUTE
    }
}

/// Gives a look-up back that told nothing.
///
/// # Errors
/// Whatever the database says.
pub fn give_look_up_back(connection: &mut db::Connection, account_id: Uuid) -> QueryResult<()> {
    throttle::give_back(connection, LOOK_UPS, &[&account_id.to_string()])
}

/// An address that was refused, with its reference code. It tells nobody anything before it is recorded.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the person names to Customer Success.
    pub code: String,
    typed: String,
    username: Username,
    rule: ConflictRule,
}

impl Case {
    /// A new one.
    pub fn open(typed: &str, username: &Username, rule: ConflictRule) -> Case {
        Case {
            code: reference_code(),
            typed: typed.chars().take(1_000).collect(),
            username: username.clone(),
            rule,
        }
    }

    /// Which rule refused it.
    pub fn rule(&self) -> ConflictRule {
        self.rule
    }
}

/// As [`record_case`], of a new case; returns its reference code.
fn open_case(
    tx: &mut db::Connection,
    author: &Author,
    typed: &str,
    username: &Username,
    rule: ConflictRule,
    now: OffsetDateTime,
) -> QueryResult<String> {
    let case = Case::open(typed, username, rule);
    record_case(tx, author, &case, now)?;
    Ok(case.code)
}

/// Records that an address was refused.
///
/// # Errors
/// Whatever the database says.
pub fn record_case(
    tx: &mut db::Connection,
    author: &Author,
    case: &Case,
    now: OffsetDateTime,
) -> QueryResult<()> {
    history::refuse(
        tx,
        case.rule.as_str(),
        author.source,
        Some(author.account_id),
        author.request_id.as_deref(),
        now,
    )?;
    diesel::insert_into(address_conflicts::table)
        .values((
            address_conflicts::code.eq(&case.code),
            address_conflicts::account_id.eq(author.account_id),
            address_conflicts::asked_by.eq(author.user_id()),
            address_conflicts::typed.eq(&case.typed),
            address_conflicts::username.eq(case.username.as_str()),
            address_conflicts::rule.eq(case.rule.as_str()),
            address_conflicts::happened_at.eq(now),
        ))
        .execute(tx)
        .map(|_| ())
}

/// Two groups of four: over 10^11 codes, short enough to read out.
fn reference_code() -> String {
    let mut rng = rand::rng();
    let mut group = || -> String {
        (0..4)
            .filter_map(|_| CODE_ALPHABET.choose(&mut rng))
            .map(|byte| char::from(*byte))
            .collect()
    };
    format!("{}-{}", group(), group())
}
