//! The username: an email address in the one form that is stored, shown, compared and mailed.

use thiserror::Error;

use crate::accounts::Domain;

/// Longest address that SMTP carries (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const LONGEST: usize = 254;
/// Longest local part (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;

/// A username in its stored form: lower case, ASCII local part (an RFC 5321 dot-string), the domain
/// as A-label. Dots and `+tags` stay: `a.b@` and `ab@` are different people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username {
    text: String,
    at: usize,
}

/// Why a text is no username, as a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UsernameProblem {
    /// Nothing but space.
    #[error("Enter the username: the person’s company email address.")]
    Missing,
    /// No `@`, two of them, spaces inside, quotes and the like.
    #[error("Enter one email address, like name@company.example.")]
    NotAnAddress,
    /// A name with the address behind it, as mail programs copy one.
    #[error("Enter only the address: what stands between < and >.")]
    WithName,
    /// A letter before the `@` that is not plain ASCII: letters that look alike are different.
    #[error("Use only plain letters a to z, digits and signs such as . _ + - before the @.")]
    NotAscii,
    /// Over the lengths that mail allows.
    #[error(
        "Enter a shorter address: mail carries at most 64 characters before the @ and 254 in all."
    )]
    TooLong,
}

impl Username {
    /// Brings what was typed to the stored form.
    ///
    /// The order matters: white space (also the invisible kind that copying brings along) is trimmed,
    /// then anything but ASCII before the `@` is refused *before* any case is changed, because lower
    /// case turns some foreign letters into ASCII ones (Django CVE-2019-19844).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(typed: &str) -> Result<Username, UsernameProblem> {
        Username::parse_step_by_step(typed, &mut |_, _| {})
    }

    /// The same, telling each step with what the address is after it, for staff who explain it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_step_by_step(
        typed: &str,
        step: &mut impl FnMut(&'static str, &str),
    ) -> Result<Username, UsernameProblem> {
        let address = typed.trim_matches(|c: char| c.is_whitespace() || is_zero_width(c));
        step("without white space around it", address);
        if address.is_empty() {
            return Err(UsernameProblem::Missing);
        }
        // Far over any address: not worth looking at more closely.
        if address.len() > 4 * LONGEST {
            return Err(UsernameProblem::TooLong);
        }
        // Before all else that such a text is besides: it says best what to do.
        if let Some((_, bracketed)) = address.split_once('<')
            && bracketed.contains('@')
            && bracketed.find('>') == Some(bracketed.len() - 1)
        {
            return Err(UsernameProblem::WithName);
        }
        let (local, domain) = address
            .rsplit_once('@')
            .ok_or(UsernameProblem::NotAnAddress)?;
        // Two addresses, or words before one: that they have foreign letters too is not what to mend.
        if local.contains(['@', ' ', ',', ';']) {
            return Err(UsernameProblem::NotAnAddress);
        }
        if !local.is_ascii() {
            return Err(UsernameProblem::NotAscii);
        }
        // An encoded word (RFC 2047) is made of atoms too, and mail programs may read it as another address.
        if local.contains("=?") {
            return Err(UsernameProblem::NotAnAddress);
        }
        let is_dot_string = local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
        if !is_dot_string {
            return Err(UsernameProblem::NotAnAddress);
        }
        let domain = Domain::parse(domain).map_err(|_| UsernameProblem::NotAnAddress)?;
        step(
            "the domain as it stands in the DNS, in lower case",
            &format!("{local}@{}", domain.as_str()),
        );
        let text = format!("{}@{}", local.to_ascii_lowercase(), domain.as_str());
        step("the part before the @ in lower case", &text);
        if local.len() > LONGEST_LOCAL_PART || text.len() > LONGEST {
            return Err(UsernameProblem::TooLong);
        }
        // A second opinion from the library that mail programs use.
        if !email_address::EmailAddress::is_valid(&text) {
            return Err(UsernameProblem::NotAnAddress);
        }
        Ok(Username {
            at: local.len(),
            text,
        })
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }
}

/// `atext` of RFC 5322, section 3.2.3.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

/// Characters of no width that come along when an address is copied from a document.
fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_become_one_username() {
        for typed in [
            "ann.meyer@acme.example",
            "  Ann.Meyer@ACME.example ",
            "\u{a0}ann.meyer@acme.example\u{200b}",
            "\u{feff}ANN.MEYER@Acme.Example\r\n",
        ] {
            assert_eq!(
                Username::parse(typed).unwrap().as_str(),
                "ann.meyer@acme.example",
                "{typed:?}"
            );
        }
        assert_eq!(
            Username::parse("o'neil+x@b\u{fc}cher.example")
                .unwrap()
                .as_str(),
            "o'neil+x@xn--bcher-kva.example"
        );
    }

    #[test]
    fn dots_and_tags_stay_different_people() {
        let usernames = ["a.b@acme.example", "ab@acme.example", "ab+x@acme.example"]
            .map(|typed| Username::parse(typed).unwrap());
        assert_ne!(usernames[0], usernames[1]);
        assert_ne!(usernames[1], usernames[2]);
        assert_eq!(usernames[2].local_part(), "ab+x");
        assert_eq!(usernames[2].domain(), "acme.example");
    }

    #[test]
    fn foreign_letters_before_the_at_are_refused_before_any_normalising() {
        for typed in [
            "m\u{131}ke@acme.example",
            "\u{212a}im@acme.example",
            "stra\u{df}e@acme.example",
            "\u{ff41}nn@acme.example",
            "a\u{200d}b@acme.example",
        ] {
            assert_eq!(
                Username::parse(typed),
                Err(UsernameProblem::NotAscii),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_single_address_is_refused() {
        for typed in [
            "ann",
            "@acme.example",
            "ann@",
            "ann@acme",
            "a@b,c@acme.example",
            "a b@acme.example",
            "\"a b\"@acme.example",
            "a..b@acme.example",
            ".a@acme.example",
            "a.@acme.example",
            "ann@acme.example, bob@acme.example",
            "=?utf-8?q?ann?=@acme.example",
            "=?utf-8?q?ann?=@acme.example\r\nBcc: x@y.example",
            "ann@acme.example\r\nBcc: x@y.example",
            "ann\0@acme.example",
            "ann@[127.0.0.1]",
            "mailto:ann@acme.example",
            "a@b@acme.example",
        ] {
            assert_eq!(
                Username::parse(typed),
                Err(UsernameProblem::NotAnAddress),
                "{typed:?}"
            );
        }
        assert_eq!(Username::parse(" \u{200b} "), Err(UsernameProblem::Missing));
        for typed in [
            "J\u{f6}rg <j\u{f6}rg@acme.example>; Bo <bo@acme.example>",
            "j\u{f6}rg@acme.example, bo@acme.example",
            "J\u{f6}rg Lee jlee@acme.example",
        ] {
            assert_eq!(
                Username::parse(typed),
                Err(UsernameProblem::NotAnAddress),
                "the letters are not what to mend: {typed:?}"
            );
        }
    }

    #[test]
    fn an_address_copied_with_its_name_is_told_what_to_leave_out() {
        for typed in [
            "Ann Lee <ann.lee@acme.example>",
            "\"Lee, Ann\" <ann.lee@elsewhere.example>",
            "J\u{f6}rg Lee <j.lee@acme.example>",
            "<ann.lee@acme.example>",
        ] {
            assert_eq!(
                Username::parse(typed),
                Err(UsernameProblem::WithName),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn what_mail_cannot_carry_is_refused() {
        let long_local = format!("{}@acme.example", "a".repeat(65));
        let long_domain = format!("a@{}.example", vec!["b".repeat(60); 5].join("."));
        assert_eq!(Username::parse(&long_local), Err(UsernameProblem::TooLong));
        assert!(Username::parse(&long_domain).is_err());
        assert_eq!(
            Username::parse(&"a".repeat(1_000_000)),
            Err(UsernameProblem::TooLong)
        );
        assert!(Username::parse(&format!("{}@acme.example", "a".repeat(64))).is_ok());
    }
}
