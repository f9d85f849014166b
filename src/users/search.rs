//! What is typed into the search field, as a condition on people.

use super::needs::Needs;
use super::profile::fold;
use crate::db::Statement;

/// Words of a search that are looked for; the rest is ignored.
const WORDS: usize = 8;
/// Words that the index is asked for, the longest: each is a statement of its own to the planner, and
/// more than these narrow nothing.
const INDEXED_WORDS: usize = 3;
/// The index knows three letters in a row.
const TRIGRAM: usize = 3;

/// A search and a chip as conditions, to be added to others: each empty, or beginning with "and".
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// The words, for rows of `users` or `user_search` that are looked at one by one.
    plain: String,
    /// The words, for the index of `user_search`.
    indexed: String,
    /// The chip, for rows of `users`.
    needed: String,
    /// The chip, for rows of `open_password_mails`; empty where it is not about them.
    open_mails: String,
}

impl Condition {
    /// Binds the words of `search` in `statement`.
    pub(super) fn of(statement: &mut Statement, search: &str, needs: Option<Needs>) -> Condition {
        let mut condition = Condition::default();
        let (indexed, others) = split(patterns(search));
        for pattern in indexed {
            let place = statement.place_for(pattern);
            let like = format!(" and search_text like {place}");
            condition.plain.push_str(&like);
            condition.indexed.push_str(&like);
        }
        if !others.is_empty() {
            let place = statement.place_for(others);
            condition
                .plain
                .push_str(&format!(" and search_text like all ({place})"));
            // An expression, not the column: asked for a word that it does not know, the index would
            // be read from end to end.
            condition
                .indexed
                .push_str(&format!(" and search_text || '' like all ({place})"));
        }
        if let Some(needs) = needs {
            condition.needed = format!(" and {}", needs.condition());
            condition.open_mails = needs
                .on_open_mails()
                .map(|open| format!(" and {open}"))
                .unwrap_or_default();
        }
        condition
    }

    /// For rows of `users` that are looked at one by one.
    pub(super) fn on_users(&self) -> String {
        format!("{}{}", self.plain, self.needed)
    }

    /// The table, with the columns beside the account, whose rows are looked at one by one where no
    /// order is asked for: the narrow one, unless the chip wants to know more.
    pub(super) fn looked_at(&self) -> (&'static str, &'static str) {
        if self.needed.is_empty() {
            ("user_search", "id, active, search_text")
        } else {
            (
                "users",
                "id, active, search_text, training, last_sign_in_at, password_mail_state, password_mail_at",
            )
        }
    }

    /// Whom the index finds in the account `account` (a place for a value), to stand behind "from": the words by
    /// the index of letters, a chip alone by its own. `with_users` where a column of `users` is wanted that
    /// `user_search` does not have.
    pub(super) fn found(&self, account: &str, with_users: bool) -> String {
        let Condition {
            indexed,
            needed,
            open_mails,
            ..
        } = self;
        if indexed.is_empty() && !open_mails.is_empty() {
            // One by one, by "offset 0": joined, the planner may read every user of the account.
            return format!(
                "(select id as found_id from open_password_mails where account_id = {account}{open_mails}) as open_mails
                 cross join lateral (
                     select * from users where account_id = {account} and users.id = open_mails.found_id offset 0
                 ) as person
                 where true{needed}"
            );
        }
        let table = match (indexed.is_empty(), needed.is_empty() && !with_users) {
            (true, _) => "users",
            (false, true) => "user_search",
            (false, false) => {
                "user_search join users using (account_id, id, active, search_text, username, name_key)"
            }
        };
        format!("{table} where account_id = {account}{indexed}{needed}")
    }
}

/// A `like` pattern for each word: any part of it, `%` and `_` taken literally.
fn patterns(search: &str) -> Vec<String> {
    fold(search)
        .split_whitespace()
        .take(WORDS)
        .map(|word| {
            let literal = word
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            format!("%{literal}%")
        })
        .collect()
}

/// What the index can look up, the longest first, and the others.
fn split(mut patterns: Vec<String>) -> (Vec<String>, Vec<String>) {
    // Letters beyond ASCII are no letters to a database in the "C" locale.
    let is_known = |pattern: &str| {
        pattern
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|run| run.len() >= TRIGRAM)
    };
    patterns.sort_by_key(|pattern| (!is_known(pattern), std::cmp::Reverse(pattern.len())));
    let known = patterns.iter().take_while(|pattern| is_known(pattern));
    let others = patterns.split_off(known.count().min(INDEXED_WORDS));
    (patterns, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_a_pattern_and_wildcards_are_literal() {
        assert_eq!(
            patterns(" M\u{fc}LL  50% a_b c\\d "),
            ["%mull%", "%50\\%%", "%a\\_b%", "%c\\\\d%"]
        );
        assert!(patterns("  ").is_empty());
    }

    #[test]
    fn the_index_is_asked_for_the_longest_words_that_it_knows() {
        let words = |search| split(patterns(search));
        assert_eq!(
            words("al meyer"),
            (vec!["%meyer%".into()], vec!["%al%".into()])
        );
        assert_eq!(
            words("a-b c.d"),
            (vec![], vec!["%a-b%".into(), "%c.d%".into()])
        );
        let (indexed, others) = words("one three eleven twelve %%%%%%%%");
        assert_eq!(indexed, ["%eleven%", "%twelve%", "%three%"]);
        assert_eq!(others.len(), 2);
    }
}
