//! The way a mail leaves: to a mail server, into files, or into memory.

use std::sync::{Mutex, PoisonError};

use lettre::message::Mailbox;

use super::failure::{Failure, readable};
use super::files::Files;
use super::message::{Message, Parcel};
use super::smtp::Smtp;

/// The way a mail leaves.
#[derive(Debug)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// Into files, where no mail server is set.
    Files(Files),
    /// Into memory, for tests.
    Memory(Memory),
}

impl Transport {
    /// Delivers one message from `from`; returns the server's words of acceptance, fit to be stored.
    ///
    /// # Errors
    /// What the failure means.
    pub async fn send(&self, from: &Mailbox, parcel: Parcel) -> Result<String, Failure> {
        let email = parcel.to_email(from).map_err(Failure::Refused)?;
        match self {
            Transport::Smtp(smtp) => {
                let words = smtp.send(email.envelope(), &email.formatted()).await?;
                Ok(readable(&words))
            }
            Transport::Files(files) => {
                files
                    .write(from, &parcel, &email.formatted())
                    .map_err(|error| {
                        Failure::Misconfigured(format!(
                            "The mail could not be written to a file: {error}."
                        ))
                    })?;
                Ok("Written to a file.".to_string())
            }
            Transport::Memory(memory) => {
                memory.keep(parcel);
                Ok("Kept in memory.".to_string())
            }
        }
    }

    /// Whether mail could leave this way: connects and signs in to a mail server, and names the sender.
    ///
    /// # Errors
    /// What is wrong.
    pub async fn check(&self, from: &Mailbox) -> Result<(), Failure> {
        match self {
            Transport::Smtp(smtp) => smtp.check(&from.email).await,
            Transport::Files(files) => files.prepare().map_err(|error| {
                Failure::Misconfigured(format!("The folder for mail cannot be made: {error}."))
            }),
            Transport::Memory(_) => Ok(()),
        }
    }

    /// Leaves the mail server.
    pub async fn close(&self) {
        if let Transport::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}

/// Mails kept in memory.
#[derive(Debug, Default)]
pub struct Memory {
    delivered: Mutex<Vec<Delivered>>,
}

/// A mail that was delivered into memory.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// To whom.
    pub recipient: String,
    /// What it says.
    pub message: Message,
}

impl Memory {
    /// Everything delivered so far, oldest first.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, parcel: Parcel) {
        self.delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Delivered {
                recipient: parcel.recipient,
                message: parcel.message,
            });
    }
}
