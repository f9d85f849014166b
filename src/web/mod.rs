//! What a browser sees: pages, forms, files. The only part that knows HTTP.

pub mod access;
pub mod accounts;
pub mod assets;
pub mod components;
pub mod error_page;
pub mod flash;
pub mod form;
pub mod history;
pub mod layout;
pub mod mailbox;
pub mod password_resets;
#[cfg(test)]
mod samples;
pub mod training;
pub mod users;
