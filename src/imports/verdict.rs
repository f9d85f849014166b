//! What will become of each line, by the same rules as `Add a User`; asked when a list is checked and
//! again when it is run.

use std::collections::HashMap;

use diesel::QueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Line;
use crate::accounts::Account;
use crate::db;
use crate::history::Author;
use crate::ids;
use crate::users::{
    self, AddError, AddUser, ConflictRule, FieldProblem, Held, Identity, Profile, ProfileField,
    Username,
};

/// What will become of a line, or became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A new user.
    Add,
    /// Somebody inactive comes back.
    Reactivate,
    /// The person is active already.
    Unchanged,
    /// It cannot be imported.
    Refused,
}

impl Verdict {
    /// All of them, in the order of the page.
    pub const ALL: [Verdict; 4] = [
        Verdict::Add,
        Verdict::Reactivate,
        Verdict::Unchanged,
        Verdict::Refused,
    ];

    /// The name in the database and in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Add => "add",
            Verdict::Reactivate => "reactivate",
            Verdict::Unchanged => "unchanged",
            Verdict::Refused => "refused",
        }
    }

    /// The verdict of that name.
    pub fn from_name(name: &str) -> Option<Verdict> {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }

    /// The name in the database of what became of a line.
    pub(super) fn outcome(self) -> &'static str {
        match self {
            Verdict::Add => "added",
            Verdict::Reactivate => "reactivated",
            Verdict::Unchanged => "unchanged",
            Verdict::Refused => "refused",
        }
    }

    /// Whether running the list does something with the line.
    pub fn is_importable(self) -> bool {
        matches!(self, Verdict::Add | Verdict::Reactivate)
    }
}

/// The verdict on one line.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) verdict: Verdict,
    /// Why, as a sentence; empty where it says itself.
    pub(super) reason: String,
    /// Who has the address in this account.
    pub(super) user_id: Option<Uuid>,
    /// Who is to be added.
    pub(super) person: Option<AddUser>,
}

impl Decided {
    fn refused(reason: impl Into<String>) -> Decided {
        Decided {
            verdict: Verdict::Refused,
            reason: reason.into(),
            user_id: None,
            person: None,
        }
    }
}

/// Why the question is asked. A check tells what is free without taking it, so that it tells nothing
/// at all about new addresses once the look-ups are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Before anything is done.
    ToCheck,
    /// In the transaction that does it.
    ToImport,
}

/// Decides on lines in their order, in a constant number of statements and one more for each look-up
/// drawn. `account` tells the seats of this moment.
pub(super) fn decide(
    tx: &mut db::Connection,
    author: &Author,
    account: &Account,
    domains: &[String],
    lines: &[Line],
    asked: Asked,
    now: OffsetDateTime,
) -> QueryResult<Vec<Decided>> {
    let parsed: Vec<_> = lines.iter().map(|line| parse(line, domains)).collect();
    let usernames: Vec<&str> = parsed
        .iter()
        .flatten()
        .map(|(username, _)| username.as_str())
        .collect();
    let held = users::holders(tx, author.account_id, &usernames, now)?;
    let is_new =
        |username: &Username| !matches!(held.get(username.as_str()), Some(Held::Here { .. }));
    let any_new = parsed
        .iter()
        .flatten()
        .any(|(username, _)| is_new(username));
    let mut look_ups = LookUps::begin(tx, author, asked, any_new, now)?;
    let mut free_seats = account.free_seats();
    let mut first_lines: HashMap<String, u32> = HashMap::new();
    let mut decided = Vec::with_capacity(lines.len());
    for (line, parsed) in lines.iter().zip(parsed) {
        let (username, profile) = match parsed {
            Ok(parsed) => parsed,
            Err(problems) => {
                decided.push(Decided::refused(told(&problems)));
                continue;
            }
        };
        if let Some(first) = first_lines.get(username.as_str()) {
            decided.push(Decided::refused(format!(
                "The same address stands on line {first} already."
            )));
            continue;
        }
        first_lines.insert(username.as_str().to_string(), line.number);
        let mut verdict = match held.get(username.as_str()) {
            Some(Held::Here {
                id,
                profile: stored,
                active,
            }) => of_ours(*id, stored, *active, &username, &profile),
            taken => match look_ups.refusal(tx, taken, &line.username, &username)? {
                Some(reason) => Decided::refused(reason),
                None => Decided {
                    verdict: Verdict::Add,
                    reason: String::new(),
                    user_id: None,
                    person: Some(AddUser {
                        id: ids::new(),
                        username,
                        profile,
                    }),
                },
            },
        };
        if verdict.verdict.is_importable() {
            if free_seats > 0 {
                free_seats -= 1;
            } else {
                verdict = Decided::refused(AddError::NoSeat(None).to_string());
            }
        }
        decided.push(verdict);
    }
    look_ups.end(tx)?;
    Ok(decided)
}

fn parse(line: &Line, domains: &[String]) -> Result<(Username, Profile), Vec<FieldProblem>> {
    let profile = Profile {
        first_name: line.first_name.clone(),
        last_name: line.last_name.clone(),
        title: line.title.clone(),
        department: line.department.clone(),
        phone: line.phone.clone(),
    };
    users::check_fields(&line.username, &profile, domains, None)
}

/// Every problem of a line in one text, each at its field.
fn told(problems: &[FieldProblem]) -> String {
    let sentences: Vec<String> = problems
        .iter()
        .map(|problem| {
            let label = problem.field.map_or("Username", ProfileField::label);
            format!("{label}: {}", problem.message)
        })
        .collect();
    sentences.join(" ")
}

/// Somebody of this account has the address: an import overwrites nobody.
fn of_ours(
    id: Uuid,
    stored: &Profile,
    active: bool,
    username: &Username,
    listed: &Profile,
) -> Decided {
    fn identity<'a>(profile: &'a Profile, username: &'a Username) -> Identity<'a> {
        Identity {
            first_name: &profile.first_name,
            last_name: &profile.last_name,
            username: username.as_str(),
        }
    }
    let another =
        users::looks_like_another_person(identity(stored, username), identity(listed, username));
    let name = stored.full_name();
    let (verdict, reason) = match (another, active) {
        (true, true) => (
            Verdict::Refused,
            format!(
                "Email address is already in use: it belongs to {name}, who is active in your account."
            ),
        ),
        (true, false) => (
            Verdict::Refused,
            format!(
                "Email address is already in use: it belongs to {name}, who is inactive. Open that user if this is the same person."
            ),
        ),
        (false, true) => (Verdict::Unchanged, already_active(stored, listed)),
        (false, false) => (
            Verdict::Reactivate,
            "Is inactive. Comes back with the details they had.".to_string(),
        ),
    };
    Decided {
        verdict,
        reason,
        user_id: Some(id),
        person: None,
    }
}

fn already_active(stored: &Profile, listed: &Profile) -> String {
    let other: Vec<&str> = ProfileField::ALL
        .into_iter()
        .filter(|field| {
            let text = listed.get(*field);
            !text.is_empty() && text != stored.get(*field)
        })
        .map(ProfileField::label)
        .collect();
    match other.as_slice() {
        [] => "Is active already.".to_string(),
        fields => format!(
            "Is active already. The list has another {}; an import edits nobody, so open the user to change it.",
            fields.join(", ")
        ),
    }
}

/// The account's budget of look-ups in other accounts, while lines are decided.
struct LookUps<'a> {
    author: &'a Author,
    asked: Asked,
    now: OffsetDateTime,
    /// Drawn before the first line, not yet used.
    in_hand: bool,
    spent: bool,
    /// The reference code of what is refused for want of look-ups: one for all.
    code: Option<String>,
}

impl<'a> LookUps<'a> {
    /// A check draws one look-up before it says anything about new addresses.
    fn begin(
        tx: &mut db::Connection,
        author: &'a Author,
        asked: Asked,
        any_new: bool,
        now: OffsetDateTime,
    ) -> QueryResult<LookUps<'a>> {
        let draws = asked == Asked::ToCheck && any_new;
        let in_hand = draws && users::take_look_up(tx, author.account_id, now)?;
        Ok(LookUps {
            author,
            asked,
            now,
            in_hand,
            spent: draws && !in_hand,
            code: None,
        })
    }

    /// Why an address that nobody of this account has cannot be added, if so.
    fn refusal(
        &mut self,
        tx: &mut db::Connection,
        held: Option<&Held>,
        typed: &str,
        username: &Username,
    ) -> QueryResult<Option<String>> {
        let rule = match held {
            Some(Held::Elsewhere) => Some(ConflictRule::Elsewhere),
            Some(Held::Reserved) => Some(ConflictRule::Reserved),
            Some(Held::Here { .. }) | None => None,
        };
        if let Some(rule) = rule
            && self.draw(tx)?
        {
            let code = users::open_case(tx, self.author, typed, username, rule, self.now)?;
            return Ok(Some(format!(
                "Email address is already in use. Nobody in your account has it: contact Customer Success and name the reference code {code}."
            )));
        }
        // What is free and what is not look alike from here on; who adds them learns it at the price
        // of adding.
        if rule.is_some() || (self.spent && self.asked == Asked::ToCheck) {
            let code = match &self.code {
                Some(code) => code.clone(),
                None => users::open_case(
                    tx,
                    self.author,
                    typed,
                    username,
                    ConflictRule::BudgetSpent,
                    self.now,
                )?,
            };
            self.code = Some(code.clone());
            return Ok(Some(format!(
                "This address cannot be added now, because many addresses were tried in the last hour. Try again later, or contact Customer Success and name the reference code {code}."
            )));
        }
        Ok(None)
    }

    fn draw(&mut self, tx: &mut db::Connection) -> QueryResult<bool> {
        if self.spent {
            return Ok(false);
        }
        let drawn = std::mem::take(&mut self.in_hand)
            || users::take_look_up(tx, self.author.account_id, self.now)?;
        self.spent = !drawn;
        Ok(drawn)
    }

    /// What was drawn and told nothing goes back.
    fn end(self, tx: &mut db::Connection) -> QueryResult<()> {
        if self.in_hand {
            users::give_look_up_back(tx, self.author.account_id)?;
        }
        Ok(())
    }
}
