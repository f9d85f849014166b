//! New passwords for many: the pop-up and the page of outcomes.

pub mod pages;
