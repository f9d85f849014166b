//! What happened to one person.

pub mod of_user;
pub mod pages;
pub mod sentence;
