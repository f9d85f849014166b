//! The mails that were written to files, for the preview page.

use std::fs;
use std::io;
use std::path::Path;

use time::OffsetDateTime;

use super::files::Preview;

/// How many mails are listed at most, the newest.
pub const LISTED: usize = 200;

/// A mail that was written to a file instead of being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedMail {
    /// Its name in the folder.
    pub id: String,
    /// By whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// About what.
    pub subject: String,
    /// When it would have left.
    pub sent_at: OffsetDateTime,
    /// The version without markup.
    pub text: String,
    /// The version with markup.
    pub html: String,
    /// The names of what comes with it.
    pub attachments: Vec<String>,
}

/// The mails in `folder`, newest first, at most [`LISTED`]. No folder: no mails.
///
/// # Errors
/// Whatever the file system says.
pub fn list(folder: &Path) -> io::Result<Vec<PreviewedMail>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
        ids.extend(id.filter(|id| is_id(id)).map(str::to_string));
    }
    // The name begins with the time.
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let mut mails = Vec::new();
    for id in ids.iter().take(LISTED) {
        // Deleted by hand meanwhile, or written by another version: not listed.
        mails.extend(read(folder, id)?);
    }
    Ok(mails)
}

/// The mail of that id. Nothing, where the id is not one or there is no such mail.
///
/// # Errors
/// Whatever the file system says.
pub fn read(folder: &Path, id: &str) -> io::Result<Option<PreviewedMail>> {
    if !is_id(id) {
        return Ok(None);
    }
    let content = match fs::read(folder.join(format!("{id}.json"))) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Ok(preview) = serde_json::from_slice::<Preview>(&content) else {
        return Ok(None);
    };
    Ok(Some(PreviewedMail {
        id: id.to_string(),
        from: preview.from,
        to: preview.to,
        subject: preview.subject,
        sent_at: preview.sent_at,
        text: preview.text,
        html: preview.html,
        attachments: preview.attachments,
    }))
}

/// Letters, digits and hyphens only: no dot and no slash, so it cannot leave the folder.
fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use time::Duration;

    use super::*;
    use crate::ids;
    use crate::mail::files::Files;
    use crate::mail::message::{Message, Parcel};
    use crate::mail::transport::Transport;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn folder() -> Folder {
        Folder(std::env::temp_dir().join(format!("mail-preview-{}", ids::new())))
    }

    fn parcel(subject: &str, minute: i64) -> Parcel {
        Parcel {
            mail_id: ids::new(),
            attempt: 1,
            recipient: "ann@acme.example".to_string(),
            message: Message {
                subject: subject.to_string(),
                text: "Password: abc".to_string(),
                html: "<p>abc</p>".to_string(),
                attachments: Vec::new(),
            },
            sent_at: time::macros::datetime!(2026-11-24 10:00 UTC) + Duration::minutes(minute),
        }
    }

    #[tokio::test]
    async fn what_was_written_is_listed_newest_first_and_readable_by_its_owner_alone() {
        let folder = folder();
        let transport = Transport::Files(Files::new(folder.0.clone()));
        let from = "no-reply@mail.example".parse().unwrap();
        for (subject, minute) in [("first", 0), ("third", 2), ("second", 1)] {
            transport
                .send(&from, parcel(subject, minute))
                .await
                .unwrap();
        }
        let mails = list(&folder.0).unwrap();
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["third", "second", "first"]);
        assert_eq!(
            read(&folder.0, &mails[1].id).unwrap().as_ref(),
            Some(&mails[1])
        );
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 6);
        for entry in fs::read_dir(&folder.0).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn an_id_cannot_leave_the_folder_and_no_folder_is_no_mail() {
        let folder = folder();
        assert_eq!(list(&folder.0).unwrap(), []);
        fs::create_dir_all(folder.0.join("mail")).unwrap();
        fs::write(folder.0.join("secret.json"), "{}").unwrap();
        for id in ["../secret", "/etc/passwd", "", "..", "a.b", "a\0b"] {
            assert_eq!(read(&folder.0.join("mail"), id).unwrap(), None, "{id:?}");
        }
    }
}
