//! The people of an account: who is in, who is not, and every change to that.

mod activation;
mod add;
mod addressee;
mod administrator;
mod admission;
mod conflict;
mod edit;
mod edit_step;
mod freeable;
mod listing;
mod listing_order;
mod listing_pages;
mod listing_rows;
mod matches;
mod merge;
mod needs;
mod password_mail;
mod place;
mod policy;
mod profile;
mod reactivation_undone;
mod replace;
pub mod reserved;
mod scope;
mod search;
mod send_again;
mod state;
mod user;
mod username;
pub mod username_notice;

pub use activation::{
    ActivationError, Deactivated, deactivate, has_own_password, reactivate, reactivate_all,
};
pub use add::{AddError, AddUser, FirstPassword, NewUser, add, insert, insert_all};
pub use addressee::{Addressee, compose_for_each};
pub use administrator::{AdministratorError, set_administrator};
pub use admission::{
    FieldProblem, FormerUsername, Held, RESERVATION, any_of, check_fields, foreign_domain, holders,
};
pub use conflict::{
    Case, Conflict, ConflictRule, Holder, LookUp, explain, explain_beforehand, give_look_up_back,
    record_case, take_look_up,
};
pub use edit::{EditError, EditUser, Edited, Seen, edit};
pub use edit_step::Membership;
pub use freeable::could_be_freed;
pub use listing::{Listing, PAGE, Page, Row, Show, Sort, SortColumn};
pub use listing_pages::{Expected, batch, page};
pub use matches::{
    COUNTED_MATCHES, Matches, count_matching, ids_matching, ids_named, ids_of_active, matches,
    select_matching,
};
pub use merge::Collision;
pub use needs::{Count, Needs, add_up_tallies, needs, tally_expired};
pub use password_mail::{end_mailed_secrets, forget_password_mail, mail_passwords};
pub use place::{Direction, Key, Place, PlaceSeal};
pub use policy::{Identity, looks_like_another_person};
pub use profile::{LONGEST_PHONE, LONGEST_TEXT, Profile, ProfileField, ProfileProblem, fold};
pub use replace::{ReplaceError, ReplaceUser, free_and_add, replace, replace_all};
pub use scope::{Narrowing, Scope};
pub use send_again::{SendAgainError, send_password_again};
pub use state::{PasswordMail, State, TEMPORARY_PASSWORD_LIFE};
pub use user::{User, find, find_by_username, find_many, lock, password_mail, waiting_mails};
pub use username::{Username, UsernameProblem};
