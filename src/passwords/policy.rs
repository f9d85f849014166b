//! What an own password must be: NIST SP 800-63B-4 section 3.1.1.2, without composition rules.

use std::sync::LazyLock;

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;

/// Fewest characters, counted as Unicode code points after normalising.
pub const SHORTEST: usize = 15;
/// Most characters: enough for any phrase, little enough to hash without a second thought.
const LONGEST: usize = 128;
/// zxcvbn looks at this many characters at most; it is quadratic.
const JUDGED_CHARACTERS: usize = 100;

/// Why a password cannot be used, as a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordProblem {
    /// Nothing was typed.
    #[error("Enter a new password.")]
    Missing,
    /// Under [`SHORTEST`].
    #[error("Use at least 15 characters. A few unrelated words work well.")]
    TooShort,
    /// Over [`LONGEST`].
    #[error("Use at most 128 characters.")]
    TooLong,
    /// A tab, a line break or the like, which no sign-in form can send again.
    #[error("Use characters that can be typed: this password contains a control character.")]
    ControlCharacter,
    /// The username, a name or the product's, or little more.
    #[error(
        "Choose a password that is more than your username, your name or the name of the product."
    )]
    IsUsernameOrProduct,
    /// One that was sent by mail: it would go on in a mailbox.
    #[error("Choose a password of your own: this one was sent by mail.")]
    Mailed,
    /// Common, repeated or otherwise soon guessed.
    #[error(
        "This password is easy to guess. Add another word or two that have nothing to do with it."
    )]
    Guessable,
}

/// What an attacker would try first.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Whose password it is to be.
    pub username: &'a str,
    /// Their first name.
    pub first_name: &'a str,
    /// Their last name.
    pub last_name: &'a str,
    /// Their company.
    pub company: &'a str,
    /// What the product is called.
    pub product: &'a str,
}

/// A password that keeps the rules, normalised (NFKC), ready to be hashed.
#[derive(Debug, Clone)]
pub struct OwnPassword(SecretString);

impl OwnPassword {
    /// Checks what was typed.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(typed: &SecretString, about: About<'_>) -> Result<OwnPassword, PasswordProblem> {
        let typed = typed.expose_secret();
        if typed.is_empty() {
            return Err(PasswordProblem::Missing);
        }
        let password = of_the_right_length(typed)?;
        let words = words_of(&[
            about.username,
            about.first_name,
            about.last_name,
            about.company,
            about.product,
        ]);
        if is_little_more_than(&letters_and_digits(&password), &words) {
            return Err(PasswordProblem::IsUsernameOrProduct);
        }
        let judged: String = password.chars().take(JUDGED_CHARACTERS).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if zxcvbn::zxcvbn(&judged, &words).score() < Score::Three {
            return Err(PasswordProblem::Guessable);
        }
        Ok(OwnPassword(password.into()))
    }

    /// The normalised text, for the hasher.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// What was typed, normalised: what is seen at a glance, before anybody judges how soon it is guessed.
///
/// # Errors
/// The first rule that it breaks.
pub fn of_the_right_length(typed: &str) -> Result<String, PasswordProblem> {
    // Before normalising: a megabyte is refused without being looked at.
    if typed.len() > LONGEST * 4 {
        return Err(PasswordProblem::TooLong);
    }
    if typed.chars().any(char::is_control) {
        return Err(PasswordProblem::ControlCharacter);
    }
    let password: String = typed.nfkc().collect();
    match password.chars().count() {
        ..SHORTEST => Err(PasswordProblem::TooShort),
        length if length > LONGEST => Err(PasswordProblem::TooLong),
        _ => Ok(password),
    }
}

/// Whether of `password` hardly anything is left without those words: a year, a few letters.
fn is_little_more_than(password: &str, words: &[String]) -> bool {
    let mut left = password.to_string();
    for word in words {
        left = left.replace(word, "");
    }
    let letters = left.chars().filter(|c| !c.is_numeric()).count();
    left.len() < password.len() && left.chars().count() <= 8 && letters <= 3
}

/// What was typed to be compared, or nothing where it is longer than any password is: a megabyte is not hashed.
pub fn or_nothing(typed: &SecretString) -> &SecretString {
    static NOTHING: LazyLock<SecretString> = LazyLock::new(SecretString::default);
    if typed.expose_secret().len() > LONGEST * 4 {
        &NOTHING
    } else {
        typed
    }
}

/// What an attacker makes of each, the longest first: run together, what stands before an `@`, and its parts.
fn words_of(about: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in about {
        words.push(letters_and_digits(text));
        words.extend(text.split('@').map(letters_and_digits));
        words.extend(
            text.split(|c: char| !c.is_alphanumeric())
                .map(letters_and_digits),
        );
    }
    words.retain(|word| word.chars().count() >= 3);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

fn letters_and_digits(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Result<(), PasswordProblem> {
        let about = About {
            username: "ann.meyer@acme.example",
            first_name: "Ann",
            last_name: "Meyer",
            company: "Globex Chemicals",
            product: "User Accounts",
        };
        OwnPassword::parse(&typed.into(), about).map(|_| ())
    }

    #[test]
    fn the_product_and_the_person_with_a_year_behind_are_soon_guessed() {
        for typed in [
            "UserAccounts2026!",
            "useraccountspassword",
            "User Accounts 12345",
            "acme.example acme",
            "Ann Meyer Acme 2026",
            "Globex Chemicals 2026",
        ] {
            assert!(
                matches!(
                    parse(typed),
                    Err(PasswordProblem::Guessable | PasswordProblem::IsUsernameOrProduct)
                ),
                "{typed}: {:?}",
                parse(typed)
            );
        }
        assert_eq!(parse("velvet harbour sixteen geese"), Ok(()));
    }

    #[test]
    fn length_is_counted_in_characters_and_not_in_bytes() {
        assert_eq!(parse("häßlich grün öl"), Ok(()));
        assert_eq!(parse("kurz grün öl x"), Err(PasswordProblem::TooShort));
        assert_eq!(parse(&"a b7".repeat(33)), Err(PasswordProblem::TooLong));
        assert_eq!(parse(&"x".repeat(1_000_000)), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn the_username_and_the_product_are_refused() {
        for typed in [
            "ann.meyer@acme.example",
            "Ann.Meyer@ACME.example1",
            "User Accounts User Accounts",
        ] {
            assert_eq!(
                parse(typed),
                Err(PasswordProblem::IsUsernameOrProduct),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_soon_guessed_is_refused_and_a_phrase_is_not() {
        for typed in [
            "aaaaaaaaaaaaaaaa",
            "123456789012345678",
            "passwordpassword",
            "qwertyuiopasdfgh",
        ] {
            assert_eq!(parse(typed), Err(PasswordProblem::Guessable), "{typed}");
        }
        assert_eq!(parse("copper lantern ninety walrus"), Ok(()));
        assert_eq!(
            parse("tab\tin the middle of it"),
            Err(PasswordProblem::ControlCharacter)
        );
        assert_eq!(parse(""), Err(PasswordProblem::Missing));
    }
}
