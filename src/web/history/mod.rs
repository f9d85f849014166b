//! What happened to one person.

pub mod pages;
