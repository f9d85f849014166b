//! Opening files in folders that may be somebody else's, perhaps as root.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use nix::fcntl::OFlag;

/// Opens a file for reading and writing (or appending), and makes it where it is missing, for its
/// owner's eyes only. What root makes is given to the owner of the folder, who may run the program
/// without root one day.
pub(super) fn open_or_make(path: &Path, append: bool) -> io::Result<File> {
    match not_through_a_link(append).create_new(true).open(path) {
        Ok(made) => {
            // Only a file that is certainly new: root must not be led to give away another one.
            if nix::unistd::geteuid().is_root()
                && let Some(folder) = path.parent()
            {
                let owner = folder.metadata()?;
                fchown(&made, Some(owner.uid()), Some(owner.gid()))?;
            }
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            not_through_a_link(append).open(path)
        }
        Err(error) => Err(error),
    }
}

/// Opens a file to be written anew, which stays its owner's.
pub(super) fn overwrite(path: &Path) -> io::Result<File> {
    not_through_a_link(false).truncate(true).open(path)
}

/// The owner of the folder could have put a link there, to a file that only root may write.
fn not_through_a_link(append: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .append(append)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits());
    options
}
