//! Training: the pop-up and the page that shows where a request stands.

pub mod acts;
pub mod attendance;
pub mod export;
pub mod left_out;
pub mod list;
pub mod pages;
pub mod standing;
pub mod start;
mod words;
