//! How mail leaves, from the configuration.

use crate::config::{Config, SmtpTls};
use crate::mail::{self, Files, MailSettings, Smtp, SmtpServer, Transport};

use super::Refusal;

/// The folder of mails in `DATA_DIR`, where no mail server is set.
pub const MAIL_FOLDER: &str = "mail";

/// The way mail leaves.
///
/// # Errors
/// A sentence for the terminal.
pub fn transport(config: &Config) -> Result<Transport, Refusal> {
    match &config.smtp {
        None => Ok(Transport::Files(Files::new(
            config.data_dir.join(MAIL_FOLDER),
        ))),
        Some(settings) => {
            let server = SmtpServer {
                host: settings.host.clone(),
                port: settings.port,
                tls: match settings.tls {
                    SmtpTls::StartTls => mail::SmtpTls::StartTls,
                    SmtpTls::Implicit => mail::SmtpTls::Implicit,
                    SmtpTls::None => mail::SmtpTls::None,
                },
                credentials: settings.credentials.clone(),
            };
            Smtp::new(server).map(Transport::Smtp)
        }
    }
}

/// What every mail says about the product.
pub fn mail_settings(config: &Config) -> MailSettings {
    MailSettings {
        product_name: config.product_name.clone(),
        public_url: config.public_url.origin(),
        support_email: config.support_email.clone(),
        support_phone: config.support_phone.clone(),
        training_email: config.training_email.clone(),
    }
}
