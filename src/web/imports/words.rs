//! The words of an import's lines and counts.

use super::pages::{ImportLine, LineCount, Stage, WholeChoice, persons};
use crate::imports::{Counts, Shown, StoredLine, Verdict};
use crate::web::components::Tone;
use crate::web::users::place::Place;

/// Longest username by which a list is called, in characters.
const LONGEST_USERNAME: usize = 60;

/// What a list is called: by its file; where it was pasted by its first address, as long as that is one.
pub fn list_name(file: &str, first_username: &str, lines: i64) -> String {
    let pasted = "Pasted list";
    match file {
        "" if !first_username.contains('@') => pasted.to_string(),
        "" => {
            let first: String = first_username.chars().take(LONGEST_USERNAME).collect();
            let others = if lines > 1 { " …" } else { "" };
            format!("{pasted}: {first}{others}")
        }
        file => file.to_string(),
    }
}

/// A line in words.
pub fn line(stored: &StoredLine, stage: Stage, no_seat_from: Option<i32>) -> ImportLine {
    let verdict = Verdict::from_name(&stored.verdict).unwrap_or(Verdict::Refused);
    let left_out = verdict.is_importable() && !stored.chosen;
    let no_seat = stored.has_no_seat(no_seat_from);
    let (words, tone) = match (stored.outcome.as_deref(), verdict) {
        (Some("added" | "replaced"), _) => ("Added", Tone::Quiet),
        (Some("reactivated"), _) => ("Reactivated", Tone::Quiet),
        (Some("unchanged"), _) | (None, Verdict::Unchanged) => ("Unchanged", Tone::Quiet),
        (Some(_), _) | (None, Verdict::Refused) => ("Refused", Tone::Problem),
        (None, _) if left_out => ("Left out", Tone::Attention),
        (None, _) if no_seat => ("No seat is left", Tone::Attention),
        (None, Verdict::Add) if stage == Stage::Checked => ("Will be added", Tone::Quiet),
        (None, Verdict::Reactivate) if stage == Stage::Checked => {
            ("Will be reactivated", Tone::Quiet)
        }
        (None, Verdict::Replace) if stage == Stage::Checked => ("Will replace", Tone::Quiet),
        (None, Verdict::Add | Verdict::Reactivate | Verdict::Replace) => ("Waiting", Tone::Quiet),
    };
    let (username, first_name, last_name, ..) = &stored.fields;
    ImportLine {
        position: stored.position,
        line: stored.line,
        username: username.clone(),
        href: stored.user_id.map(|id| Place::default().user_href(&id)),
        name: format!("{first_name} {last_name}").trim().to_string(),
        verdict: words,
        reason: match verdict {
            _ if left_out => String::new(),
            Verdict::Reactivate if no_seat => {
                "Is inactive. Would come back with the details they had.".to_string()
            }
            _ if no_seat => String::new(),
            _ => stored.reason.clone(),
        },
        tone,
        chosen: (stage == Stage::Checked && verdict.is_importable()).then_some(stored.chosen),
    }
}

/// The name of a filter in URLs; nothing for all lines.
pub fn shown_name(shown: Shown) -> Option<&'static str> {
    match shown {
        Shown::All => None,
        Shown::Of(verdict) => Some(verdict.as_str()),
        Shown::NoSeat => Some("no_seat"),
        Shown::LeftOut => Some("left_out"),
    }
}

/// The filter of that name; all lines for any other.
pub fn shown(name: &str) -> Shown {
    match (Verdict::from_name(name), name) {
        (Some(verdict), _) => Shown::Of(verdict),
        (None, "left_out") => Shown::LeftOut,
        (None, "no_seat") => Shown::NoSeat,
        (None, _) => Shown::All,
    }
}

/// The counts of a stage, each a filter.
pub fn counts(path: &str, counts: &Counts, stage: Stage, now_shown: Shown) -> Vec<LineCount> {
    let checked = stage == Stage::Checked;
    let (added, reactivated, replaced) = if checked {
        (
            counts.add_chosen - counts.add_no_seat,
            counts.reactivate_chosen - counts.reactivate_no_seat,
            counts.replace_chosen,
        )
    } else {
        (counts.added, counts.reactivated, counts.replaced)
    };
    [
        (
            added,
            if checked { "will be added" } else { "added" },
            Shown::Of(Verdict::Add),
        ),
        (
            reactivated,
            if checked {
                "will be reactivated"
            } else {
                "reactivated"
            },
            Shown::Of(Verdict::Reactivate),
        ),
        (
            replaced,
            if checked { "will replace" } else { "replaced" },
            Shown::Of(Verdict::Replace),
        ),
        (counts.without_seat(), "without a seat", Shown::NoSeat),
        (
            counts.unchanged + counts.unchanged_at_run,
            "unchanged",
            Shown::Of(Verdict::Unchanged),
        ),
        (counts.all_refused(), "refused", Shown::Of(Verdict::Refused)),
        (counts.left_out(), "left out", Shown::LeftOut),
    ]
    .into_iter()
    .filter(|(count, _, shown)| *count > 0 || *shown == Shown::Of(Verdict::Add))
    .map(|(count, label, shown)| {
        let active = shown == now_shown;
        let href = match shown_name(shown).filter(|_| !active) {
            Some(name) => format!("{path}?show={name}"),
            None => path.to_string(),
        };
        LineCount {
            count: count.unsigned_abs(),
            label,
            href,
            active,
        }
    })
    .collect()
}

/// What can be taken in or left out as a whole.
pub fn choices(counts: &Counts) -> Vec<WholeChoice> {
    [
        (Verdict::Add, "be added", counts.add, counts.add_chosen),
        (
            Verdict::Reactivate,
            "be reactivated",
            counts.reactivate,
            counts.reactivate_chosen,
        ),
        (
            Verdict::Replace,
            "replace somebody",
            counts.replace,
            counts.replace_chosen,
        ),
    ]
    .into_iter()
    .filter(|(_, _, all, _)| *all > 0)
    .map(|(verdict, verb, all, chosen)| WholeChoice {
        verdict: verdict.as_str(),
        words: if all == chosen {
            format!("Chosen to {verb}: {}", persons(all.unsigned_abs()))
        } else {
            format!(
                "Chosen to {verb}: {chosen} of {}",
                persons(all.unsigned_abs())
            )
        },
        some_in: chosen > 0,
        some_out: chosen < all,
    })
    .collect()
}
