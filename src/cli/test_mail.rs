//! `test-mail`.

use clap::Args;

use super::output::say;
use super::{Refusal, sender};
use crate::config::Config;
use crate::mail::{Message, Parcel};
use crate::{clock, ids};

/// Send one mail, to see whether the mail server takes it.
#[derive(Debug, Args)]
pub struct TestMailCommand {
    /// To whom
    #[arg(value_name = "ADDRESS")]
    address: String,
}

/// Sends the mail and says what the server said.
///
/// # Errors
/// What the mail server refused with.
pub fn run(config: &Config, command: &TestMailCommand) -> Result<(), Refusal> {
    let transport = sender::transport(config)?;
    let product = &config.product_name;
    let parcel = Parcel {
        mail_id: ids::new(),
        attempt: 1,
        recipient: command.address.clone(),
        message: Message {
            subject: format!("Test mail from {product}"),
            text: format!("This is a test mail from {product}. Mail leaves as it should.\n"),
            html: "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Test mail</title></head>\
                   <body><p>This is a test mail. Mail leaves as it should.</p></body></html>"
                .to_string(),
            attachments: Vec::new(),
        },
        sent_at: clock::now(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The program could not start: {error}."))?;
    let answer = runtime.block_on(async {
        let answer = transport.send(&config.mail_from, parcel).await;
        transport.close().await;
        answer
    });
    match answer {
        Ok(words) => {
            let to = &command.address;
            match &config.smtp {
                Some(server) => say(format!("{} took the mail to {to}: {words}", server.host)),
                None => say(format!(
                    "No SMTP_URL is set: the mail to {to} lies in {}/mail.",
                    config.data_dir.display()
                )),
            }
            Ok(())
        }
        Err(failure) => Err(format!("The mail was not taken: {}", failure.explanation())),
    }
}
