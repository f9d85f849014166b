//! Getting in: signing in, the forgotten and the own password.

pub mod pages;
