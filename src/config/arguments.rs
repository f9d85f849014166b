//! Flags and environment, and how they become a [`Config`].

use std::ffi::OsString;
use std::net::SocketAddr;

use super::values::{
    ADDRESS_AND_PORT, address, database, given, line, log_filter, mailbox, networks, parsed, path,
};
use super::{
    Config, ConfigError, DEFAULT_SUPPORT_PHONE, LogFormat, PublicUrl, SecretKey, SmtpSettings,
    TlsFiles,
};
use clap::Args;

/// Settings that may stand on the command line or in the environment. Secrets stand in the environment
/// alone (DATABASE_URL, MIGRATION_DATABASE_URL, SMTP_URL, SECRET_KEY): a command line is seen by every
/// process of the machine.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings (also by the environment)")]
pub struct Arguments {
    /// What the program keeps outside the database [default: ./data]
    #[arg(
        long,
        env = "DATA_DIR",
        value_name = "FOLDER",
        global = true,
        hide_env_values = true
    )]
    data_dir: Option<OsString>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(
        long,
        env = "LISTEN",
        value_name = "ADDRESS:PORT",
        global = true,
        hide_env_values = true
    )]
    listen: Option<String>,
    /// How a browser reaches the program [default: http:// and LISTEN]
    #[arg(
        long,
        env = "PUBLIC_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    public_url: Option<String>,
    /// Networks whose last X-Forwarded-For hop is believed, separated by commas [default: none]
    #[arg(
        long,
        env = "TRUSTED_PROXIES",
        value_name = "NETWORKS",
        global = true,
        hide_env_values = true
    )]
    trusted_proxies: Option<String>,
    /// Certificate chain for serving https by itself, PEM
    #[arg(
        long,
        env = "TLS_CERT",
        value_name = "FILE",
        global = true,
        hide_env_values = true
    )]
    tls_cert: Option<OsString>,
    /// Private key for serving https by itself, PEM
    #[arg(
        long,
        env = "TLS_KEY",
        value_name = "FILE",
        global = true,
        hide_env_values = true
    )]
    tls_key: Option<OsString>,
    /// Who writes the mails, like "Name <address>"
    #[arg(
        long,
        env = "MAIL_FROM",
        value_name = "ADDRESS",
        global = true,
        hide_env_values = true
    )]
    mail_from: Option<String>,
    /// Where requests for training go
    #[arg(
        long,
        env = "TRAINING_EMAIL",
        value_name = "ADDRESS",
        global = true,
        hide_env_values = true
    )]
    training_email: Option<String>,
    /// Where people write for help
    #[arg(
        long,
        env = "SUPPORT_EMAIL",
        value_name = "ADDRESS",
        global = true,
        hide_env_values = true
    )]
    support_email: Option<String>,
    /// Where people call for help, shown as given
    #[arg(
        long,
        env = "SUPPORT_PHONE",
        value_name = "NUMBER",
        global = true,
        hide_env_values = true
    )]
    support_phone: Option<String>,
    /// What the product is called
    #[arg(
        long,
        env = "PRODUCT_NAME",
        value_name = "NAME",
        global = true,
        hide_env_values = true
    )]
    product_name: Option<String>,
    /// Address and port for /metrics [default: off]
    #[arg(
        long,
        env = "METRICS_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true,
        hide_env_values = true
    )]
    metrics_listen: Option<String>,
    /// How log lines are written: text or json [default: text]
    #[arg(
        long,
        env = "LOG_FORMAT",
        value_name = "FORMAT",
        global = true,
        hide_env_values = true
    )]
    log_format: Option<String>,
    /// Which log lines are written, like info or user_accounts=debug
    #[arg(
        long,
        env = "RUST_LOG",
        value_name = "FILTER",
        global = true,
        hide_env_values = true
    )]
    rust_log: Option<String>,
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
        let tls_files = (path(self.tls_cert), path(self.tls_key));
        let public_url = match given(self.public_url) {
            Some(text) => PublicUrl::parse(&text)?,
            None => PublicUrl::of_listen(listen, tls_files.0.is_some())?,
        };
        let tls = match tls_files {
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
            data_dir: path(self.data_dir).unwrap_or_else(|| "./data".into()),
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
            support_phone: line("SUPPORT_PHONE", self.support_phone, DEFAULT_SUPPORT_PHONE)?,
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
            log_filter: log_filter(self.rust_log)?,
            search_path: variable("PATH"),
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the environment"
)]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[cfg(test)]
mod tests;
