//! Where things are: the database, its log, its locks and its socket.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, lchown};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest as _, Sha256};

use super::PrivatePostgresError;
use super::error::data_dir as unwritable;
use super::runner::{Runner, name_of};

/// Where root keeps a database whose user cannot reach DATA_DIR.
const OUTSIDE: &str = "/var/lib/user-accounts";
/// Not TMPDIR: on macOS that is so long that little is left of a socket's 104 bytes.
const SOCKETS: &str = "/tmp";
/// 64 bits of SHA-256.
const NAME_BYTES: usize = 8;

/// Everything that has a path, and the user who runs PostgreSQL there.
#[derive(Debug)]
pub(super) struct Place {
    /// DATA_DIR without links and dots.
    pub(super) data_dir: PathBuf,
    /// The folder that holds `cluster`: DATA_DIR, or one under [`OUTSIDE`].
    pub(super) base: PathBuf,
    /// PostgreSQL's own folder.
    pub(super) cluster: PathBuf,
    pub(super) log: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) runner: Runner,
}

impl Place {
    /// Decides, and makes DATA_DIR where it is missing.
    pub(super) fn settle(data_dir: &Path) -> Result<Place, PrivatePostgresError> {
        let root = geteuid().is_root();
        // Root's folder must let the unprivileged user pass through; it need not be listed.
        let mode = if root { 0o711 } else { 0o700 };
        make_dirs(data_dir, mode).map_err(unwritable(data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(unwritable(data_dir))?;
        let (base, runner) = if root {
            base_for_root(&data_dir)?
        } else {
            (data_dir.clone(), Runner::this_user())
        };
        let cluster = base.join("postgres");
        if let Ok(found) = fs::metadata(&cluster)
            && found.uid() != runner.uid
        {
            return Err(PrivatePostgresError::NotOurs {
                owner: name_of(found.uid()),
                run_as: format!("{} or root", name_of(found.uid())),
                cluster,
            });
        }
        let name = short_name(&[data_dir.as_os_str().as_bytes(), &runner.uid.to_be_bytes()]);
        Ok(Place {
            log: base.join("postgres.log"),
            socket_dir: Path::new(SOCKETS).join(format!("user-accounts-{name}")),
            data_dir,
            base,
            cluster,
            runner,
        })
    }

    /// A sentence where the database is not in DATA_DIR.
    pub(super) fn notice(&self) -> Option<String> {
        (self.base != self.data_dir).then(|| {
            format!(
                "PostgreSQL runs as {}, who cannot reach {}: the database is kept in {}.",
                self.runner.name,
                self.data_dir.display(),
                self.base.display()
            )
        })
    }

    /// Makes the folder of the socket, or checks the one that is there. Whoever may enter it is
    /// let into the database, and /tmp is everybody's: a folder that somebody else put there first
    /// is refused.
    pub(super) fn make_socket_dir(&self) -> Result<(), PrivatePostgresError> {
        let dir = &self.socket_dir;
        let refused = |problem: String| PrivatePostgresError::SocketDir {
            dir: dir.clone(),
            problem,
        };
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refused(format!("it could not be made ({error})"))),
        }
        let found = fs::symlink_metadata(dir).map_err(|error| refused(error.to_string()))?;
        let this_user = geteuid().as_raw();
        if !found.is_dir() {
            return Err(refused("it is not a folder".to_string()));
        }
        if found.uid() != self.runner.uid && found.uid() != this_user {
            return Err(refused(format!("it belongs to {}", name_of(found.uid()))));
        }
        if found.mode() & 0o077 != 0 {
            return Err(refused("other users may enter it".to_string()));
        }
        if found.uid() != self.runner.uid {
            lchown(dir, Some(self.runner.uid), Some(self.runner.gid))
                .map_err(|error| refused(error.to_string()))?;
        }
        Ok(())
    }

    /// Leaves nothing behind in /tmp. A folder that is not empty is in use, and stays.
    pub(super) fn remove_socket_dir(&self) {
        if let Err(error) = fs::remove_dir(&self.socket_dir) {
            tracing::debug!(dir = %self.socket_dir.display(), %error, "the socket's folder stays");
        }
    }
}

/// For root: the folder for the database, and who runs it. A database that is there decides;
/// otherwise permissions would be able to hide it behind a new, empty one.
fn base_for_root(data_dir: &Path) -> Result<(PathBuf, Runner), PrivatePostgresError> {
    let outside = Path::new(OUTSIDE).join(short_name(&[data_dir.as_os_str().as_bytes()]));
    for base in [data_dir, &outside] {
        let cluster = base.join("postgres");
        let Ok(found) = fs::metadata(cluster.join("PG_VERSION")) else {
            continue;
        };
        if found.uid() == 0 {
            return Err(PrivatePostgresError::NotOurs {
                cluster,
                owner: "root, whom PostgreSQL refuses".to_string(),
                run_as: "another user after giving it to them (chown -R)".to_string(),
            });
        }
        let runner = Runner::owner(found.uid(), found.gid());
        if !runner.reaches(&cluster) {
            return Err(PrivatePostgresError::OutOfReach {
                cluster,
                user: runner.name,
            });
        }
        return Ok((base.to_path_buf(), runner));
    }
    let runner = Runner::unprivileged()?;
    if runner.reaches(data_dir) {
        return Ok((data_dir.to_path_buf(), runner));
    }
    make_dirs(&outside, 0o711).map_err(unwritable(&outside))?;
    if !runner.reaches(&outside) {
        return Err(PrivatePostgresError::OutOfReach {
            cluster: outside,
            user: runner.name,
        });
    }
    Ok((outside, runner))
}

fn make_dirs(dir: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(dir)
}

/// 16 hexadecimal digits that stand for `parts`.
fn short_name(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize()
        .iter()
        .take(NAME_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
