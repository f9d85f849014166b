//! What will become of each line, by the same rules as `Add a User`; asked when a list is checked and
//! again when it is run.

use std::collections::HashMap;

use diesel::QueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Line;
use super::leavers::{self, Leaver, Leavers};
use super::look_ups::{Asked, LookUps};
use crate::accounts::Account;
use crate::db;
use crate::history::Author;
use crate::ids;
use crate::users::{self, AddUser, FieldProblem, Held, Identity, Profile, ProfileField, Username};

/// What will become of a line, or became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A new user.
    Add,
    /// Somebody inactive comes back.
    Reactivate,
    /// A new user in the place of somebody, who goes.
    Replace,
    /// The person is active already.
    Unchanged,
    /// It cannot be imported.
    Refused,
}

/// Why a line was not imported for which no seat was left.
pub(super) const NO_SEAT: &str = "No seat was free for this line. Deactivate a user or ask Customer Success for more seats, then hand it in again.";

/// The verdicts after which one more is active: who takes somebody's place takes their seat.
pub(super) const TAKE_A_SEAT: [&str; 2] = ["add", "reactivate"];

impl Verdict {
    /// All of them, in the order of the page.
    pub const ALL: [Verdict; 5] = [
        Verdict::Add,
        Verdict::Reactivate,
        Verdict::Replace,
        Verdict::Unchanged,
        Verdict::Refused,
    ];
    /// Those that running the list does something about.
    pub const IMPORTABLE: [Verdict; 3] = [Verdict::Add, Verdict::Reactivate, Verdict::Replace];

    /// The name in the database and in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Add => "add",
            Verdict::Reactivate => "reactivate",
            Verdict::Replace => "replace",
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
            Verdict::Replace => "replaced",
            Verdict::Unchanged => "unchanged",
            Verdict::Refused => "refused",
        }
    }

    /// Whether one more is active afterwards.
    pub(super) fn takes_a_seat(self) -> bool {
        TAKE_A_SEAT.contains(&self.as_str())
    }

    /// Whether running the list does something with the line.
    pub fn is_importable(self) -> bool {
        Verdict::IMPORTABLE.contains(&self)
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
    /// Who goes for them.
    pub(super) leaving: Option<Uuid>,
}

impl Decided {
    pub(super) fn refused(reason: impl Into<String>) -> Decided {
        Decided {
            verdict: Verdict::Refused,
            reason: reason.into(),
            user_id: None,
            person: None,
            leaving: None,
        }
    }

    fn new(username: Username, profile: Profile, leaver: Option<&Leaver>) -> Decided {
        Decided {
            verdict: leaver.map_or(Verdict::Add, |_| Verdict::Replace),
            reason: leaver.map_or_else(String::new, |leaver| {
                format!("In the place of {}, who is deactivated.", leaver.name)
            }),
            user_id: None,
            person: Some(AddUser {
                id: ids::new(),
                username,
                profile,
            }),
            leaving: leaver.map(|leaver| leaver.id),
        }
    }
}

/// Decides on lines in their order, in a constant number of statements and one more for each look-up
/// drawn. `account` tells the seats of this moment. Changes nothing but the budget of look-ups, and that in a
/// check alone, which is no transaction: what was looked up is left to be recorded.
pub(super) fn decide<'a>(
    connection: &mut db::Connection,
    author: &'a Author,
    account: &Account,
    domains: &[String],
    lines: &[Line],
    asked: Asked,
    now: OffsetDateTime,
) -> QueryResult<(Vec<Decided>, LookUps<'a>)> {
    let parsed: Vec<_> = lines.iter().map(|line| parse(line, domains)).collect();
    let leaving = leavers::usernames(lines);
    let usernames: Vec<&str> = parsed
        .iter()
        .flatten()
        .map(|(username, _)| username)
        .chain(&leaving)
        .map(Username::as_str)
        .collect();
    let held = users::holders(connection, author.account_id, &usernames, now)?;
    let is_new =
        |username: &Username| !matches!(held.get(username.as_str()), Some(Held::Here { .. }));
    let any_new = parsed
        .iter()
        .flatten()
        .any(|(username, _)| is_new(username));
    let look_ups = LookUps::begin(connection, author, account, asked, any_new, now)?;
    let mut list = Deciding {
        author,
        held: &held,
        first_lines: HashMap::new(),
        leavers: Leavers::default(),
        // A check tells what may be chosen; who of those has a seat depends on the choice.
        free_seats: match asked {
            Asked::ToCheck => i32::MAX,
            Asked::ToImport => account.free_seats(),
        },
        look_ups,
    };
    let mut decided = Vec::with_capacity(lines.len());
    for (line, parsed) in lines.iter().zip(parsed) {
        decided.push(match parsed {
            Ok((username, profile)) => {
                list.line(connection, decided.len(), line, username, profile)?
            }
            Err(problems) => Decided::refused(told(&problems)),
        });
    }
    list.look_ups.end(connection)?;
    Ok((decided, list.look_ups))
}

/// A list of which some lines are decided: what they took is not there for those after them.
struct Deciding<'a, 'held> {
    author: &'a Author,
    /// Who has which address.
    held: &'held HashMap<String, Held>,
    /// The line on which each address stands first.
    first_lines: HashMap<String, u32>,
    leavers: Leavers,
    free_seats: i32,
    look_ups: LookUps<'a>,
}

impl Deciding<'_, '_> {
    /// The verdict on the next line, at its place among the lines.
    fn line(
        &mut self,
        connection: &mut db::Connection,
        index: usize,
        line: &Line,
        username: Username,
        profile: Profile,
    ) -> QueryResult<Decided> {
        if let Some(reason) = self.stands_already(&username) {
            return Ok(Decided::refused(reason));
        }
        self.first_lines
            .insert(username.as_str().to_string(), line.number);
        let decided = match self.held.get(username.as_str()) {
            Some(Held::Here {
                id,
                profile: stored,
                active,
                ..
            }) => of_ours(*id, stored, *active, &username, &profile, &line.replaces),
            _ => self.newcomer(connection, index, line, username, profile)?,
        };
        Ok(self.seated(decided))
    }

    /// Why a line before it leaves nothing to do for this person, if so.
    fn stands_already(&self, username: &Username) -> Option<String> {
        if let Some(first) = self.first_lines.get(username.as_str()) {
            return Some(format!(
                "The same address stands on line {first} already. Correct one of the two where they are two people."
            ));
        }
        let replacing = self.leavers.line_replacing(username)?;
        Some(format!(
            "This person is replaced on line {replacing}. Take out one of the two lines."
        ))
    }

    /// Nobody of this account has the address.
    fn newcomer(
        &mut self,
        connection: &mut db::Connection,
        index: usize,
        line: &Line,
        username: Username,
        profile: Profile,
    ) -> QueryResult<Decided> {
        let leaver = (!line.replaces.is_empty()).then(|| {
            self.leavers
                .find(self.author, self.held, &self.first_lines, &line.replaces)
        });
        let leaver = match leaver.transpose() {
            Ok(leaver) => leaver,
            Err(reason) => return Ok(Decided::refused(reason)),
        };
        let held = self.held.get(username.as_str());
        let refusal = self
            .look_ups
            .refusal(connection, index, held, &line.username, &username)?;
        if let Some(reason) = refusal {
            return Ok(Decided::refused(reason));
        }
        if let Some(leaver) = &leaver {
            self.leavers.note(leaver, line.number);
        }
        Ok(Decided::new(username, profile, leaver.as_ref()))
    }

    /// Takes a seat where the verdict needs one.
    fn seated(&mut self, decided: Decided) -> Decided {
        if !decided.verdict.takes_a_seat() {
            return decided;
        }
        if self.free_seats <= 0 {
            return Decided {
                user_id: decided.user_id,
                ..Decided::refused(NO_SEAT)
            };
        }
        self.free_seats -= 1;
        decided
    }
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
            let message = &problem.message;
            // Some name their field themselves.
            match message.strip_prefix(label) {
                Some(rest) if rest.starts_with(':') => message.clone(),
                _ => format!("{label}: {message}"),
            }
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
    replaces: &str,
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
                "Email address is already in use: it belongs to {name}, who is active in your account. Correct the address, or open that user to change their details."
            ),
        ),
        (true, false) => (
            Verdict::Refused,
            format!(
                "Email address is already in use: it belongs to {name}, who is inactive. Open that user if this is the same person."
            ),
        ),
        (false, true) => (Verdict::Unchanged, already_active(stored, listed)),
        (false, false) if !replaces.is_empty() => (
            Verdict::Refused,
            format!(
                "Replaces: {name} was in your account before and is no new user. Reactivate them, and deactivate {replaces}, each on their own page."
            ),
        ),
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
        leaving: None,
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
