//! Small pieces that several pages are made of; each draws itself from `templates/components`.

use askama::Template;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
        }
    }
}

/// How much a word on the page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// All is well, nothing to do.
    #[default]
    Quiet,
    /// Something is open.
    Attention,
    /// Something failed.
    Problem,
}

impl Tone {
    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Attention => "attention",
            Self::Problem => "problem",
        }
    }
}

/// A person on a page other than the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Their pop-up.
    pub href: String,
}

/// Somebody who was chosen and is left out of an action, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// First and last name.
    pub name: String,
    /// Their address.
    pub username: String,
    /// Why, as the end of a sentence: `is inactive`, `was reset at 10:42`.
    pub reason: String,
}

/// Licences in use, drawn as a meter with its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Template)]
#[template(path = "components/meter.html")]
pub struct Seats {
    /// Active users.
    pub used: u32,
    /// Licences of the account.
    pub total: u32,
}

impl askama::filters::HtmlSafe for Seats {}

/// When this few seats are left, the meter warns.
const FEW_SEATS: u32 = 3;

impl Seats {
    /// How many more people can be active.
    pub fn free(&self) -> u32 {
        self.total.saturating_sub(self.used)
    }

    /// `118 of 120 seats`.
    pub fn words(&self) -> String {
        format!(
            "{} of {} seats",
            grouped(self.used.into()),
            grouped(self.total.into())
        )
    }

    /// Whether more are in use than there are: the seats were lowered.
    pub fn is_over(&self) -> bool {
        self.used > self.total
    }

    /// Whom to deactivate before one more can be active: `a user`, `21 users`.
    pub fn to_deactivate(&self) -> String {
        match self.used.saturating_sub(self.total) {
            0 => "a user".to_owned(),
            over => people(u64::from(over) + 1),
        }
    }

    /// What to know about it; empty when there is nothing to.
    pub fn warning(&self) -> String {
        let over = self.used.saturating_sub(self.total);
        match self.free() {
            _ if over > 0 => format!(
                "{} more in use than licensed. Deactivate {} before you add or reactivate anyone.",
                grouped(over.into()),
                self.to_deactivate(),
            ),
            0 => "No seat is free. Deactivate a user first.".to_owned(),
            1 => "1 seat is free.".to_owned(),
            few if few <= FEW_SEATS => format!("{few} seats are free."),
            _ => String::new(),
        }
    }

    /// What the pop-up for adding somebody says before anything is typed.
    pub fn sentence(&self) -> String {
        match self.free() {
            0 => "No seat is free.".to_owned(),
            1 => "1 seat is free.".to_owned(),
            free => format!("{} seats are free.", grouped(free.into())),
        }
    }

    /// Seats in use, at most all of them: a meter has an end.
    fn shown(&self) -> u32 {
        self.used.min(self.total)
    }

    /// The part of the meter that is filled, in percent with one digit.
    fn percent(&self) -> String {
        let per_mille = u64::from(self.shown()) * 1000 / u64::from(self.total.max(1));
        format!("{}.{}", per_mille / 10, per_mille % 10)
    }

    /// A company that has just come has few seats and nobody in them: that is no warning.
    fn class(&self) -> &'static str {
        match self.free() {
            0 => "full",
            _ if self.used <= 1 => "enough",
            few if few <= FEW_SEATS => "few",
            _ => "enough",
        }
    }
}

/// How far long work has come, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "components/progress.html")]
pub struct Progress {
    /// Pieces that are settled, well or not.
    pub done: u64,
    /// All pieces.
    pub total: u64,
    /// How long the rest will take, as words: `about 2 minutes left`.
    pub time_left: Option<String>,
}

impl askama::filters::HtmlSafe for Progress {}

impl Progress {
    /// How long the rest takes at the pace of the last `elapsed` seconds; nothing before there is a
    /// pace, or where it went on for so long that the pace says nothing.
    pub fn time_left(done: i64, waiting: i64, elapsed: i64) -> Option<String> {
        const ENOUGH_DONE: i64 = 20;
        const TOO_LONG_SECONDS: i64 = 3_600;
        if done < ENOUGH_DONE || waiting <= 0 || elapsed > TOO_LONG_SECONDS {
            return None;
        }
        let seconds = elapsed.max(1) * waiting / done;
        Some(match seconds {
            ..=20 => "a few seconds left".to_owned(),
            21..=90 => "about a minute left".to_owned(),
            _ => format!("about {} minutes left", (seconds + 30) / 60),
        })
    }

    /// `312 of 500 done, about 2 minutes left`.
    pub fn words(&self) -> String {
        let done = grouped(self.done);
        let total = grouped(self.total);
        match &self.time_left {
            _ if self.done >= self.total && self.total == 1 => "Done".to_owned(),
            _ if self.done >= self.total => format!("All {total} done"),
            Some(left) => format!("{done} of {total} done, {left}"),
            None => format!("{done} of {total} done"),
        }
    }
}

/// Links to the pages before and after this one; pages are reached by key, so there are no numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "components/pager.html")]
pub struct Pager {
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

impl askama::filters::HtmlSafe for Pager {}

impl Pager {
    /// Whether everything is on this page.
    pub fn is_single(&self) -> bool {
        self.previous.is_none() && self.next.is_none()
    }
}

/// A number with thin groups of three, as English writes it: `12,400`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// `1 user`, `12,400 users`.
pub fn people(count: u64) -> String {
    match count {
        1 => "1 user".to_owned(),
        many => format!("{} users", grouped(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let words: Vec<String> = [0, 999, 1_000, 12_400, 1_000_000].map(grouped).into();
        assert_eq!(words, ["0", "999", "1,000", "12,400", "1,000,000"]);
    }

    #[test]
    fn the_last_three_seats_warn() {
        let warning = |used| Seats { used, total: 120 }.warning();
        assert_eq!(warning(116), "");
        assert_eq!(warning(117), "3 seats are free.");
        assert_eq!(warning(119), "1 seat is free.");
        assert_eq!(warning(120), "No seat is free. Deactivate a user first.");
        assert!(warning(122).contains("Deactivate 3 users before"));
        let class = |used, total| Seats { used, total }.class();
        assert_eq!(
            (class(116, 120), class(117, 120), class(120, 120)),
            ("enough", "few", "full")
        );
        assert_eq!(
            (class(1, 3), class(2, 3)),
            ("enough", "few"),
            "one administrator alone is calm"
        );
    }
}
