//! Making up people, the same ones for the same seed.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::names::{DEPARTMENTS, FIRST_NAMES, LAST_NAMES};
use crate::users::{Profile, fold};

/// A source of people.
pub struct People {
    rng: StdRng,
}

impl People {
    /// The same seed makes the same people.
    pub fn new(seed: u64) -> People {
        People {
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// Somebody, with what stands before the `@` in their address; `number` keeps it unique.
    pub fn next(&mut self, number: Option<u64>) -> (Profile, String) {
        let first = self.often(&FIRST_NAMES);
        let last = self.often(&LAST_NAMES);
        let (department, titles) = *DEPARTMENTS.choose(&mut self.rng).unwrap_or(&DEPARTMENTS[0]);
        let title = titles.choose(&mut self.rng).copied().unwrap_or_default();
        let phone = format!("781.555.{:04}", self.rng.random_range(100..10_000));
        let profile = Profile {
            first_name: first.to_string(),
            last_name: last.to_string(),
            title: title.to_string(),
            department: department.to_string(),
            phone: if self.chance(0.85) {
                phone
            } else {
                String::new()
            },
        };
        let mut local: String = fold(&format!("{first}.{last}"))
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
            .collect();
        if let Some(number) = number {
            local.push_str(&number.to_string());
        }
        (profile, local)
    }

    /// One of the first ones more often than one of the last.
    fn often(&mut self, names: &[&'static str]) -> &'static str {
        let place: f64 = self.rng.random::<f64>().powi(2) * names.len() as f64;
        names.get(place as usize).copied().unwrap_or("Alex")
    }

    /// True so often.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random::<f64>() < probability
    }

    /// A whole number from `from` to under `to`.
    pub fn number(&mut self, from: i64, to: i64) -> i64 {
        self.rng.random_range(from..to)
    }
}
