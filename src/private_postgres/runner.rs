//! Who runs PostgreSQL: this user, or somebody without rights where this user is root.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, getegid, geteuid};

use super::PrivatePostgresError;

/// Whom root runs PostgreSQL as: the first of these that exists.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// A user to run programs as.
#[derive(Debug, Clone)]
pub(super) struct Runner {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
    /// Whether it is another user than this one, which takes root.
    switch: bool,
}

impl Runner {
    /// This user.
    pub(super) fn this_user() -> Runner {
        Runner {
            uid: geteuid().as_raw(),
            gid: getegid().as_raw(),
            name: name_of(geteuid().as_raw()),
            switch: false,
        }
    }

    /// For root: somebody without rights, because PostgreSQL refuses root.
    pub(super) fn unprivileged() -> Result<Runner, PrivatePostgresError> {
        UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Runner {
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
                name: user.name,
                switch: true,
            })
            .ok_or(PrivatePostgresError::NobodyToRunAs)
    }

    /// For root: the owner of a database that is there already.
    pub(super) fn owner(uid: u32, gid: u32) -> Runner {
        Runner {
            uid,
            gid,
            name: name_of(uid),
            switch: true,
        }
    }

    /// `program`, to be run as this user: with nothing of this program's environment, which holds
    /// secrets and could hold settings of PostgreSQL (`PGOPTIONS`), and in a process group of its
    /// own, so that Ctrl-C at the terminal reaches this program only.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            // The folder that this program was started in may be closed to that user.
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null());
        if self.switch {
            // Being root and setting a uid, std also drops every supplementary group.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }

    /// Whether this user may enter `dir`: asked of the kernel, which alone knows every rule.
    pub(super) fn reaches(&self, dir: &Path) -> bool {
        self.command("/bin/sh")
            .args(["-c", "cd -- \"$1\"", "sh"])
            .arg(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// The user's name, or the number where it has none.
pub(super) fn name_of(uid: u32) -> String {
    User::from_uid(Uid::from_raw(uid))
        .ok()
        .flatten()
        .map_or_else(|| format!("user {uid}"), |user| user.name)
}
