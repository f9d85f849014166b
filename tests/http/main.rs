//! The program as a browser meets it: over HTTP, on a database of each test's own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test builds on may stop it at once"
)]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, reason = "tests/faults uses the rest")]
mod client;
mod site;

mod account;
mod activation;
mod activity;
mod activity_pages;
mod acts_from_the_list;
mod acts_on_several;
mod add;
mod administrators;
mod already_in_use;
mod attendance;
mod attention;
mod authenticator;
mod edit;
mod erasing;
mod error_pages;
mod far_ends;
mod former_addresses;
mod forms;
mod happened_to_others;
mod headers;
mod housekeeping;
mod import_files;
mod import_lists;
mod import_look_ups;
mod import_replacements;
mod import_runs;
mod import_seats;
mod imports;
mod in_flight;
mod in_use_told_at_once;
mod input;
mod kept_apart;
mod left_out_of_training;
mod limits;
mod listing;
mod metrics;
mod no_seat;
mod not_attended;
mod outcome_files;
mod own_password;
mod password_resets;
mod queries;
mod races;
mod reactivation_undone;
mod recovery;
mod replacing;
mod return_to;
mod routes;
mod saved_without_change;
mod second_factor;
mod second_factor_lost;
mod send_again;
mod sessions;
mod sign_in;
mod signed_out;
mod staff;
mod told_on_the_way_in;
mod training;
mod training_list;
mod wire;
mod withdrawing;
