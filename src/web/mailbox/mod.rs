//! The preview of mails where no mail server is set.

pub mod pages;
pub mod show;
