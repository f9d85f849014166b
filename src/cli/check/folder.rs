//! `DATA_DIR` and the key in it.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use super::Finding;
use crate::config::{Config, Database, SecretKey};
use crate::ids;

/// What there is to say about them.
pub fn findings(config: &Config) -> Vec<Finding> {
    let is_needed = config.secret_key.is_none()
        || config.smtp.is_none()
        || matches!(config.database, Database::Private);
    let mut findings = vec![("Secret key", secret_key(config))];
    if is_needed {
        findings.push(("Data folder", folder(config)));
    }
    findings
}

fn secret_key(config: &Config) -> Result<String, String> {
    if config.secret_key.is_some() {
        return Ok("set by SECRET_KEY.".to_string());
    }
    SecretKey::kept_in(&config.data_dir).map_err(|error| error.to_string())?;
    let path = SecretKey::path_in(&config.data_dir);
    let mode = mode_of(&path)?;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{} can be read by other users of this machine, who could make themselves a session. Type: chmod 600 {}.",
            path.display(),
            path.display()
        ));
    }
    Ok(match config.database {
        Database::Private => format!("kept in {}.", path.display()),
        Database::Url { .. } => format!(
            "kept in {}; a second machine on this database needs the same one, by SECRET_KEY.",
            path.display()
        ),
    })
}

fn folder(config: &Config) -> Result<String, String> {
    let dir = &config.data_dir;
    let unwritable = |error: std::io::Error| {
        format!(
            "DATA_DIR is {}, where this user cannot write ({error}). Give the folder to this user (chown), or set DATA_DIR to another one.",
            dir.display()
        )
    };
    fs::create_dir_all(dir).map_err(unwritable)?;
    let trial = dir.join(format!("check.{}", ids::new().simple()));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&trial)
        .and_then(|_| fs::remove_file(&trial))
        .map_err(unwritable)?;
    if mode_of(dir)? & 0o022 != 0 {
        return Err(format!(
            "DATA_DIR is {}, where other users of this machine may write. Type: chmod go-w {}.",
            dir.display(),
            dir.display()
        ));
    }
    Ok(format!("{} can be written.", dir.display()))
}

fn mode_of(path: &std::path::Path) -> Result<u32, String> {
    fs::metadata(path)
        .map(|found| found.permissions().mode())
        .map_err(|error| format!("{} cannot be looked at: {error}.", path.display()))
}
