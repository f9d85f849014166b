//! The program on bad days: killed, cut off, refused.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test builds on may stop it at once"
)]

#[path = "../support/mod.rs"]
mod support;

mod afterwards;
#[path = "../http/authenticator.rs"]
mod authenticator;
mod backups;
#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../http/client.rs"]
mod client;
mod clock;
mod database_away;
mod database_refuses;
mod database_restarts;
mod database_tls;
mod downloads;
mod few_descriptors;
mod invariants;
mod kept_connections;
mod killed_at_statements;
mod killed_at_the_commit;
mod killed_in_a_reset;
mod killed_in_an_import;
mod kills;
mod logged;
mod long_run;
mod many_connections;
mod new_key;
mod program;
mod proxy;
mod record;

mod several_programs;
#[allow(dead_code, reason = "these tests use a part of it")]
#[path = "../http/site.rs"]
mod site;
mod slow_clients;
mod sockets;
mod stalled_handshakes;
mod starting;
mod stopping;
mod under_load;
