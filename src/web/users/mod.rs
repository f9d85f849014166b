//! The list of people and the pop-ups over it.

pub mod conflicts;
pub mod dialogs;
pub mod pages;
pub mod place;
