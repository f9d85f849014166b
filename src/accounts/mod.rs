//! The company: its domains, its licences, its time zone.

mod account;
mod create;
mod domain;
mod own_domains;
mod public_providers;

pub use account::{
    Account, AccountAdministrator, AccountDetails, AccountError, all_domains, details, domains,
    find_by_name_or_id, list, lock, lock_for, set_seats, set_second_factor_required, set_time_zone,
};
pub use create::insert;
pub use domain::{Domain, DomainProblem};
pub use own_domains::{add_domain, remove_domain};
