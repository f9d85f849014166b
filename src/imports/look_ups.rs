//! The account's budget of look-ups in other accounts, while lines are decided. Everybody who adds people to
//! the account draws on the same row, so that no transaction holds it for the length of a list: a check draws
//! before its transaction begins, an import when all else is done. What is recorded is recorded last.

use diesel::QueryResult;
use jiff::tz::TimeZone;
use time::OffsetDateTime;

use crate::accounts::Account;
use crate::clock;
use crate::db::{self, Db};
use crate::history::Author;
use crate::users::{self, Case, ConflictRule, FormerUsername, Held, LookUp, Username};

/// Why the question is asked. A check tells what is free without taking it, so that it tells nothing
/// at all about new addresses once the look-ups are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Before anything is done, in no transaction.
    ToCheck,
    /// In the transaction that does it.
    ToImport,
}

/// What is left of the budget.
pub(super) struct LookUps<'a> {
    author: &'a Author,
    /// The account's.
    zone: TimeZone,
    asked: Asked,
    now: OffsetDateTime,
    /// Drawn by a check and not yet used. It always has one while it tells what is free: with none, the
    /// next line that is not free would be told from those before it.
    in_hand: bool,
    /// Nothing is left, until this moment.
    spent_until: Option<OffsetDateTime>,
    /// The reference code of what is refused for want of look-ups: one for all.
    code: Option<String>,
    /// Lines of an import that are refused, and not yet told why.
    untold: Vec<Untold>,
    /// What is to be recorded.
    cases: Vec<Case>,
}

/// A line whose address is held by nobody of this account.
struct Untold {
    /// Its place among the lines decided.
    index: usize,
    held: Held,
    typed: String,
    username: Username,
}

impl<'a> LookUps<'a> {
    /// A check draws one look-up before it says anything about new addresses.
    pub(super) fn begin(
        connection: &mut db::Connection,
        author: &'a Author,
        account: &Account,
        asked: Asked,
        any_new: bool,
        now: OffsetDateTime,
    ) -> QueryResult<LookUps<'a>> {
        let mut look_ups = LookUps {
            author,
            zone: clock::zone(&account.time_zone),
            asked,
            now,
            in_hand: false,
            spent_until: None,
            code: None,
            untold: Vec::new(),
            cases: Vec::new(),
        };
        if asked == Asked::ToCheck && any_new {
            look_ups.in_hand = look_ups.take(connection)?;
        }
        Ok(look_ups)
    }

    /// Why the address of the line at `index`, which nobody of this account has, cannot be added, if so. An
    /// import is told why by [`LookUps::tell`].
    pub(super) fn refusal(
        &mut self,
        connection: &mut db::Connection,
        index: usize,
        held: Option<&Held>,
        typed: &str,
        username: &Username,
    ) -> QueryResult<Option<String>> {
        match (self.asked, held) {
            (Asked::ToImport, Some(held @ (Held::Elsewhere | Held::Reserved { .. }))) => {
                self.untold.push(Untold {
                    index,
                    held: held.clone(),
                    typed: typed.to_string(),
                    username: username.clone(),
                });
                Ok(Some(String::new()))
            }
            (Asked::ToImport, _) => Ok(None),
            (Asked::ToCheck, held) => self.why(connection, held, typed, username),
        }
    }

    /// Why an import refused what it did: the lines by their places, each with its reason.
    pub(super) fn tell(&mut self, tx: &mut db::Connection) -> QueryResult<Vec<(usize, String)>> {
        let mut told = Vec::new();
        for line in std::mem::take(&mut self.untold) {
            let why = self.why(tx, Some(&line.held), &line.typed, &line.username)?;
            told.extend(why.map(|why| (line.index, why)));
        }
        Ok(told)
    }

    fn why(
        &mut self,
        connection: &mut db::Connection,
        held: Option<&Held>,
        typed: &str,
        username: &Username,
    ) -> QueryResult<Option<String>> {
        let rule = match held {
            Some(Held::Elsewhere) => Some(ConflictRule::Elsewhere),
            Some(Held::Reserved { .. }) => Some(ConflictRule::Reserved),
            Some(Held::Here { .. }) | None => None,
        };
        if let Some(rule) = rule
            && self.draw(connection)?
        {
            let code = self.open_case(typed, username, rule);
            let way_out = match held {
                Some(Held::Reserved { ours: Some(former) }) => {
                    format!("{} Give another address, or", self.whose_it_was(former))
                }
                _ => "Nobody in your account has it:".to_string(),
            };
            return Ok(Some(format!(
                "Email address is already in use. {way_out} contact Customer Success and name the reference code {code}."
            )));
        }
        // What is free and what is not look alike from here on; who adds them learns it at the price
        // of adding.
        let tells_nothing = self.asked == Asked::ToCheck;
        if let Some(again_at) = self.spent_until.filter(|_| rule.is_some() || tells_nothing) {
            let code = match &self.code {
                Some(code) => code.clone(),
                None => self.open_case(typed, username, ConflictRule::BudgetSpent),
            };
            self.code = Some(code.clone());
            if let Some(Held::Reserved { ours: Some(former) }) = held {
                return Ok(Some(format!(
                    "This address cannot be added now. {} Give another address, or contact Customer Success and name the reference code {code}.",
                    self.whose_it_was(former)
                )));
            }
            return Ok(Some(format!(
                "This address cannot be added now, because many addresses were tried in the last hour. Try again at {}, or contact Customer Success and name the reference code {code}.",
                clock::local(again_at, &self.zone).strftime("%H:%M")
            )));
        }
        Ok(None)
    }

    fn open_case(&mut self, typed: &str, username: &Username, rule: ConflictRule) -> String {
        let case = Case::open(typed, username, rule);
        let code = case.code.clone();
        self.cases.push(case);
        code
    }

    fn draw(&mut self, connection: &mut db::Connection) -> QueryResult<bool> {
        if self.spent_until.is_some() {
            return Ok(false);
        }
        if std::mem::take(&mut self.in_hand) {
            self.in_hand = self.take(connection)?;
            return Ok(true);
        }
        self.take(connection)
    }

    fn take(&mut self, connection: &mut db::Connection) -> QueryResult<bool> {
        match users::take_look_up(connection, self.author.account_id, self.now)? {
            LookUp::Drawn => Ok(true),
            LookUp::SpentUntil(again_at) => {
                self.spent_until = Some(again_at);
                Ok(false)
            }
        }
    }

    fn whose_it_was(&self, former: &FormerUsername) -> String {
        let day = |moment| clock::local(moment, &self.zone).strftime("%-d %B %Y");
        format!(
            "Until {} it was the username of {}, who has {} now; it is kept for them until {}.",
            day(former.changed_at()),
            former.name,
            former.username,
            day(former.reserved_until)
        )
    }

    /// What was drawn and told nothing goes back.
    pub(super) fn end(&mut self, connection: &mut db::Connection) -> QueryResult<()> {
        if std::mem::take(&mut self.in_hand) {
            users::give_look_up_back(connection, self.author.account_id)?;
        }
        Ok(())
    }

    /// Records the addresses that were refused, in one order of rules for everybody: the rows that gather refusals
    /// are locked by it.
    pub(super) fn record(&self, tx: &mut db::Connection) -> QueryResult<()> {
        let mut cases: Vec<&Case> = self.cases.iter().collect();
        cases.sort_by_key(|case| case.rule().as_str());
        for case in cases {
            users::record_case(tx, self.author, case, self.now)?;
        }
        Ok(())
    }

    /// Gives back what was drawn for addresses of which nobody is told, since nothing could be written down.
    pub(super) fn give_back(&self, db: &Db) {
        let drawn = |case: &&Case| case.rule() != ConflictRule::BudgetSpent;
        for _ in self.cases.iter().filter(drawn) {
            let given =
                db.read(|connection| users::give_look_up_back(connection, self.author.account_id));
            if let Err(error) = given {
                tracing::warn!(%error, "a look-up was not given back");
                return;
            }
        }
    }
}
