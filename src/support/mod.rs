//! What the vendor's support staff do at a terminal: explain an address or a reference code, erase a
//! person. They see every account; whatever they look at is written into its history.

mod erase;
mod explain;
mod holding;
mod replay;
mod report;

pub use erase::{ERASED, EraseError, Erased, erase};
pub use explain::{explain_case, explain_email};
pub use holding::{Holding, holding};
pub use report::{Case, CaseReport, EmailReport, HolderReport, Mail, Replay, Reservation, Step};
