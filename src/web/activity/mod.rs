//! The account's history, with filters and as CSV.

pub mod export;
pub mod filter;
pub mod list;
pub mod pages;
