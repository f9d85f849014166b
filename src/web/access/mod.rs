//! Getting in: signing in, the forgotten and the own password.

pub mod forgot;
pub mod home;
pub mod pages;
pub mod password;
pub mod qr;
pub mod recovery_codes;
pub mod second_factor;
mod second_factor_code;
pub mod second_factor_pages;
pub mod second_factor_settings;
pub mod sign_in;
