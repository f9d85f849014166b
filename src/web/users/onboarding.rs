//! Onboarding at a glance: of the active people, who came and who was trained, as two small bars whose
//! parts are links. Drawn from the counts that the chips need anyway: no query of its own.

use askama::Template;

use super::chips::Chip;
use crate::users::{COUNTED_MATCHES, Count, Needs};
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
    /// The parts; nothing where so many are counted that the sum is not exact.
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
    let never_came = count(Needs::NeverSignedIn).people;
    let (failed, expired) = (count(Needs::MailFailed), count(Needs::PasswordExpired));
    let never_trained = count(Needs::NeverTrained).people;
    let requested = count(Needs::TrainingRequested).people;
    let (of_training, of_coming): (Vec<Chip>, Vec<Chip>) = chips
        .into_iter()
        .partition(|chip| matches!(chip.needs, Needs::NeverTrained | Needs::TrainingRequested));

    let is_exact = |counts: &[i64]| counts.iter().all(|count| *count <= COUNTED_MATCHES);
    let came = is_exact(&[never_came, failed.people, expired.people]).then(|| {
        Bar::of(
            active,
            &[
                (Part::Done, active - never_came),
                (Part::Attention, expired.never_came),
                (Part::Problem, failed.never_came),
            ],
        )
    });
    let trained = is_exact(&[never_trained, requested]).then(|| {
        Bar::of(
            active,
            &[
                (Part::Done, active - never_trained - requested),
                (Part::UnderWay, requested),
            ],
        )
    });
    Onboarding {
        came: Picture {
            words: words(active, active - never_came, came.is_some(), "signed in"),
            bar: came,
            chips: of_coming,
        },
        trained: Picture {
            words: words(
                active,
                active - never_trained - requested,
                trained.is_some(),
                "trained",
            ),
            bar: trained,
            chips: of_training,
        },
    }
}

/// `113 of 120 signed in`. Where counting stopped, what is left is the most that it can be.
fn words(active: i64, done: i64, exact: bool, what: &str) -> String {
    let [done, all] = [done, active].map(|count| grouped(count.unsigned_abs()));
    let fewer = if exact { "" } else { "At most " };
    format!("{fewer}{done} of {all} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: [(i64, i64); 5]) -> Vec<(Needs, Count)> {
        Needs::ALL
            .into_iter()
            .zip(values.map(|(people, never_came)| Count { people, never_came }))
            .collect()
    }

    #[test]
    fn the_parts_of_a_bar_do_not_overlap_and_say_what_the_words_say() {
        // One whose mail failed had signed in before: a part of those who came.
        let counts = counts([(2, 1), (3, 3), (10, 10), (50, 0), (5, 0)]);
        let drawn = onboarding(100, &counts, Vec::new());
        assert_eq!(drawn.came.words, "90 of 100 signed in");
        assert_eq!(
            drawn.came.bar.unwrap().percents(),
            ["0.0+90.0", "90.0+3.0", "93.0+1.5"],
            "one of a hundred is drawn a little wider than it is, to be seen"
        );
        assert_eq!(drawn.trained.words, "45 of 100 trained");
        assert_eq!(
            drawn.trained.bar.unwrap().percents(),
            ["0.0+45.0", "45.0+5.0"]
        );
    }

    #[test]
    fn where_counting_stopped_no_bar_pretends_to_know() {
        let counts = counts([(0, 0), (0, 0), (1_001, 1_001), (1_001, 0), (0, 0)]);
        let drawn = onboarding(90_000, &counts, Vec::new());
        assert_eq!(drawn.came.words, "At most 88,999 of 90,000 signed in");
        assert!(drawn.came.bar.is_none() && drawn.trained.bar.is_none());
    }
}
