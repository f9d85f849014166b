//! Mail as files: what stands in for a mail server on one's own machine.
//!
//! Each mail is two files with one name: `.eml`, the message as it would travel, and `.json`, what
//! the preview page shows of it. The second is written last: a mail without it is not listed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::message::{Parcel, one_line};

/// Sorts as text in the order of time.
const STAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second][subsecond digits:6]");
/// The mails hold passwords: nobody else on the machine reads them.
const OWNER_ONLY: u32 = 0o600;
const OWNER_ONLY_FOLDER: u32 = 0o700;

/// A folder that mails are written to.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

/// What the preview page shows of a mail.
#[derive(Serialize, Deserialize)]
pub(super) struct Preview {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) sent_at: OffsetDateTime,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) attachments: Vec<String>,
}

impl Files {
    /// Mails go to `folder`, which is made when the first one is written.
    pub fn new(folder: PathBuf) -> Files {
        Files { folder }
    }

    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn prepare(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(OWNER_ONLY_FOLDER)
            .create(&self.folder)
    }

    pub(super) fn write(&self, from: &Mailbox, parcel: &Parcel, message: &[u8]) -> io::Result<()> {
        self.prepare()?;
        let stamp = parcel
            .sent_at
            .to_offset(time::UtcOffset::UTC)
            .format(STAMP)
            .map_err(io::Error::other)?;
        // The attempt keeps two files of one mail apart; the id is a UUID.
        let name = format!("{stamp}-{}-{}", parcel.mail_id.simple(), parcel.attempt);
        let preview = Preview {
            from: from.to_string(),
            to: parcel.recipient.clone(),
            subject: one_line(&parcel.message.subject),
            sent_at: parcel.sent_at,
            text: parcel.message.text.clone(),
            html: parcel.message.html.clone(),
            attachments: parcel
                .message
                .attachments
                .iter()
                .map(|attachment| attachment.name.clone())
                .collect(),
        };
        let preview = serde_json::to_vec(&preview).map_err(io::Error::other)?;
        write_whole(&self.folder, &format!("{name}.eml"), message)?;
        write_whole(&self.folder, &format!("{name}.json"), &preview)
    }
}

/// Writes beside the name and renames: whoever looks sees the whole file or none.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY)
        .open(&unfinished)?;
    file.write_all(content)?;
    fs::rename(unfinished, folder.join(name))
}
