//! Who is signed in, and how often something may be tried. Knows no users beyond an id.

mod session;
pub mod throttle;

pub use session::{
    ABSOLUTE_LIFE, CLOCK_WAS_AHEAD, Digest, IDLE_LIFE, NewSession, SECOND_FACTOR_LIFE, Token,
    count, delete_expired, end, end_all, end_if_expired, end_others, is_there, leave_flash,
    leave_flash_where_none_waits, start, take_flash, touch,
};
