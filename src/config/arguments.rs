//! Flags and environment, and how they become a [`Config`].

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use lettre::Address;
use lettre::message::Mailbox;
use secrecy::SecretString;

use super::{
    Config, ConfigError, Database, LogFormat, PublicUrl, SecretKey, SmtpSettings, TlsFiles,
};

/// Settings that may stand on the command line or in the environment. Secrets stand in the environment
/// alone (DATABASE_URL, MIGRATION_DATABASE_URL, SMTP_URL, SECRET_KEY): a command line is seen by every
/// process of the machine.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings (also by the environment)")]
pub struct Arguments {
    /// What the program keeps outside the database [default: ./data]
    #[arg(long, env = "DATA_DIR", value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "LISTEN", value_name = "ADDRESS:PORT", global = true)]
    listen: Option<String>,
    /// How a browser reaches the program [default: http:// and LISTEN]
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", global = true)]
    public_url: Option<String>,
    /// Networks whose last X-Forwarded-For hop is believed, separated by commas [default: none]
    #[arg(long, env = "TRUSTED_PROXIES", value_name = "NETWORKS", global = true)]
    trusted_proxies: Option<String>,
    /// Certificate chain for serving https by itself, PEM
    #[arg(long, env = "TLS_CERT", value_name = "FILE", global = true)]
    tls_cert: Option<PathBuf>,
    /// Private key for serving https by itself, PEM
    #[arg(long, env = "TLS_KEY", value_name = "FILE", global = true)]
    tls_key: Option<PathBuf>,
    /// Who writes the mails, like "Name <address>"
    #[arg(long, env = "MAIL_FROM", value_name = "ADDRESS", global = true)]
    mail_from: Option<String>,
    /// Where requests for training go
    #[arg(long, env = "TRAINING_EMAIL", value_name = "ADDRESS", global = true)]
    training_email: Option<String>,
    /// Where people write for help
    #[arg(long, env = "SUPPORT_EMAIL", value_name = "ADDRESS", global = true)]
    support_email: Option<String>,
    /// Where people call for help, shown as given
    #[arg(long, env = "SUPPORT_PHONE", value_name = "NUMBER", global = true)]
    support_phone: Option<String>,
    /// What the product is called
    #[arg(long, env = "PRODUCT_NAME", value_name = "NAME", global = true)]
    product_name: Option<String>,
    /// Address and port for /metrics [default: off]
    #[arg(
        long,
        env = "METRICS_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true
    )]
    metrics_listen: Option<String>,
    /// How log lines are written: text or json [default: text]
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", global = true)]
    log_format: Option<String>,
}

impl Arguments {
    /// Checks everything and adds what the environment alone may say.
    ///
    /// # Errors
    /// [`ConfigError`] for the first setting that cannot be used.
    pub fn read(self) -> Result<Config, ConfigError> {
        self.check(environment)
    }

    fn check(
        self,
        variable: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Config, ConfigError> {
        let secret = |name| -> Result<Option<String>, ConfigError> {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(|value| {
                    value
                        .into_string()
                        .map_err(|_| ConfigError::new(name, "must be text in UTF-8."))
                })
                .transpose()
        };
        let listen: SocketAddr = parsed("LISTEN", self.listen, "127.0.0.1:8080", ADDRESS_AND_PORT)?;
        let public_url = match given(self.public_url) {
            Some(text) => PublicUrl::parse(&text)?,
            None => PublicUrl::of_listen(listen, self.tls_cert.is_some())?,
        };
        let tls = match (self.tls_cert, self.tls_key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (Some(_), None) => {
                return Err(ConfigError::new(
                    "TLS_KEY",
                    "must name the key that belongs to TLS_CERT.",
                ));
            }
            (None, Some(_)) => {
                return Err(ConfigError::new(
                    "TLS_CERT",
                    "must name the certificate that belongs to TLS_KEY.",
                ));
            }
        };
        Ok(Config {
            database: database(secret("DATABASE_URL")?, secret("MIGRATION_DATABASE_URL")?)?,
            data_dir: self
                .data_dir
                .filter(|dir| !dir.as_os_str().is_empty())
                .unwrap_or_else(|| "./data".into()),
            listen,
            public_url,
            trusted_proxies: networks(self.trusted_proxies)?,
            tls,
            smtp: secret("SMTP_URL")?
                .map(|text| SmtpSettings::parse(&text))
                .transpose()?,
            mail_from: mailbox(self.mail_from)?,
            training_email: address(
                "TRAINING_EMAIL",
                self.training_email,
                "training@vendor.example",
            )?,
            support_email: address(
                "SUPPORT_EMAIL",
                self.support_email,
                "customer.success@vendor.example",
            )?,
            support_phone: line("SUPPORT_PHONE", self.support_phone, "+1 555 0100")?,
            product_name: line("PRODUCT_NAME", self.product_name, "User Accounts")?,
            secret_key: secret("SECRET_KEY")?
                .map(|text| SecretKey::parse(&text))
                .transpose()?,
            metrics_listen: given(self.metrics_listen)
                .map(|text| {
                    text.parse()
                        .map_err(|_| ConfigError::new("METRICS_LISTEN", ADDRESS_AND_PORT))
                })
                .transpose()?,
            log_format: match given(self.log_format).as_deref() {
                None | Some("text") => LogFormat::Text,
                Some("json") => LogFormat::Json,
                Some(_) => return Err(ConfigError::new("LOG_FORMAT", "must be text or json.")),
            },
            log_filter: log_filter(secret("RUST_LOG")?)?,
            search_path: variable("PATH"),
        })
    }
}

const ADDRESS_AND_PORT: &str = "must be an address and a port, like 127.0.0.1:8080.";
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// A variable that is set to nothing is not set.
fn given(value: Option<String>) -> Option<String> {
    value
        .map(|text| text.trim().to_string())
        .filter(|text| !text.is_empty())
}

fn parsed<T: std::str::FromStr>(
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

fn database(program: Option<String>, migration: Option<String>) -> Result<Database, ConfigError> {
    const SHOULD_BE: &str = "must be a PostgreSQL address, like postgres://user:password@host/database?sslmode=verify-full.";
    let check = |name, text: String| {
        // libpq takes addresses without a host, for a Unix socket, which are no URLs.
        let is_postgres = ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if is_postgres {
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

fn networks(value: Option<String>) -> Result<Vec<IpNet>, ConfigError> {
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

fn mailbox(value: Option<String>) -> Result<Mailbox, ConfigError> {
    parsed(
        "MAIL_FROM",
        value,
        "User Accounts <no-reply@vendor.example>",
        "must be an email address, with or without a name, like Name <no-reply@company.example>.",
    )
}

fn address(
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

fn line(name: &'static str, value: Option<String>, default: &str) -> Result<String, ConfigError> {
    let text = given(value).unwrap_or_else(|| default.to_string());
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err(ConfigError::new(
            name,
            "must be one line of at most 100 characters.",
        ));
    }
    Ok(text)
}

fn log_filter(value: Option<String>) -> Result<Option<String>, ConfigError> {
    match &value {
        Some(filter) if filter.parse::<tracing_subscriber::EnvFilter>().is_err() => {
            Err(ConfigError::new(
                "RUST_LOG",
                "must be a log filter, like info or user_accounts=debug.",
            ))
        }
        _ => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        arguments: Arguments,
        secrets: &[(&'static str, &str)],
    ) -> Result<Config, ConfigError> {
        arguments.check(|name| {
            secrets
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(*value))
        })
    }

    #[test]
    fn with_nothing_set_everything_has_a_default() {
        let config = check(Arguments::default(), &[]).unwrap();
        assert!(matches!(config.database, Database::Private));
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url.origin(), "http://127.0.0.1:8080");
        assert!(
            config.smtp.is_none() && config.require_mail().is_ok() && config.warnings().is_empty()
        );
    }

    #[test]
    fn every_wrong_value_is_one_sentence_that_names_its_variable() {
        let some = |text: &str| Some(text.to_string());
        let with = |change: fn(&mut Arguments, Option<String>), text: &str| {
            let mut arguments = Arguments::default();
            change(&mut arguments, some(text));
            check(arguments, &[]).unwrap_err()
        };
        let flags: [(ConfigError, &str); 9] = [
            (with(|a, v| a.listen = v, "8080"), "LISTEN"),
            (
                with(|a, v| a.public_url = v, "ftp://x.example"),
                "PUBLIC_URL",
            ),
            (
                with(|a, v| a.trusted_proxies = v, "10.0.0.0/33"),
                "TRUSTED_PROXIES",
            ),
            (with(|a, v| a.mail_from = v, "nobody"), "MAIL_FROM"),
            (
                with(|a, v| a.training_email = v, "a@b, c@d"),
                "TRAINING_EMAIL",
            ),
            (with(|a, v| a.support_email = v, "x"), "SUPPORT_EMAIL"),
            (
                with(|a, v| a.product_name = v, "two\nlines"),
                "PRODUCT_NAME",
            ),
            (with(|a, v| a.metrics_listen = v, "x"), "METRICS_LISTEN"),
            (with(|a, v| a.log_format = v, "xml"), "LOG_FORMAT"),
        ];
        for (error, variable) in flags {
            assert_eq!(error.variable, variable);
        }
        for (name, value) in [
            ("DATABASE_URL", "mysql://secret-word@x"),
            ("SMTP_URL", "http://secret-word@x"),
            ("SECRET_KEY", "secret-word"),
            ("RUST_LOG", "a=b=secret-word"),
        ] {
            let error = check(Arguments::default(), &[(name, value)]).unwrap_err();
            assert_eq!(error.variable, name);
            assert!(
                error.to_string().ends_with('.') && !error.to_string().contains("secret-word"),
                "{error}"
            );
        }
        let alone = check(
            Arguments::default(),
            &[("MIGRATION_DATABASE_URL", "postgres://x")],
        )
        .unwrap_err();
        assert_eq!(alone.variable, "DATABASE_URL");
        let error = check(
            Arguments {
                tls_cert: Some("x".into()),
                ..Arguments::default()
            },
            &[],
        )
        .unwrap_err();
        assert_eq!(error.variable, "TLS_KEY");
    }

    #[test]
    fn a_database_may_be_reached_by_a_unix_socket() {
        let url = "postgres://user_accounts@/user_accounts?host=/var/run/postgresql";
        let config = check(Arguments::default(), &[("DATABASE_URL", url)]).unwrap();
        assert!(matches!(config.database, Database::Url { .. }));
    }

    #[test]
    fn a_page_for_other_machines_needs_a_mail_server() {
        let arguments = Arguments {
            public_url: Some("https://accounts.company.example".into()),
            ..Arguments::default()
        };
        let config = check(arguments.clone(), &[]).unwrap();
        assert_eq!(config.require_mail().unwrap_err().variable, "SMTP_URL");
        assert_eq!(config.warnings().len(), 3);
        let config = check(arguments, &[("SMTP_URL", "smtps://mail.company.example")]).unwrap();
        assert!(config.require_mail().is_ok());
    }
}
