//! The mails that did not leave, for trying the program out.

pub mod pages;
pub mod show;
