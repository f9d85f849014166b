//! Making up people, the same ones for the same seed.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::names::{
    COMPANY_ENDS, COMPANY_STARTS, CULTURES, Culture, DEPARTMENTS, RARE_ENDS, RARE_STARTS,
};
use crate::users::{Profile, fold};

/// How many have a last name that hardly anybody has.
const RARE_LAST_NAME: f64 = 0.04;
/// How many have names of two cultures.
const MIXED: f64 = 0.12;
const NO_TITLE: f64 = 0.06;
const NO_PHONE: f64 = 0.15;

/// A source of people.
pub(super) struct People {
    rng: StdRng,
}

impl People {
    /// The same seed makes the same people; another `stream` of it others.
    pub(super) fn new(seed: u64, stream: u64) -> People {
        let mut bytes = [0; 32];
        let (first, rest) = bytes.split_at_mut(8);
        first.copy_from_slice(&seed.to_le_bytes());
        if let Some(second) = rest.first_chunk_mut() {
            *second = stream.to_le_bytes();
        }
        People {
            rng: StdRng::from_seed(bytes),
        }
    }

    /// Somebody, with what stands before the `@` in their address.
    pub(super) fn next(&mut self) -> (Profile, String) {
        let culture = self.culture();
        let first_name = self.often(culture.first_names);
        let last_name = if self.chance(RARE_LAST_NAME) {
            format!("{}{}", self.any(&RARE_STARTS), self.any(&RARE_ENDS))
        } else if self.chance(MIXED) {
            let other = self.culture();
            self.often(other.last_names).to_string()
        } else {
            self.often(culture.last_names).to_string()
        };
        let place = self.skewed(DEPARTMENTS.len());
        let (department, titles) = DEPARTMENTS.get(place).copied().unwrap_or_default();
        let title = if self.chance(NO_TITLE) {
            ""
        } else {
            self.often(titles)
        };
        let profile = Profile {
            first_name: first_name.to_string(),
            last_name,
            title: title.to_string(),
            department: department.to_string(),
            phone: self.phone(),
        };
        let local = local_part(&profile.first_name, &profile.last_name);
        (profile, local)
    }

    /// What a company is called.
    pub(super) fn company(&mut self) -> String {
        format!("{} {}", self.any(&COMPANY_STARTS), self.any(&COMPANY_ENDS))
    }

    /// Numbers that nobody has (555-0100 to 0199), with extensions.
    fn phone(&mut self) -> String {
        if self.chance(NO_PHONE) {
            return String::new();
        }
        let line = self.number(100, 200);
        if self.chance(0.5) {
            format!("+1 781 555 0{line}")
        } else {
            format!("781.555.0{line} ext. {}", self.number(100, 1_000))
        }
    }

    fn culture(&mut self) -> &'static Culture {
        let all: u32 = CULTURES.iter().map(|culture| culture.weight).sum();
        let mut draw = self.rng.random_range(0..all);
        for culture in CULTURES {
            if draw < culture.weight {
                return culture;
            }
            draw -= culture.weight;
        }
        &CULTURES[0]
    }

    /// One of the first ones more often than one of the last.
    fn often(&mut self, words: &'static [&'static str]) -> &'static str {
        let place = self.skewed(words.len());
        words.get(place).copied().unwrap_or_default()
    }

    /// A place among `count`, the first ones more often.
    fn skewed(&mut self, count: usize) -> usize {
        (self.fraction().powi(2) * count as f64) as usize
    }

    fn any(&mut self, words: &'static [&'static str]) -> &'static str {
        let place = self.rng.random_range(0..words.len());
        words.get(place).copied().unwrap_or_default()
    }

    /// True so often.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// From 0 to under 1.
    pub(super) fn fraction(&mut self) -> f64 {
        self.rng.random()
    }

    /// A whole number from `from` to under `to`.
    pub(super) fn number(&mut self, from: i64, to: i64) -> i64 {
        self.rng.random_range(from..to.max(from + 1))
    }
}

/// `first.last` in plain letters.
pub(super) fn local_part(first_name: &str, last_name: &str) -> String {
    let plain = |name: &str| -> String {
        fold(name)
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect()
    };
    format!("{}.{}", plain(first_name), plain(last_name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::users::Username;

    #[test]
    fn every_made_up_person_could_have_been_typed_in() {
        let mut people = People::new(7, 0);
        for _ in 0..5_000 {
            let (profile, local) = people.next();
            assert_eq!(Profile::parse(&profile).as_ref(), Ok(&profile));
            let username = Username::parse(&format!("{local}@company.example"));
            assert!(username.is_ok(), "{local}");
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_people_and_another_stream_others() {
        let ten = |seed, stream| -> Vec<_> {
            let mut people = People::new(seed, stream);
            (0..10).map(|_| people.next()).collect()
        };
        assert_eq!(ten(7, 1), ten(7, 1));
        assert_ne!(ten(7, 1), ten(7, 2));
        assert_ne!(ten(7, 1), ten(8, 1));
    }

    #[test]
    fn some_names_are_common_and_some_are_rare() {
        let mut people = People::new(7, 0);
        let mut times: HashMap<String, u32> = HashMap::new();
        for _ in 0..20_000 {
            *times.entry(people.next().0.last_name).or_default() += 1;
        }
        assert!(times["Smith"] > 600, "{}", times["Smith"]);
        assert!(times.values().filter(|times| **times <= 3).count() > 300);
    }
}
