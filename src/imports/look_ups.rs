//! The account's budget of look-ups in other accounts, while lines are decided.

use diesel::QueryResult;
use jiff::tz::TimeZone;
use time::OffsetDateTime;

use crate::accounts::Account;
use crate::clock;
use crate::db;
use crate::history::Author;
use crate::users::{self, ConflictRule, FormerUsername, Held, LookUp, Username};

/// Why the question is asked. A check tells what is free without taking it, so that it tells nothing
/// at all about new addresses once the look-ups are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Before anything is done.
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
    /// Drawn before the first line, not yet used.
    in_hand: bool,
    /// Nothing is left, until this moment.
    spent_until: Option<OffsetDateTime>,
    /// The reference code of what is refused for want of look-ups: one for all.
    code: Option<String>,
}

impl<'a> LookUps<'a> {
    /// A check draws one look-up before it says anything about new addresses.
    pub(super) fn begin(
        tx: &mut db::Connection,
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
        };
        if asked == Asked::ToCheck && any_new {
            look_ups.in_hand = look_ups.draw(tx)?;
        }
        Ok(look_ups)
    }

    /// Why an address that nobody of this account has cannot be added, if so.
    pub(super) fn refusal(
        &mut self,
        tx: &mut db::Connection,
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
            && self.draw(tx)?
        {
            let code = users::open_case(tx, self.author, typed, username, rule, self.now)?;
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

    fn draw(&mut self, tx: &mut db::Connection) -> QueryResult<bool> {
        if self.spent_until.is_some() {
            return Ok(false);
        }
        if std::mem::take(&mut self.in_hand) {
            return Ok(true);
        }
        match users::take_look_up(tx, self.author.account_id, self.now)? {
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
    pub(super) fn end(self, tx: &mut db::Connection) -> QueryResult<()> {
        if self.in_hand {
            users::give_look_up_back(tx, self.author.account_id)?;
        }
        Ok(())
    }
}
