//! `Import a list`: handing it in, the verdict on each line, the run, what was refused.

pub mod hand_in;
pub mod pages;
pub mod refused;
mod seats;
pub mod show;
pub mod start;
mod upload;
mod words;
