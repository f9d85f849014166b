//! The configuration: the only reader of the environment. A wrong value stops the start with one
//! sentence for each that names the variable and what it should be.

mod arguments;
mod public_url;
mod secret_key;
mod smtp;
mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::SecretString;
use thiserror::Error;

pub use arguments::Arguments;
pub use public_url::PublicUrl;
pub use secret_key::SecretKey;
pub use smtp::{SmtpSettings, SmtpTls};

/// A number kept free for fiction: nobody is called by mistake.
const DEFAULT_SUPPORT_PHONE: &str = "+1 555 0100";

/// A setting that cannot be used: one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{variable} {should_be}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What it should be, as the end of a sentence. Never repeats a secret.
    pub should_be: String,
}

impl ConfigError {
    fn new(variable: &'static str, should_be: impl Into<String>) -> ConfigError {
        ConfigError {
            variable,
            should_be: should_be.into(),
        }
    }
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A server of the operator's.
    Url {
        /// What the program connects with.
        program: SecretString,
        /// What migrations connect with: the owner of the tables.
        migration: SecretString,
    },
    /// A private one under `DATA_DIR`.
    Private,
}

/// Files for serving https by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the database is.
    pub database: Database,
    /// What the program keeps outside the database.
    pub data_dir: PathBuf,
    /// Address and port.
    pub listen: SocketAddr,
    /// How a browser reaches it.
    pub public_url: PublicUrl,
    /// Whether that was said; otherwise it follows from `listen`.
    pub public_url_is_set: bool,
    /// Networks whose last `X-Forwarded-For` hop is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Serve https by itself.
    pub tls: Option<TlsFiles>,
    /// The mail server; without one, mail goes to files.
    pub smtp: Option<SmtpSettings>,
    /// Who writes.
    pub mail_from: Mailbox,
    /// Who trains.
    pub training_email: String,
    /// Whom to write to.
    pub support_email: String,
    /// Whom to call, as given.
    pub support_phone: String,
    /// What the product is called.
    pub product_name: String,
    /// The cookie key, if it is set; otherwise one is kept in `data_dir`.
    pub secret_key: Option<SecretKey>,
    /// Where `/metrics` is, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Which log lines are written (`tracing_subscriber::EnvFilter`), if it is said.
    pub log_filter: Option<String>,
    /// Where programs are looked for.
    pub search_path: Option<OsString>,
}

impl Config {
    /// Refuses to send mail into files where other people's browsers reach the program.
    ///
    /// # Errors
    /// [`ConfigError`] about `SMTP_URL`.
    pub fn require_mail(&self) -> Result<(), ConfigError> {
        if self.smtp.is_none() && !self.public_url.is_loopback() {
            return Err(ConfigError::new(
                "SMTP_URL",
                "must name a mail server, like smtps://user:password@mail.example, because PUBLIC_URL is not on this machine: \
                 without it nobody would receive a password.",
            ));
        }
        Ok(())
    }

    /// What is right for one program and may be wrong for the next, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let follows = self.smtp.is_some() && !self.public_url_is_set;
        follows
            .then(|| {
                format!(
                    "PUBLIC_URL is not set, so links in mails lead to {}, which follows from LISTEN: a worker with another LISTEN \
                     writes other links. Set PUBLIC_URL to the same address for every program.",
                    self.public_url.origin()
                )
            })
            .into_iter()
            .collect()
    }

    /// What works and yet is hardly meant, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        if self.public_url.is_loopback() {
            let is_open = self.smtp.is_none() && !self.listen.ip().is_loopback();
            return is_open
                .then(|| {
                    format!(
                        "LISTEN is {} and no SMTP_URL is set: whoever reaches this address can read the mails and their passwords \
                         at /dev/mailbox. Set SMTP_URL, or LISTEN to 127.0.0.1.",
                        self.listen
                    )
                })
                .into_iter()
                .collect();
        }
        let shown = [
            ("MAIL_FROM", self.mail_from.email.to_string()),
            ("TRAINING_EMAIL", self.training_email.clone()),
            ("SUPPORT_EMAIL", self.support_email.clone()),
        ];
        let addresses = shown
            .into_iter()
            .filter(|(_, address)| address.ends_with(".example"))
            .map(|(variable, address)| {
                format!("{variable} is still {address}, which reaches nobody. Set it to your own address.")
            });
        let phone = (self.support_phone == DEFAULT_SUPPORT_PHONE).then(|| {
            format!("SUPPORT_PHONE is still {DEFAULT_SUPPORT_PHONE}, which reaches nobody. Set it to your own number.")
        });
        addresses.chain(phone).collect()
    }
}
