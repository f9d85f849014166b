//! What to do for each task, on a page of its own; the pop-ups show their part of it.

pub mod pages;
pub mod show;
