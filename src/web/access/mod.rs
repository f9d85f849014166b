//! Getting in: signing in, the forgotten and the own password.

pub mod forgot;
pub mod home;
pub mod pages;
pub mod password;
pub mod sign_in;
