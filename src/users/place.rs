//! A place in the list: the key of the row before or after it, sealed so that it can stand in a URL
//! without showing an address and cannot be made up. The line that a page of history starts below is
//! sealed too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// XChaCha20's nonce; long enough to be drawn at random.
const NONCE_BYTES: usize = 24;

/// Which way to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The rows that follow.
    After,
    /// The rows before.
    Before,
}

/// What a row is sorted by, with the tie-breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// Usernames are unique.
    Username(String),
    /// The folded name.
    Name(String, Uuid),
    /// The last sign-in, or never.
    LastSignIn(Option<OffsetDateTime>, Uuid),
}

/// A place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which way to read on.
    pub direction: Direction,
    /// From which row.
    pub key: Key,
}

/// Seals keys and lines of history for URLs, under a key of its own derived from the program's secret.
#[derive(Clone)]
pub struct PlaceSeal {
    cipher: XChaCha20Poly1305,
}

impl PlaceSeal {
    /// Under this key.
    pub fn new(key: [u8; 32]) -> PlaceSeal {
        PlaceSeal {
            cipher: XChaCha20Poly1305::new(&key.into()),
        }
    }

    /// The key as text for a URL, of a list of `account_id`: no other account's list can be asked where the
    /// row would stand.
    pub fn seal(&self, account_id: Uuid, key: &Key) -> String {
        self.seal_bytes(account_id, &serde_json::to_vec(key).unwrap_or_default())
    }

    /// The key that was sealed for that account; nothing for any other text.
    pub fn open(&self, account_id: Uuid, text: &str) -> Option<Key> {
        serde_json::from_slice(&self.open_bytes(account_id, text)?).ok()
    }

    /// The number of a line of history as text for a URL: lines are counted over all accounts, and no account
    /// reads how much happens in the others. All numbers are equally long, so their length says nothing either.
    pub fn seal_line(&self, account_id: Uuid, line: i64) -> String {
        self.seal_bytes(account_id, &line.to_be_bytes())
    }

    /// The line that was sealed for that account; nothing for any other text.
    pub fn open_line(&self, account_id: Uuid, text: &str) -> Option<i64> {
        let bytes = self.open_bytes(account_id, text)?;
        Some(i64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn seal_bytes(&self, account_id: Uuid, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        // Encryption in memory of a few hundred bytes does not fail.
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), of_account(plain, &account_id))
            .unwrap_or_default();
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    fn open_bytes(&self, account_id: Uuid, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
        self.cipher
            .decrypt(&XNonce::from(nonce), of_account(sealed, &account_id))
            .ok()
    }
}

fn of_account<'a>(msg: &'a [u8], account_id: &'a Uuid) -> Payload<'a, 'a> {
    Payload {
        msg,
        aad: account_id.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_shows_nothing_and_opens_again() {
        let seal = PlaceSeal::new([7; 32]);
        let key = Key::Username("ann.meyer@acme.example".into());
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = seal.seal(ours, &key);
        assert!(
            !text.contains('@')
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(seal.open(ours, &text), Some(key));
        assert_eq!(seal.open(theirs, &text), None, "another account's list");
        assert_eq!(PlaceSeal::new([8; 32]).open(ours, &text), None);
        assert_eq!(seal.open(ours, "made-up"), None);
        assert_eq!(seal.open(ours, ""), None);
    }

    #[test]
    fn a_sealed_line_opens_for_its_account_alone_and_is_no_place_in_the_list() {
        let seal = PlaceSeal::new([7; 32]);
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (few, many) = (seal.seal_line(ours, 1), seal.seal_line(ours, i64::MAX));
        assert_eq!(few.len(), many.len(), "the length says nothing");
        assert_eq!(seal.open_line(ours, &few), Some(1));
        assert_eq!(seal.open_line(ours, &many), Some(i64::MAX));
        assert_eq!(seal.open_line(theirs, &few), None);
        assert_eq!(seal.open_line(ours, "1"), None);
        assert_eq!(seal.open(ours, &few), None);
        let row = seal.seal(ours, &Key::Username("ann.meyer@acme.example".into()));
        assert_eq!(seal.open_line(ours, &row), None);
    }
}
