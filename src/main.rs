//! The one program: see `user-accounts --help`.

fn main() {}
