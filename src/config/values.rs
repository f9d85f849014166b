//! How the value of one setting is read: each function names the variable when it refuses.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use lettre::Address;
use lettre::message::Mailbox;
use secrecy::SecretString;

use super::{ConfigError, Database, LogFormat, TlsFiles};

/// A variable that is set to nothing is not set.
pub(super) fn given(value: Option<String>) -> Option<String> {
    value
        .map(|text| text.trim().to_string())
        .filter(|text| !text.is_empty())
}

pub(super) fn path(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// A folder that is there or can be made; whether it can is found out where it is needed.
pub(super) fn folder(
    name: &'static str,
    value: Option<OsString>,
    default: &str,
) -> Result<PathBuf, ConfigError> {
    let path = path(value).unwrap_or_else(|| default.into());
    if path.metadata().is_ok_and(|found| !found.is_dir()) {
        let should_be = format!("must be a folder, and {} is a file.", path.display());
        return Err(ConfigError::new(name, should_be));
    }
    Ok(path)
}

/// Where to listen. Names are not looked up: they may stand for several addresses, or for none yet while
/// the machine starts.
pub(super) fn address_and_port(name: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
        let is_name = host.contains(|c: char| c.is_ascii_alphabetic())
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        let should_be = if let Ok(ip) = text.parse::<IpAddr>() {
            let whole = SocketAddr::new(ip, 8080);
            format!("must be an address and a port, like {whole}: the port is missing.")
        } else if is_name {
            format!("must be an address in figures and a port, like 127.0.0.1:8080: {host} is a name, and names are not looked up.")
        } else {
            "must be an address and a port, like 127.0.0.1:8080.".to_string()
        };
        ConfigError::new(name, should_be)
    })
}

pub(super) fn tls(
    files: (Option<PathBuf>, Option<PathBuf>),
) -> Result<Option<TlsFiles>, ConfigError> {
    match files {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (Some(_), None) => Err(ConfigError::new(
            "TLS_KEY",
            "must name the key that belongs to TLS_CERT.",
        )),
        (None, Some(_)) => Err(ConfigError::new(
            "TLS_CERT",
            "must name the certificate that belongs to TLS_KEY.",
        )),
    }
}

pub(super) fn log_format(value: Option<String>) -> Result<LogFormat, ConfigError> {
    match given(value).as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(_) => Err(ConfigError::new("LOG_FORMAT", "must be text or json.")),
    }
}

pub(super) fn parsed<T: std::str::FromStr>(
    name: &'static str,
    value: Option<String>,
    default: &str,
    should_be: &str,
) -> Result<T, ConfigError> {
    given(value)
        .as_deref()
        .unwrap_or(default)
        .parse()
        .map_err(|_| ConfigError::new(name, should_be))
}

pub(super) fn database(
    program: Option<String>,
    migration: Option<String>,
) -> Result<Database, ConfigError> {
    const SHOULD_BE: &str = "must be a PostgreSQL address, like postgres://user:password@host/database?sslmode=verify-full; \
        in a password write %40 for @, %2F for /, %3F for ? and %25 for %.";
    let check = |name, text: String| {
        if is_database_address(&text) {
            Ok(SecretString::from(text))
        } else {
            Err(ConfigError::new(name, SHOULD_BE))
        }
    };
    match (program, migration) {
        (None, None) => Ok(Database::Private),
        (None, Some(_)) => Err(ConfigError::new(
            "DATABASE_URL",
            "must be set where MIGRATION_DATABASE_URL is: it is what the program connects with.",
        )),
        (Some(program), migration) => {
            let program = check("DATABASE_URL", program)?;
            let migration = match migration {
                Some(text) => check("MIGRATION_DATABASE_URL", text)?,
                None => program.clone(),
            };
            Ok(Database::Url { program, migration })
        }
    }
}

/// Whether libpq can understand it, and will not take a part of the password for a host or a database,
/// which it would then name in a message. The rest is libpq's to check: it takes several hosts, or a
/// socket's folder and no host, which no parser of web addresses does.
fn is_database_address(text: &str) -> bool {
    let Some((_, rest)) = text
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
    else {
        return false;
    };
    let server = rest.split(['/', '?']).next().unwrap_or_default();
    let is_encoded =
        |bytes: &[u8]| bytes.len() >= 2 && bytes.iter().take(2).all(u8::is_ascii_hexdigit);
    rest.matches('@').count() <= 1
        && rest.contains('@') == server.contains('@')
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        && rest
            .split('%')
            .skip(1)
            .all(|part| is_encoded(part.as_bytes()))
}

pub(super) fn networks(value: Option<String>) -> Result<Vec<IpNet>, ConfigError> {
    let Some(text) = given(value) else {
        return Ok(Vec::new());
    };
    text.split(',')
        .map(|part| {
            let part = part.trim();
            part.parse::<IpNet>()
                .or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    ConfigError::new(
                        "TRUSTED_PROXIES",
                        "must be networks separated by commas, like 10.0.0.0/8,::1/128.",
                    )
                })
        })
        .collect()
}

pub(super) fn mailbox(value: Option<String>) -> Result<Mailbox, ConfigError> {
    parsed(
        "MAIL_FROM",
        value,
        "User Accounts <no-reply@vendor.example>",
        "must be an email address, with or without a name, like Name <no-reply@company.example>.",
    )
}

pub(super) fn address(
    name: &'static str,
    value: Option<String>,
    default: &str,
) -> Result<String, ConfigError> {
    let address: Address = parsed(
        name,
        value,
        default,
        "must be one email address, like name@company.example.",
    )?;
    Ok(address.to_string())
}

pub(super) fn line(
    name: &'static str,
    value: Option<String>,
    default: &str,
) -> Result<String, ConfigError> {
    let text = given(value).unwrap_or_else(|| default.to_string());
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(ConfigError::new(
            name,
            "must be one line of at most 100 characters.",
        ));
    }
    Ok(text)
}

pub(super) fn log_filter(value: Option<String>) -> Result<Option<String>, ConfigError> {
    let filter = given(value);
    match &filter {
        Some(filter) if filter.parse::<tracing_subscriber::EnvFilter>().is_err() => {
            Err(ConfigError::new(
                "RUST_LOG",
                "must be a log filter, like info or user_accounts=debug.",
            ))
        }
        _ => Ok(filter),
    }
}
