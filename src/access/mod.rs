//! How a person gets in: signing in, an own password, a forgotten one.

mod arrivals;
mod current;
mod own_password;
mod recovery;
mod recovery_codes;
pub mod recovery_mail;
pub mod second_factor;
pub mod second_factor_mail;
mod sign_in;
pub mod temporary_password;
mod totp;

pub use arrivals::forget_sources;
pub use current::{SignedIn, current};
pub use own_password::{
    ChooseError, ChoosePassword, ProductWords, check_current, choose, choose_by_link,
};
pub use recovery::{LinkHolder, link_holder, request_link};
pub use sign_in::{Arrival, SignInAttempt, SignInError, sign_in, sign_out};
pub use totp::{Enrolment, enrolment};
