//! Mail: the outbox, and the worker that empties it. Knows no feature: what a mail says belongs to
//! the feature that sends it.

mod attempt;
mod backlog;
mod claim;
mod composed;
mod desk;
mod due;
pub mod failure;
mod files;
mod lease;
pub mod message;
pub mod outbox;
pub mod preview;
mod relay;
mod settings;
mod settle;
mod smtp;
mod transport;
pub mod worker;

pub use backlog::{Backlog, backlog};
pub use claim::Composer;
pub use composed::Composed;
pub use due::DueMail;
pub use files::Files;
pub use lettre::message::Mailbox;
pub use message::{Attachment, Message, Parcel};
pub use settings::MailSettings;
pub use smtp::{CONNECTIONS, Smtp, SmtpServer, SmtpTls, TimeOuts};
pub use transport::{Delivered, Memory, Transport};
pub use worker::Worker;
