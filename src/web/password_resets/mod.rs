//! New passwords for many: the pop-up and the page of outcomes.

pub mod export;
pub mod outcome;
pub mod pages;
pub mod start;
