//! The ports: free, or taken by somebody else.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::Finding;
use crate::cli::listening;
use crate::config::Config;

/// How long a program on the port may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// What there is to say about them.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![("Port", port("LISTEN", config.listen, "/healthz", config))];
    if let Some(address) = config.metrics_listen {
        findings.push(("Port", port("METRICS_LISTEN", address, "/metrics", config)));
    }
    findings
}

fn port(
    variable: &'static str,
    address: SocketAddr,
    path: &str,
    config: &Config,
) -> Result<String, String> {
    let refusal = match listening::bind(variable, address) {
        Ok(_) => return Ok(format!("{address} is free for {variable}.")),
        Err(refusal) => refusal,
    };
    // The program may well be running already.
    if variable == "LISTEN" && config.tls.is_some() && answers(address) {
        return Ok(format!(
            "{address} is taken, by this program where it runs already; otherwise stop the other one."
        ));
    }
    if answers_as_ours(address, path) {
        Ok(format!("User Accounts answers at {address}."))
    } else {
        Err(refusal)
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), PATIENCE)
}

fn answers(address: SocketAddr) -> bool {
    connect(address).is_ok()
}

/// Whether what listens there answers as this program does.
fn answers_as_ours(address: SocketAddr, path: &str) -> bool {
    let ask = || -> io::Result<String> {
        let mut stream = connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.take(1_000_000).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| {
        answer.starts_with("HTTP/1.1 200")
            && (answer.ends_with("\r\n\r\nok\n") || answer.contains("user_accounts_build_info"))
    })
}
