//! Demonstration data: the demo account, small and told in detail, and large accounts by the million.

mod account;
mod cast;
mod generate;
mod names;
mod past;
mod people;

pub use account::{
    ACTIVE_HERE, DemoError, DemoSignIn, ELSEWHERE, INACTIVE_HERE, RESERVED, create_demo_account,
};
pub use generate::generate;
