//! Passwords as such: what a good one is, how it is stored, how a random one is made. Knows no users.

mod generate;
mod hashing;
mod policy;

pub use generate::{TemporaryDigest, generate};
pub use hashing::{Busy, Hasher, HashingLoad, Verdict, hashing_threads};
pub use policy::{About, OwnPassword, PasswordProblem, SHORTEST, of_the_right_length, or_nothing};
