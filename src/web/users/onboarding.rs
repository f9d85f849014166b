//! Onboarding at a glance: of the active people, who came and who was trained, as two small bars whose
//! parts are links. Drawn from the counts that the chips need anyway: no query of its own.

use askama::Template;

use super::chips::Chip;
use crate::users::{Count, Needs};
use crate::web::bar::{Bar, Part};
use crate::web::components::grouped;

/// Both pictures.
#[derive(Debug, Clone, Default)]
pub struct Onboarding {
    /// Who signed in, whose mail failed, whose password ran out.
    pub came: Picture,
    /// Who was trained, and for whom it is asked for.
    pub trained: Picture,
}

/// A sum, its parts as a bar, and a link to the people of each part.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "users/picture.html")]
pub struct Picture {
    /// `113 of 120 signed in`; empty where there is nothing to say.
    pub words: String,
    /// The parts; nothing where there are none.
    pub bar: Option<Bar>,
    /// The parts as links, in words.
    pub chips: Vec<Chip>,
}

impl askama::filters::HtmlSafe for Picture {}

/// The pictures of an account with so many active users.
pub fn onboarding(active: i64, counts: &[(Needs, Count)], chips: Vec<Chip>) -> Onboarding {
    let count = |needs| {
        counts
            .iter()
            .find(|(need, _)| *need == needs)
            .map_or(Count::default(), |(_, count)| *count)
    };
    let never = count(Needs::NeverSignedIn);
    let (failed, expired) = (count(Needs::MailFailed), count(Needs::PasswordExpired));
    let never_trained = count(Needs::NeverTrained).people;
    let requested = count(Needs::TrainingRequested).people;
    let (of_training, of_coming): (Vec<Chip>, Vec<Chip>) = chips
        .into_iter()
        .partition(|chip| matches!(chip.needs, Needs::NeverTrained | Needs::TrainingRequested));

    // Everybody is in one part. Where counting stopped, that part is left to the ground of the bar: it shows
    // what is known.
    let signed_in = active - never.never_came;
    let (came, expired_part) = if expired.at_least {
        (signed_in, 0)
    } else {
        let others = failed.people + expired.people + never.people;
        (active - others, expired.people)
    };
    let trained = active - never_trained - requested;
    Onboarding {
        came: Picture {
            words: words(active, signed_in, "signed in"),
            bar: Some(Bar::of(
                active,
                &[
                    (Part::Done, came),
                    (Part::Problem, failed.people),
                    (Part::Attention, expired_part),
                ],
            )),
            chips: of_coming,
        },
        trained: Picture {
            words: words(active, trained, "trained"),
            bar: Some(Bar::of(
                active,
                &[(Part::Done, trained), (Part::UnderWay, requested)],
            )),
            chips: of_training,
        },
    }
}

/// `113 of 120 signed in`.
fn words(active: i64, done: i64, what: &str) -> String {
    let [done, all] = [done, active].map(|count| grouped(count.unsigned_abs()));
    format!("{done} of {all} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: [(i64, i64); 5]) -> Vec<(Needs, Count)> {
        Needs::ALL
            .into_iter()
            .zip(values.map(|(people, never_came)| Count {
                people,
                never_came,
                at_least: false,
            }))
            .collect()
    }

    #[test]
    fn everybody_is_in_one_part_of_a_bar_and_the_words_count_whoever_ever_signed_in() {
        // One whose mail failed had signed in before: drawn where their mail is.
        let counts = counts([(2, 1), (3, 3), (6, 10), (5, 0), (50, 0)]);
        let drawn = onboarding(100, &counts, Vec::new());
        assert_eq!(drawn.came.words, "90 of 100 signed in");
        assert_eq!(
            drawn.came.bar.unwrap().percents(),
            ["0.0+89.0", "89.0+2.0", "91.0+3.0"],
        );
        assert_eq!(drawn.trained.words, "45 of 100 trained");
        assert_eq!(
            drawn.trained.bar.unwrap().percents(),
            ["0.0+45.0", "45.0+5.0"]
        );
    }

    #[test]
    fn one_of_many_is_drawn_wider_than_they_are_to_be_seen() {
        let counts = counts([(1, 1), (0, 0), (100, 101), (0, 0), (0, 0)]);
        let drawn = onboarding(1_000, &counts, Vec::new());
        assert_eq!(drawn.came.bar.unwrap().percents(), ["0.0+89.9", "89.9+1.5"]);
    }

    #[test]
    fn thousands_are_told_exactly_and_where_counting_stopped_the_bar_leaves_that_part_out() {
        let mut counts = counts([
            (2_000, 1_000),
            (1_000, 900),
            (28_000, 31_001),
            (5_000, 0),
            (45_000, 0),
        ]);
        counts[1].1.at_least = true;
        let drawn = onboarding(100_000, &counts, Vec::new());
        assert_eq!(drawn.came.words, "68,999 of 100,000 signed in");
        assert_eq!(
            drawn.came.bar.unwrap().percents(),
            ["0.0+68.9", "68.9+2.0"],
            "those whose mail failed follow; those whose password ran out are not drawn"
        );
        assert_eq!(drawn.trained.words, "50,000 of 100,000 trained");
    }
}
