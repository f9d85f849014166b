//! Flags and environment, and how they become a [`Config`].

use std::ffi::OsString;

use super::values::{
    address, address_and_port, database, folder, given, line, log_filter, log_format, mailbox,
    networks, path, tls,
};
use super::{Config, ConfigError, DEFAULT_SUPPORT_PHONE, PublicUrl, SecretKey, SmtpSettings};
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
    /// Whether log lines are asked for as JSON: also where another setting cannot be used.
    pub fn asks_for_json(&self) -> bool {
        given(self.log_format.clone()).as_deref() == Some("json")
    }

    /// Checks everything and adds what the environment alone may say.
    ///
    /// # Errors
    /// A [`ConfigError`] for each setting that cannot be used; at least one.
    pub fn read(self) -> Result<Config, Vec<ConfigError>> {
        self.check(environment)
    }

    #[expect(clippy::too_many_lines, reason = "a step for each setting")]
    fn check(
        self,
        variable: impl Fn(&'static str) -> Option<OsString>,
    ) -> Result<Config, Vec<ConfigError>> {
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
        let mut wrong = Wrong::default();
        let listen = wrong.note(address_and_port(
            "LISTEN",
            given(self.listen).as_deref().unwrap_or("127.0.0.1:8080"),
        ));
        let tls_files = (path(self.tls_cert), path(self.tls_key));
        let public_url_given = given(self.public_url);
        let public_url_is_set = public_url_given.is_some();
        let public_url = match (public_url_given, listen) {
            (Some(text), _) => wrong.note(PublicUrl::parse(&text)),
            (None, Some(listen)) => wrong.note(PublicUrl::of_listen(listen, tls_files.0.is_some())),
            (None, None) => None,
        };
        let tls = wrong.note(tls(tls_files));
        let database_urls = secret("DATABASE_URL")
            .and_then(|program| Ok((program, secret("MIGRATION_DATABASE_URL")?)));
        let database =
            wrong.note(database_urls.and_then(|(program, owner)| database(program, owner)));
        let data_dir = wrong.note(folder("DATA_DIR", self.data_dir, "./data"));
        let trusted_proxies = wrong.note(networks(self.trusted_proxies));
        let smtp = wrong.note(
            secret("SMTP_URL")
                .and_then(|text| text.map(|text| SmtpSettings::parse(&text)).transpose()),
        );
        let mail_from = wrong.note(mailbox(self.mail_from));
        let training_email = wrong.note(address(
            "TRAINING_EMAIL",
            self.training_email,
            "training@vendor.example",
        ));
        let support_email = wrong.note(address(
            "SUPPORT_EMAIL",
            self.support_email,
            "customer.success@vendor.example",
        ));
        let support_phone = wrong.note(line(
            "SUPPORT_PHONE",
            self.support_phone,
            DEFAULT_SUPPORT_PHONE,
        ));
        let product_name = wrong.note(line("PRODUCT_NAME", self.product_name, "User Accounts"));
        let secret_key = wrong.note(
            secret("SECRET_KEY")
                .and_then(|text| text.map(|text| SecretKey::parse(&text)).transpose()),
        );
        let metrics_listen = wrong.note(
            given(self.metrics_listen)
                .map(|text| address_and_port("METRICS_LISTEN", &text))
                .transpose(),
        );
        let log_format = wrong.note(log_format(self.log_format));
        let log_filter = wrong.note(log_filter(self.rust_log));
        let read = || {
            Some(Config {
                database: database?,
                data_dir: data_dir?,
                listen: listen?,
                public_url: public_url?,
                public_url_is_set,
                trusted_proxies: trusted_proxies?,
                tls: tls?,
                smtp: smtp?,
                mail_from: mail_from?,
                training_email: training_email?,
                support_email: support_email?,
                support_phone: support_phone?,
                product_name: product_name?,
                secret_key: secret_key?,
                metrics_listen: metrics_listen?,
                log_format: log_format?,
                log_filter: log_filter?,
                search_path: variable("PATH"),
            })
        };
        read().ok_or(wrong.0)
    }
}

/// What cannot be used, in the order in which it was looked at.
#[derive(Default)]
struct Wrong(Vec<ConfigError>);

impl Wrong {
    /// The value; nothing where it cannot be used, which is noted.
    fn note<T>(&mut self, value: Result<T, ConfigError>) -> Option<T> {
        value.map_err(|error| self.0.push(error)).ok()
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
