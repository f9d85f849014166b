//! Ports: taken from the start, or a sentence about what is in the way.

use std::fmt::Display;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use super::Refusal;
use crate::config::Config;

/// Listens at `address`, which `variable` says.
///
/// # Errors
/// A sentence for the terminal.
pub fn bind(variable: &str, address: SocketAddr) -> Result<TcpListener, Refusal> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{variable} is {address}, and another program listens there already. Stop it, or set {variable} to another port."
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{variable} is {address}, which is no address of this machine. Set {variable} to one that is, or to 0.0.0.0 for all of them."
        ),
        ErrorKind::PermissionDenied => format!(
            "{variable} is {address}, which this user may not listen on. Set {variable} to a port of 1024 or more, or allow it (CAP_NET_BIND_SERVICE)."
        ),
        _ => format!("{variable} is {address}, which cannot be listened on: {error}."),
    })
}

/// Listens for `/metrics`, where somebody wants them.
///
/// # Errors
/// As [`bind`].
pub fn for_metrics(config: &Config) -> Result<Option<TcpListener>, Refusal> {
    config
        .metrics_listen
        .map(|address| bind("METRICS_LISTEN", address))
        .transpose()
}

/// The sentence for `/metrics` that could not be started.
pub fn no_metrics(error: impl Display) -> Refusal {
    format!("/metrics could not be started: {error}.")
}
