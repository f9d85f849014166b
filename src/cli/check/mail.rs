//! The mail server: out of reach, another encryption, another password, another sender.

use super::Finding;
use crate::cli::sender;
use crate::config::{Config, SmtpSettings};

/// What there is to say about it.
pub fn findings(config: &Config) -> Vec<Finding> {
    vec![("Mail", mail(config))]
}

fn mail(config: &Config) -> Result<String, String> {
    let Some(server) = &config.smtp else {
        // Whether they can be written there is said of the folder.
        return Ok(format!(
            "no SMTP_URL: mails go to files under {}/mail.",
            config.data_dir.display()
        ));
    };
    let transport = sender::transport(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the program could not start: {error}."))?;
    let answer = runtime.block_on(async {
        let answer = transport.check(&config.mail_from).await;
        transport.close().await;
        answer
    });
    answer
        .map(|()| {
            format!(
                "{} takes mail from {}.",
                server.host, config.mail_from.email
            )
        })
        .map_err(|failure| {
            let said = failure.explanation();
            let stop = if said.ends_with(['.', '!', '?']) {
                ""
            } else {
                "."
            };
            let help = what_to_do(said, server);
            format!("{} port {}: {said}{stop} {help}", server.host, server.port)
        })
}

/// What helps against it; lettre and servers say what they say in English.
fn what_to_do(said: &str, server: &SmtpSettings) -> &'static str {
    let mentions = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if mentions(&["STARTTLS is not supported"]) {
        "It offers no STARTTLS: write smtps:// in SMTP_URL where it speaks TLS from the start (port 465), or add ?tls=none where clear text is meant."
    } else if mentions(&["certificate"]) {
        "Write the host in SMTP_URL as its certificate names it; an authority that this machine does not know is added by SSL_CERT_FILE."
    } else if mentions(&["STARTTLS", "TLS"]) {
        "It wants TLS: write smtps:// in SMTP_URL, or smtp:// with ?tls=required."
    } else if said.starts_with("535") || said.starts_with("534") || said.starts_with("538") {
        "It does not take the user or the password: correct both in SMTP_URL."
    } else if said.starts_with("530") || mentions(&["uthentication", "mechanism"]) {
        if server.credentials.is_some() {
            "It does not take this way to sign in: ask whoever runs it for a user and a password, and write them in SMTP_URL."
        } else {
            "It wants a user and a password: write them in SMTP_URL, like smtps://user:password@host."
        }
    } else if said.starts_with('5') {
        "It refuses to take mail from this machine or from the address in MAIL_FROM: ask whoever runs it, or set MAIL_FROM to an address that it knows."
    } else if said.starts_with('4') {
        "It asks to come back later."
    } else {
        "Correct host and port in SMTP_URL, or let this machine through to it."
    }
}
