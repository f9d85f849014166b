//! Importing a list of people: read, checked line by line, chosen from, and run.

mod backlog;
mod carry_out;
mod check;
mod choice;
mod counts;
pub mod csv_in;
mod decode;
mod headings;
mod leavers;
mod look_ups;
mod mailboxes;
mod read;
mod recent;
mod run;
mod seats;
mod sheet;
mod verdict;

pub use backlog::{Backlog, backlog};
pub use check::{HandInError, check, hand_in};
pub use choice::{Changed, Choice, choose, delete};
pub use counts::{Counts, Promised};
pub use csv_in::{CsvProblem, LARGEST_FILE, MOST_LINES};
pub use read::{Details, LINES_PAGE, Shown, StoredLine, details, exists, lines, refused};
pub use recent::{DELETED_AT_ONCE, KEPT_UNRUN, Recent, delete_unrun, recent};
pub use run::{StartError, carry_on, run_next, start};
pub use sheet::{Line, Sheet};
pub use verdict::Verdict;
