//! The seats that a choice of lines needs, in words.

use crate::imports::Details;
use crate::web::components::{Seats, grouped, people};

/// How many seats the chosen lines need, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatsNeeded {
    /// Of the account.
    seats: Seats,
    /// By the lines that are chosen; who takes somebody's place needs none.
    needed: u64,
    /// Chosen lines for which none is left.
    without: u64,
    /// Whether there are chosen lines that take somebody's place.
    replacing: bool,
}

impl SeatsNeeded {
    /// As the import and the account stand.
    pub fn new(details: &Details) -> SeatsNeeded {
        SeatsNeeded {
            seats: Seats {
                used: u32::try_from(details.active_users).unwrap_or_default(),
                total: u32::try_from(details.seats).unwrap_or_default(),
            },
            needed: details.counts.seats_needed().unsigned_abs(),
            without: details.counts.without_seat().unsigned_abs(),
            replacing: details.counts.replace_chosen > 0,
        }
    }

    /// `3 seats are needed and 2 of 20 are free.`
    pub fn sentence(&self) -> String {
        let needed = match self.needed {
            0 => return self.seats.sentence(),
            1 => "1 seat is needed".to_owned(),
            many => format!("{} seats are needed", grouped(many)),
        };
        let total = grouped(self.seats.total.into());
        let free = match self.seats.free() {
            0 => format!(
                "none is free: {} of {total} are in use",
                grouped(self.seats.used.into())
            ),
            1 => format!("1 of {total} is free"),
            many => format!("{} of {total} are free", grouped(many.into())),
        };
        let so = match (self.seats.free(), self.without) {
            (0, _) | (_, 0) => String::new(),
            (_, 1) => ", so the last person who needs one cannot be imported".to_owned(),
            (_, many) => format!(
                ", so the last {} people who need one cannot be imported",
                grouped(many)
            ),
        };
        format!("{needed} and {free}{so}.")
    }

    /// That there are too few, and what to do.
    pub fn short(&self) -> Option<(String, String)> {
        if self.without == 0 {
            return None;
        }
        // Whoever is in beyond the seats has to go first.
        let missing = (self.needed + u64::from(self.seats.used))
            .saturating_sub(u64::from(self.seats.total))
            .max(self.without);
        let deactivate = match missing {
            1 => "deactivate a user".to_owned(),
            many => format!("deactivate {}", people(many)),
        };
        let ask = match missing {
            1 => "1 more seat".to_owned(),
            many => format!("{} more seats", grouped(many)),
        };
        let none_left = match (self.seats.free(), self.without) {
            (0, _) => "No seat is free.".to_owned(),
            (_, 1) => "No seat is left for the last person who needs one.".to_owned(),
            (_, many) => format!(
                "No seat is left for the last {} people who need one.",
                grouped(many)
            ),
        };
        let what_to_do = match self.seats.free() {
            0 if self.replacing => format!(
                "Only those who replace somebody can be imported. For the others {deactivate} first, or ask Customer Success for {ask}."
            ),
            0 => format!(
                "Nobody can be added or reactivated. {} first, or ask Customer Success for {ask}.",
                deactivate.replacen('d', "D", 1)
            ),
            _ => format!(
                "Leave out others instead, {deactivate} first, or ask Customer Success for {ask}."
            ),
        };
        Some((none_left, what_to_do))
    }
}
