//! The account's budget of look-ups in other accounts, while lines are decided.

use diesel::QueryResult;
use time::OffsetDateTime;

use crate::db;
use crate::history::Author;
use crate::users::{self, ConflictRule, Held, Username};

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
    pub(super) fn begin(
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
    pub(super) fn refusal(
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
    pub(super) fn end(self, tx: &mut db::Connection) -> QueryResult<()> {
        if self.in_hand {
            users::give_look_up_back(tx, self.author.account_id)?;
        }
        Ok(())
    }
}
