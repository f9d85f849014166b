//! The programs of PostgreSQL on this machine.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::PrivatePostgresError;
use super::install::install_command;
use super::runner::Runner;

/// The oldest major version that the migrations work with.
const OLDEST: u32 = 14;

/// One PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
    pub(super) major: u32,
}

/// The programs for the database in `cluster`: those that made it, or for a new one the first that
/// will do. `search_path` is the PATH.
pub(super) fn find(
    cluster: &Path,
    runner: &Runner,
    search_path: Option<&OsStr>,
) -> Result<Programs, PrivatePostgresError> {
    let made_by = fs::read_to_string(cluster.join("PG_VERSION"))
        .ok()
        .map(|version| version.trim().to_string());
    let mut found = candidates(runner, search_path)
        .into_iter()
        .filter_map(|dir| in_folder(&dir, runner))
        .filter(|programs| programs.major >= OLDEST)
        .peekable();
    if found.peek().is_none() {
        return Err(PrivatePostgresError::NoPrograms {
            install: install_command(),
        });
    }
    match made_by {
        None => found.next(),
        Some(ref version) => found.find(|programs| programs.major.to_string() == *version),
    }
    .ok_or_else(|| PrivatePostgresError::OtherVersion {
        cluster: cluster.to_path_buf(),
        made_by: made_by.unwrap_or_default(),
    })
}

/// Folders where the programs may be, the likeliest first.
fn candidates(runner: &Runner, search_path: Option<&OsStr>) -> Vec<PathBuf> {
    let path: Vec<PathBuf> = search_path
        .map(|path| {
            path.as_bytes()
                .split(|byte| *byte == b':')
                .collect::<Vec<_>>()
        })
        .unwrap_or_default()
        .into_iter()
        .map(|dir| PathBuf::from(OsStr::from_bytes(dir)))
        // The programs run in another folder than the person: a relative entry means nothing there.
        .filter(|dir| dir.is_absolute())
        .collect();
    let configured = path
        .iter()
        .map(|dir| dir.join("pg_config"))
        .filter(|program| program.is_file())
        .filter_map(|program| output(runner, &program, "--bindir"))
        .map(PathBuf::from);
    let mut dirs: Vec<PathBuf> = configured.collect();
    dirs.extend(path.iter().cloned());
    // Debian, then what others do alike: Red Hat's own packages of PostgreSQL, openSUSE, Alpine.
    dirs.extend(versioned("/usr/lib/postgresql", "", "bin"));
    dirs.extend(versioned("/usr", "pgsql-", "bin"));
    dirs.extend(versioned("/usr/lib", "postgresql", "bin"));
    dirs.extend(versioned("/usr/libexec", "postgresql", ""));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        dirs.extend(versioned(homebrew, "postgresql@", "bin"));
        dirs.push(Path::new(homebrew).join("postgresql/bin"));
    }
    let mut seen = Vec::new();
    for dir in dirs {
        if !seen.contains(&dir) {
            seen.push(dir);
        }
    }
    seen
}

/// `parent/<prefix><number>/<inside>`, the highest number first.
fn versioned(parent: &str, prefix: &str, inside: &str) -> Vec<PathBuf> {
    let mut numbered: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join(inside)))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, dir)| dir).collect()
}

/// The programs in `dir`, if both are there and `runner` can run them.
fn in_folder(dir: &Path, runner: &Runner) -> Option<Programs> {
    let (initdb, postgres) = (dir.join("initdb"), dir.join("postgres"));
    if !initdb.is_file() || !postgres.is_file() {
        return None;
    }
    let version = output(runner, &postgres, "--version")?;
    Some(Programs {
        major: major_version(version.to_str()?)?,
        initdb,
        postgres,
    })
}

/// 15 from `postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)`, 18 from `… 18beta1`.
fn major_version(said: &str) -> Option<u32> {
    let number = said.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits = number.find(|c: char| !c.is_ascii_digit());
    number.get(..digits.unwrap_or(number.len()))?.parse().ok()
}

/// What `program option` prints, without the end of the line.
fn output(runner: &Runner, program: &Path, option: &str) -> Option<OsString> {
    let said = runner
        .command(program)
        .arg(option)
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|said| said.status.success())?;
    let line = said.stdout.strip_suffix(b"\n").unwrap_or(&said.stdout);
    Some(OsString::from_vec(line.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn reads_the_major_version_of_releases_and_betas() {
        let debian = "postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)";
        assert_eq!(major_version(debian), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("postgres (PostgreSQL) 17"), Some(17));
        assert_eq!(major_version("postgres (Something) 17"), None);
    }
}
