//! The company: its name, domains, seats, administrators and time zone.

pub mod account;
pub mod pages;
pub mod second_factor;
pub mod time_zones;
