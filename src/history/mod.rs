//! What happened: every change as a typed event, written in the change's own transaction.

mod activity;
mod event;
mod newest;
mod read;
mod record;

pub use activity::{Filter, Group, activity};
pub use event::{Change, Event, SignInWith};
pub use read::{Entry, PAGE, Person, SupportLooks, for_support, of_user, support_looks};
pub use record::{
    Actor, Author, insert, insert_together, record, record_each, record_for_each, record_together,
    refuse, refuse_of, source_network,
};
