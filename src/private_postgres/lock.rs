//! Locks on files: the kernel gives them up when their holder ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;

use super::error::data_dir;
use super::files::open_or_make;
use super::{POLL, PrivatePostgresError};

/// A file that may be locked, alone or together with others. Dropping it gives the lock up.
pub(super) struct Lock {
    file: File,
    path: PathBuf,
    handed_over: bool,
}

impl Lock {
    /// Opens the file, and makes it where it is missing; takes no lock yet.
    pub(super) fn open(path: &Path) -> Result<Lock, PrivatePostgresError> {
        let file = open_or_make(path, false).map_err(data_dir(path))?;
        Ok(Lock {
            file,
            path: path.to_path_buf(),
            handed_over: false,
        })
    }

    /// Takes it alone; false when somebody else has it.
    pub(super) fn try_alone(&self) -> Result<bool, PrivatePostgresError> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(reason)) => Err(data_dir(&self.path)(reason)),
        }
    }

    /// Takes it alone, waiting for at most `polls` times [`POLL`]; false when that was not enough.
    pub(super) fn wait_alone(&self, polls: u32) -> Result<bool, PrivatePostgresError> {
        for _ in 0..polls {
            if self.try_alone()? {
                return Ok(true);
            }
            sleep(POLL);
        }
        self.try_alone()
    }

    /// Takes it together with others.
    pub(super) fn together(&self) -> Result<(), PrivatePostgresError> {
        self.file.lock_shared().map_err(data_dir(&self.path))
    }

    /// Gives it up.
    pub(super) fn release(&self) -> Result<(), PrivatePostgresError> {
        self.file.unlock().map_err(data_dir(&self.path))
    }

    /// The same lock for a child process. To leave it to the child alone, [`Lock::hand_over`].
    pub(super) fn for_child(&self) -> Result<File, PrivatePostgresError> {
        self.file.try_clone().map_err(data_dir(&self.path))
    }

    /// Leaves the lock to a child that has it: it is held until that child and all its own children
    /// have ended.
    pub(super) fn hand_over(mut self) {
        self.handed_over = true;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.handed_over {
            return;
        }
        // Closing is not enough: a child between fork and exec has the file open too, for a moment.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(path = %self.path.display(), %error, "a lock could not be given up");
        }
    }
}
