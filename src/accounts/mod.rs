//! The company: its domains, its licences, its time zone.

mod account;
mod domain;

pub use account::{
    Account, AccountDetails, AccountError, add_domain, all_domains, details, domains,
    find_by_name_or_id, insert, list, lock, lock_for, set_seats, set_second_factor_required,
    set_time_zone,
};
pub use domain::{Domain, DomainProblem};
