//! How a person gets in: signing in, an own password, a forgotten one.

mod current;
mod own_password;
mod recovery;
mod sign_in;
mod temporary_password;

pub use current::{SignedIn, current};
pub use own_password::{ChooseError, ChoosePassword, ProductWords, choose, choose_by_link};
pub use recovery::{LinkHolder, link_holder, request_link};
pub use sign_in::{Arrival, SignInAttempt, SignInError, sign_in, sign_out};
