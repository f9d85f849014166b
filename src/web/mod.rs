//! What a browser sees: pages, forms, files. The only part that knows HTTP.

pub mod access;
pub mod accounts;
pub mod activity;
pub mod app;
pub mod assets;
pub mod bar;
pub mod blocking;
pub mod components;
pub mod compress;
mod connections;
pub mod context;
pub mod csv_stream;
pub mod error;
pub mod error_frame;
pub mod error_page;
pub mod flash;
pub mod form;
pub mod guard;
pub mod headers;
pub mod health;
pub mod help;
pub mod history;
pub mod imports;
pub mod input;
pub mod layout;
/// The preview of mails where no mail server is set.
pub mod mailbox;
pub mod metrics;
pub mod origin;
pub mod page;
mod panics;
pub mod password_resets;
pub mod redirect;
pub mod return_to;
pub mod routes;
#[cfg(test)]
mod samples;
pub mod server;
mod short_cookie;
pub mod training;
pub mod unbroken;
mod unsaved;
pub mod users;
pub mod when;
