//! Password resets that an administrator starts: for selected users or for everyone who is active.

mod outcome;
mod reset;

pub use outcome::{
    Counts, Details, OUTCOMES_BATCH, OUTCOMES_PAGE, Outcome, PersonOutcome, details, people,
    people_after, retry_failed,
};
pub use reset::{
    LeftOut, OmissionReason, Reset, ResetError, ResetPasswords, reset, was_reset_since,
};
