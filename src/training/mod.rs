//! Training that administrators ask the vendor for, and who attended it.

mod attendance;
mod forecast;
mod list;
mod missed;
mod omissions;
mod request;
mod retry;
mod roster;
mod rule;
mod status;
mod undo;
mod withdrawal;

pub use attendance::{Attended, record_attendance, record_attendance_of_request};
pub use forecast::{Forecast, forecast};
pub use list::{REQUESTS_PAGE, Summary, requests};
pub use missed::{record_missed, take_back_missed};
pub use omissions::{LeftOut, Omission, OmissionReason, left_out, left_out_counts};
pub use request::{NOTE_LONGEST, RequestError, RequestTraining, Requested, UNDO_WINDOW, request};
pub use retry::retry;
pub use roster::compose;
pub use rule::ForNeverAttended;
pub use status::{
    Details, OpenRequest, PEOPLE_BATCH, PEOPLE_PAGE, Person, Standing, details, exists, people,
    people_after, standing,
};

pub use undo::{Undone, undo};
pub use withdrawal::{Recorded, withdraw_attendance};

/// The two trainings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Training {
    /// For everybody who never attended one.
    NewUser,
    /// For those who did, and have used the product for some time.
    Advanced,
}

impl Training {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Training::NewUser => "new_user",
            Training::Advanced => "advanced",
        }
    }

    /// The training of that name.
    pub fn from_name(name: &str) -> Option<Training> {
        [Training::NewUser, Training::Advanced]
            .into_iter()
            .find(|training| training.as_str() == name)
    }

    /// The words on the page.
    pub fn label(self) -> &'static str {
        match self {
            Training::NewUser => "New User Training",
            Training::Advanced => "Advanced Training",
        }
    }
}
