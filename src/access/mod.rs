//! How a person gets in: signing in, an own password, a forgotten one.

mod current;
mod expired;
mod own_password;
mod recovery;
pub mod recovery_mail;
mod sign_in;
pub mod temporary_password;

pub use current::{SignedIn, current};
pub use expired::delete_expired;
pub use own_password::{ChooseError, ChoosePassword, ProductWords, choose, choose_by_link};
pub use recovery::{LinkHolder, link_holder, request_link};
pub use sign_in::{Arrival, SignInAttempt, SignInError, sign_in, sign_out};
