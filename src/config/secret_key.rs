//! The key of the session cookie, and keys derived from it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::{Digest as _, Sha256};

use super::ConfigError;

/// Bytes of the key.
const LENGTH: usize = 64;
/// The file in `DATA_DIR`.
const FILE_NAME: &str = "secret_key";

/// 64 random bytes.
#[derive(Debug)]
pub struct SecretKey(SecretBox<[u8; LENGTH]>);

impl Clone for SecretKey {
    fn clone(&self) -> Self {
        SecretKey(SecretBox::new(Box::new(*self.0.expose_secret())))
    }
}

impl SecretKey {
    /// Reads `SECRET_KEY`.
    ///
    /// # Errors
    /// [`ConfigError`] about it.
    pub fn parse(text: &str) -> Result<SecretKey, ConfigError> {
        let should_be =
            "must be 64 bytes in base64, as \"openssl rand -base64 64\" makes them on one line.";
        let joined: String = text.split_whitespace().collect();
        let bytes = STANDARD
            .decode(joined)
            .map_err(|_| ConfigError::new("SECRET_KEY", should_be))?;
        SecretKey::of_bytes(&bytes).ok_or_else(|| ConfigError::new("SECRET_KEY", should_be))
    }

    fn of_bytes(bytes: &[u8]) -> Option<SecretKey> {
        let bytes: [u8; LENGTH] = bytes.try_into().ok()?;
        Some(SecretKey(SecretBox::new(Box::new(bytes))))
    }

    /// The key kept in `data_dir`, made once. Two programs that start at once keep the same one: the
    /// file comes into being whole, and only once.
    ///
    /// # Errors
    /// [`ConfigError`] about `DATA_DIR`.
    pub fn kept_in(data_dir: &Path) -> Result<SecretKey, ConfigError> {
        let path = SecretKey::path_in(data_dir);
        if let Some(key) = read(&path)? {
            return Ok(key);
        }
        fs::create_dir_all(data_dir).map_err(|error| unwritable(data_dir, &error))?;
        let mut bytes = [0; LENGTH];
        rand::rng().fill_bytes(&mut bytes);
        // A random name, not the process's number: programs in containers are all number 1.
        let own = data_dir.join(format!("{FILE_NAME}.{:016x}", rand::rng().next_u64()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&own)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        written.map_err(|error| unwritable(data_dir, &error))?;
        // A link fails where the name exists: whoever was first has made the key.
        let linked = fs::hard_link(&own, &path);
        let _ = fs::remove_file(&own);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(data_dir, &error)),
        }
        read(&path)?.ok_or_else(|| {
            ConfigError::new("DATA_DIR", "lost its secret_key while the program started.")
        })
    }

    /// Where the key of `data_dir` is kept.
    pub fn path_in(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE_NAME)
    }

    /// The bytes, for the cookie.
    pub fn bytes(&self) -> [u8; LENGTH] {
        *self.0.expose_secret()
    }

    /// A key of its own for `purpose`. The secret is uniformly random and longer than the hash's
    /// state, so that one hash of both is a key derivation (NIST SP 800-56C, one-step).
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0.expose_secret());
        hash.update(purpose.as_bytes());
        hash.finalize().into()
    }
}

fn read(path: &Path) -> Result<Option<SecretKey>, ConfigError> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => SecretKey::of_bytes(&bytes).map(Some).ok_or_else(|| {
            ConfigError::new(
                "DATA_DIR",
                format!(
                    "holds a damaged key: delete {} to make a new one, which signs everybody out.",
                    path.display()
                ),
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::new(
            "DATA_DIR",
            format!("must be readable: {}: {error}.", path.display()),
        )),
    }
}

fn unwritable(data_dir: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError::new(
        "DATA_DIR",
        format!(
            "must be a folder that this user can write to: {}: {error}.",
            data_dir.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn programs_that_start_at_once_keep_one_key_that_nobody_else_reads() {
        let dir = std::env::temp_dir().join(format!("secret-key-test-{}", std::process::id()));
        let keys: Vec<[u8; LENGTH]> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SecretKey::kept_in(&dir).unwrap().bytes()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(
            fs::read_dir(&dir).unwrap().count(),
            1,
            "unfinished files are cleaned away"
        );
        let mode = fs::metadata(dir.join(FILE_NAME))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(dir.join(FILE_NAME), b"short").unwrap();
        assert_eq!(SecretKey::kept_in(&dir).unwrap_err().variable, "DATA_DIR");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn derived_keys_differ_by_purpose() {
        let key = SecretKey::of_bytes(&[7; LENGTH]).unwrap();
        assert_ne!(key.derive("a"), key.derive("b"));
        assert_eq!(key.derive("a"), key.derive("a"));
        assert!(SecretKey::parse(&STANDARD.encode([1; 63])).is_err());
        assert!(SecretKey::parse(&STANDARD.encode([1; 64])).is_ok());
    }
}
