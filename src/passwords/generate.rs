//! Passwords to be mailed: random, typed once, and kept as a salted SHA-256.

use rand::CryptoRng;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Letters and digits without those that look alike (0 O 1 l I).
const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Four groups of five: 20 × log2(57) is more than 116 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// A random password of four groups of five letters and digits, joined by `-`.
pub fn generate(rng: &mut impl CryptoRng) -> SecretString {
    let mut password = String::with_capacity(GROUPS * (GROUP + 1));
    for group in 0..GROUPS {
        if group > 0 {
            password.push('-');
        }
        for _ in 0..GROUP {
            password.push(letter(rng));
        }
    }
    password.into()
}

/// Six random bits are drawn until they fall into the alphabet: a remainder would favour its start.
fn letter(rng: &mut impl CryptoRng) -> char {
    loop {
        let draw = usize::try_from(rng.next_u32() >> 26).unwrap_or(usize::MAX);
        if let Some(letter) = ALPHABET.get(draw) {
            return char::from(*letter);
        }
    }
}

/// What is kept of a mailed password. Over 112 random bits need no slow hash (OWASP ASVS 5.0.0,
/// 6.5.2); the salt keeps two rows from telling that they hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryDigest {
    /// Random bytes that go before the password.
    pub salt: [u8; 16],
    /// SHA-256 of both.
    pub digest: [u8; 32],
}

impl TemporaryDigest {
    /// The digest of a password, with a salt of its own.
    pub fn of(password: &SecretString, rng: &mut impl CryptoRng) -> TemporaryDigest {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let digest = compute(&salt, password.expose_secret());
        TemporaryDigest { salt, digest }
    }

    /// Whether `typed` is the password, in a time that does not depend on how nearly it is. White
    /// space around it does not count: it comes along when copied from a mail.
    pub fn matches(&self, typed: &SecretString) -> bool {
        let computed = compute(&self.salt, typed.expose_secret().trim());
        computed.ct_eq(&self.digest).into()
    }
}

fn compute(salt: &[u8], password: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(password.as_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn a_password_is_four_groups_of_five_without_look_alikes() {
        let mut rng = rand::rng();
        let mut seen = HashSet::new();
        for _ in 0..1_000 {
            let password = generate(&mut rng);
            let password = password.expose_secret();
            let groups: Vec<&str> = password.split('-').collect();
            assert_eq!(groups.len(), 4, "{password}");
            assert!(groups.iter().all(|group| group.len() == 5), "{password}");
            assert!(
                password
                    .chars()
                    .all(|c| c == '-' || c.is_ascii_alphanumeric())
            );
            assert!(!password.contains(['0', 'O', '1', 'l', 'I']), "{password}");
            assert!(seen.insert(password.to_string()));
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        assert_eq!(ALPHABET.iter().collect::<HashSet<_>>().len(), 57);
        let mut rng = rand::rng();
        let mut counts: HashMap<char, u32> = HashMap::new();
        for _ in 0..57_000 {
            *counts.entry(letter(&mut rng)).or_default() += 1;
        }
        assert_eq!(counts.len(), 57);
        // A thousand each, with a standard deviation of 31: eight of them are beyond chance.
        assert!(
            counts.values().all(|count| (750..=1_250).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_digest_knows_its_password_also_with_white_space_around_it() {
        let mut rng = rand::rng();
        let password = generate(&mut rng);
        let digest = TemporaryDigest::of(&password, &mut rng);
        assert!(digest.matches(&password));
        assert!(digest.matches(&format!(" \t{}\r\n", password.expose_secret()).into()));
        assert!(!digest.matches(&generate(&mut rng)));
        assert!(!digest.matches(&"".into()));
        assert_ne!(digest, TemporaryDigest::of(&password, &mut rng));
    }
}
