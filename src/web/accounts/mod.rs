//! The company: its name, domains, seats, administrators and time zone.

pub mod account;
pub mod pages;
