//! The database itself: made once, started, and given what the tables need.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, lchown};
use std::process::Stdio;
use std::thread::sleep;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::sql_types::{BigInt, Bool};
use diesel::{Connection as _, RunQueryDsl as _};

use super::error::data_dir as unwritable;
use super::files::open_or_make;
use super::install::install_command;
use super::lock::Lock;
use super::place::Place;
use super::postmaster::{self, Postmaster};
use super::programs::{self, Programs};
use super::{NAME, POLL, PORT, PrivatePostgresError, polls_in};

/// How long PostgreSQL may take until it answers: recovery after a power cut takes the longest.
const START_SECONDS: u32 = 60;
/// How long processes of the last run may take to notice that their postmaster is gone.
const LEFTOVERS_SECONDS: u32 = 3;
/// How long they, or an `initdb` whose program was killed, may take to end.
const LEFTOVERS_END_SECONDS: u32 = 15;
/// A log longer than this is put aside at the next start, in place of the one before.
const LOG_BYTES: u64 = 10_000_000;
/// How much of the end of the log is told when PostgreSQL does not start.
const TOLD_LINES: usize = 8;

/// The settings of the server, each with `-c`: this program decides them, not a file.
const SETTINGS: [&str; 13] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=on",
    "shared_buffers=128MB",
    "max_connections=120",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    "logging_collector=off",
    "log_destination=stderr",
    // No statements and no values in the log: both hold what people typed.
    "log_statement=none",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
];

/// Whether there is a database.
pub(super) fn is_made(place: &Place) -> bool {
    place.cluster.join("PG_VERSION").exists()
}

/// Finds the postmaster, or starts one, and waits until it answers. Only under `start.lock`.
pub(super) fn ensure_running(
    place: &Place,
    search_path: Option<&OsStr>,
) -> Result<Postmaster, PrivatePostgresError> {
    if let Some(pid) = running(place)? {
        return Ok(Postmaster::adopted(pid));
    }
    let programs = programs::find(&place.cluster, &place.runner, search_path)?;
    // Held by every process of PostgreSQL from its first moment to its last, whoever started it and
    // in whichever container: this, not a number in a file, says that the files are free.
    let lock = Lock::open(&place.base.join("postgres.lock"))?;
    if !lock.wait_alone(polls_in(LEFTOVERS_SECONDS))? {
        // What is left is busy with a long query, and would notice at its end only.
        postmaster::end_leftovers(place);
        if !lock.wait_alone(polls_in(LEFTOVERS_END_SECONDS))? {
            return Err(PrivatePostgresError::Busy(place.cluster.clone()));
        }
    }
    let mut log = open_log(place)?;
    if !is_made(place) {
        make(place, &programs, &lock, &mut log)?;
    }
    start(place, &programs, lock, &mut log)
}

/// The process number of a postmaster that answers. Waits for one that is starting or stopping.
fn running(place: &Place) -> Result<Option<i32>, PrivatePostgresError> {
    let mut said = "It is stopping.".to_string();
    for poll in 0.. {
        let Some(found) = postmaster::find(place) else {
            return Ok(None);
        };
        let elsewhere = found
            .socket_dir
            .as_ref()
            .is_some_and(|dir| *dir != place.socket_dir);
        if !found.stopping && !elsewhere {
            place.make_socket_dir()?;
            match connect(place, "postgres") {
                Ok(_) => return Ok(Some(found.pid)),
                Err(error) => said = error,
            }
        }
        if elsewhere || poll >= polls_in(START_SECONDS) {
            return Err(PrivatePostgresError::NotAnswering {
                pid: found.pid,
                cluster: place.cluster.clone(),
                socket_dir: place.socket_dir.clone(),
                said,
            });
        }
        sleep(POLL);
    }
    Ok(None)
}

/// Runs `initdb` in a folder of another name, which becomes the database when it is whole: what a
/// killed program left behind is never taken for one.
fn make(
    place: &Place,
    programs: &Programs,
    lock: &Lock,
    log: &mut File,
) -> Result<(), PrivatePostgresError> {
    let unfinished = place.base.join("postgres.new");
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(unwritable(&unfinished)(error));
        }
        _ => {}
    }
    // Made here and given away: the unprivileged user need not be able to write in DATA_DIR.
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&unfinished)
        .and_then(|()| lchown(&unfinished, Some(place.runner.uid), Some(place.runner.gid)))
        .map_err(unwritable(&unfinished))?;
    let (out, err) = log_for_child(place, log)?;
    let from = end_of(log);
    let status = place
        .runner
        .command(&programs.initdb)
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C"])
        .args(["--data-checksums", "--no-instructions"])
        .stdin(lock.for_child()?)
        .stdout(out)
        .stderr(err)
        .status()
        .map_err(|reason| PrivatePostgresError::Program {
            program: programs.initdb.clone(),
            reason,
        })?;
    if !status.success() {
        return Err(PrivatePostgresError::NotMade {
            cluster: place.cluster.clone(),
            said: last_lines(log, from),
        });
    }
    fs::rename(&unfinished, &place.cluster)
        .and_then(|()| File::open(&place.base)?.sync_all())
        .map_err(unwritable(&place.cluster))
}

fn start(
    place: &Place,
    programs: &Programs,
    lock: Lock,
    log: &mut File,
) -> Result<Postmaster, PrivatePostgresError> {
    place.make_socket_dir()?;
    postmaster::disown_pid_file(place)?;
    // Nobody serves this socket any more; the file beside it would block like a stale pid file.
    for left in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
        let left = place.socket_dir.join(left);
        match fs::remove_file(&left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unwritable(&left)(error));
            }
            _ => {}
        }
    }
    let (out, err) = log_for_child(place, log)?;
    let from = end_of(log);
    let mut command = place.runner.command(&programs.postgres);
    command.arg("-D").arg(&place.cluster);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    let child = command
        .args(["-c", &format!("port={PORT}")])
        .arg("-c")
        .arg(format!(
            "unix_socket_directories={}",
            place.socket_dir.display()
        ))
        // An empty file, so the same as nothing to read; what matters is its lock.
        .stdin(lock.for_child()?)
        .stdout(out)
        .stderr(err)
        .spawn()
        .map_err(|reason| PrivatePostgresError::Program {
            program: programs.postgres.clone(),
            reason,
        })?;
    lock.hand_over();
    let pid = i32::try_from(child.id()).unwrap_or_default();
    let mut postmaster = Postmaster::started(child);
    let mut said = String::new();
    for _ in 0..polls_in(START_SECONDS) {
        if postmaster.has_ended(place) {
            return Err(PrivatePostgresError::NotStarted {
                log: place.log.clone(),
                said: last_lines(log, from),
            });
        }
        match connect(place, "postgres") {
            Ok(_) => return Ok(postmaster),
            Err(error) => said = error,
        }
        sleep(POLL);
    }
    // Nobody else will stop what nobody could join.
    postmaster.stop(place)?;
    Err(PrivatePostgresError::NotAnswering {
        pid,
        cluster: place.cluster.clone(),
        socket_dir: place.socket_dir.clone(),
        said,
    })
}

/// Makes the database where it is missing, and sees that the extensions can be had.
pub(super) fn prepare(place: &Place) -> Result<(), PrivatePostgresError> {
    let failed = |error: diesel::result::Error| PrivatePostgresError::Database(error.to_string());
    let mut connection = connect(place, "postgres").map_err(PrivatePostgresError::Database)?;
    let extensions: i64 = diesel::select(sql::<BigInt>(
        "(select count(*) from pg_available_extensions where name in ('pg_trgm', 'btree_gin'))",
    ))
    .get_result(&mut connection)
    .map_err(failed)?;
    if extensions < 2 {
        return Err(PrivatePostgresError::NoContrib {
            install: install_command(),
        });
    }
    if has_database(&mut connection).map_err(failed)? {
        return Ok(());
    }
    let made = connection.batch_execute(&format!("create database {NAME}"));
    // PostgreSQL may still be at it for a program that was killed meanwhile: then ours fails when
    // that one is done.
    match made {
        Err(error) if !has_database(&mut connection).map_err(failed)? => Err(failed(error)),
        _ => Ok(()),
    }
}

fn has_database(connection: &mut PgConnection) -> diesel::QueryResult<bool> {
    diesel::select(sql::<Bool>(&format!(
        "exists (select from pg_database where datname = '{NAME}')"
    )))
    .get_result(connection)
}

fn connect(place: &Place, database: &str) -> Result<PgConnection, String> {
    // Two seconds are the least that libpq knows.
    PgConnection::establish(&format!(
        "host={} port={PORT} user={NAME} dbname={database} connect_timeout=2",
        place.socket_dir.display()
    ))
    .map_err(|error| error.to_string().trim().replace('\n', " "))
}

/// Opens the log, readable for its owner only.
fn open_log(place: &Place) -> Result<File, PrivatePostgresError> {
    let path = &place.log;
    if fs::metadata(path).is_ok_and(|log| log.len() > LOG_BYTES) {
        fs::rename(path, path.with_extension("log.old")).map_err(unwritable(path))?;
    }
    open_or_make(path, true).map_err(unwritable(path))
}

/// The log as a child's output and errors.
fn log_for_child(place: &Place, log: &File) -> Result<(Stdio, Stdio), PrivatePostgresError> {
    let out = log.try_clone().map_err(unwritable(&place.log))?;
    let err = log.try_clone().map_err(unwritable(&place.log))?;
    Ok((out.into(), err.into()))
}

fn end_of(log: &File) -> u64 {
    log.metadata().map(|log| log.len()).unwrap_or_default()
}

/// The last lines that were written after `from`, as one line.
fn last_lines(log: &mut File, from: u64) -> String {
    let mut written = Vec::new();
    let read = log
        .seek(SeekFrom::Start(from))
        .and_then(|_| log.read_to_end(&mut written));
    if let Err(error) = read {
        return format!("(the log cannot be read: {error})");
    }
    let written = String::from_utf8_lossy(&written);
    let lines: Vec<&str> = written
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let told = lines.len().saturating_sub(TOLD_LINES);
    lines.get(told..).unwrap_or_default().join(" | ")
}
