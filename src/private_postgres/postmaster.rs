//! The main process of PostgreSQL: found again by the file that it leaves, and stopped.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::error::data_dir as unwritable;
use super::files::overwrite;
use super::place::Place;
use super::{POLL, PrivatePostgresError, polls_in};

/// How long PostgreSQL may take to end sessions and write everything down.
const FAST_STOP_SECONDS: u32 = 15;
/// How long it may take to drop everything; it recovers at the next start.
const IMMEDIATE_STOP_SECONDS: u32 = 10;

/// What `postmaster.pid` says, where the process that it names is alive and is this database's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) pid: i32,
    /// Not written yet in the first moments of its life.
    pub(super) socket_dir: Option<PathBuf>,
    pub(super) stopping: bool,
}

/// Looks for a running postmaster, whoever started it.
pub(super) fn find(place: &Place) -> Option<Found> {
    let written = fs::read(pid_file(place)).ok()?;
    // Lines: pid, folder, start, port, folder of the socket, addresses, shared memory, status.
    let lines: Vec<&[u8]> = written.split(|byte| *byte == b'\n').collect();
    let text = |at: usize| {
        lines
            .get(at)
            .and_then(|line| std::str::from_utf8(line).ok())
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let pid: i32 = text(0)?.parse().ok()?;
    (is_alive(pid) && works_on(pid, &place.cluster)).then(|| Found {
        pid,
        socket_dir: text(4).map(PathBuf::from),
        stopping: text(7) == Some("stopping"),
    })
}

/// Ends the processes that a killed postmaster left at work on the database, as it would have done
/// itself after a crash. Only where no postmaster runs, and where /proc tells whose they are.
pub(super) fn end_leftovers(place: &Place) {
    let pids = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    for pid in pids {
        // The name is asked, too: a person's shell may be in the folder.
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.trim_end() != "postgres" || !works_on(pid, &place.cluster) {
            continue;
        }
        tracing::warn!(pid, "a process of a PostgreSQL that was killed is ended");
        if let Err(error) = kill(Pid::from_raw(pid), Signal::SIGQUIT) {
            tracing::warn!(pid, %error, "no signal could be sent");
        }
    }
}

/// Makes PostgreSQL take `postmaster.pid` for the stale file that it is. PostgreSQL does so by
/// itself when no process has that number; where the number has gone to another process, or to a
/// zombie, it refuses to start.
///
/// The file is not removed: its line about shared memory is how PostgreSQL notices that processes
/// of the last run are still at work. The number of the parent is one that PostgreSQL overlooks.
pub(super) fn disown_pid_file(place: &Place) -> Result<(), PrivatePostgresError> {
    let path = pid_file(place);
    let written = match fs::read(&path) {
        Ok(written) => written,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unwritable(&path)(error)),
    };
    let mut lines = written.splitn(2, |byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let pid = std::str::from_utf8(first)
        .ok()
        .and_then(|pid| pid.trim().parse::<i32>().ok());
    match pid {
        // Written when the disk was full, or cut short by a power cut: PostgreSQL would not start.
        None => fs::remove_file(&path).map_err(unwritable(&path)),
        Some(pid) if exists(pid) => {
            let mut disowned = std::process::id().to_string().into_bytes();
            disowned.push(b'\n');
            disowned.extend_from_slice(lines.next().unwrap_or_default());
            // In place, so that it stays PostgreSQL's own file.
            overwrite(&path)
                .and_then(|mut file| file.write_all(&disowned))
                .map_err(unwritable(&path))
        }
        Some(_) => Ok(()),
    }
}

/// A postmaster to be stopped one day: our child, or one that we found.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: i32,
    child: Option<Child>,
}

impl Postmaster {
    pub(super) fn started(child: Child) -> Postmaster {
        Postmaster {
            pid: i32::try_from(child.id()).unwrap_or_default(),
            child: Some(child),
        }
    }

    pub(super) fn adopted(pid: i32) -> Postmaster {
        Postmaster { pid, child: None }
    }

    /// Whether it has ended. A child is reaped by asking.
    pub(super) fn has_ended(&mut self, place: &Place) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => {
                let named = find(place).is_some_and(|found| found.pid == self.pid);
                // Its file goes a moment before the process itself does.
                let leaving =
                    has_proc() && is_alive(self.pid) && works_on(self.pid, &place.cluster);
                !named && !leaving
            }
        }
    }

    /// Ends every session, and PostgreSQL with them; waits for the end.
    pub(super) fn stop(&mut self, place: &Place) -> Result<(), PrivatePostgresError> {
        let ways = [
            (Signal::SIGINT, FAST_STOP_SECONDS),
            (Signal::SIGQUIT, IMMEDIATE_STOP_SECONDS),
        ];
        for (signal, seconds) in ways {
            // Asked before every signal: the number of an ended process may be somebody else's.
            if self.has_ended(place) {
                return Ok(());
            }
            match kill(Pid::from_raw(self.pid), signal) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => tracing::warn!(pid = self.pid, %error, "no signal could be sent"),
            }
            for _ in 0..polls_in(seconds) {
                if self.has_ended(place) {
                    return Ok(());
                }
                sleep(POLL);
            }
            tracing::warn!(pid = self.pid, %signal, seconds, "PostgreSQL has not stopped yet");
        }
        Err(PrivatePostgresError::NotStopped {
            pid: self.pid,
            log: place.log.clone(),
        })
    }
}

fn pid_file(place: &Place) -> PathBuf {
    place.cluster.join("postmaster.pid")
}

/// Whether the number is taken, be it by a zombie or by somebody else's process.
fn exists(pid: i32) -> bool {
    pid > 0 && matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

fn has_proc() -> bool {
    Path::new("/proc/self/stat").exists()
}

/// Whether the process still does anything. Where there is no /proc, a zombie counts as alive.
fn is_alive(pid: i32) -> bool {
    exists(pid) && !is_zombie(pid)
}

fn is_zombie(pid: i32) -> bool {
    // "pid (name) state …", where the name may itself hold brackets.
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
    })
}

/// Whether the process is a postmaster of `cluster`: it works inside that folder, and is told of it
/// on its command line, which is all that may be seen where /proc hides the rest (root in a
/// container without `CAP_SYS_PTRACE`).
fn works_on(pid: i32, cluster: &Path) -> bool {
    // The database may have been moved to another disk, and a link put in its place.
    let real = cluster.canonicalize();
    let real = real.as_deref().unwrap_or(cluster);
    if !has_proc() {
        // Without /proc the process of that number is taken for PostgreSQL; that it answers on our
        // socket is asked in any case.
        return true;
    }
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(works_in) => works_in == real,
        Err(_) => fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
            line.split(|byte| *byte == 0)
                .any(|argument| argument == cluster.as_os_str().as_bytes())
        }),
    }
}
