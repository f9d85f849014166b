//! What tests of the mail worker stand on: a PostgreSQL, a mail server, and people to write to.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod people;
pub mod postgres;
pub mod self_signed;
pub mod smtp_sink;
pub mod workers;
