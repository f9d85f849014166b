//! An email domain as it is stored and compared: an A-label in lower case (RFC 5890, UTS 46).

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use thiserror::Error;

use super::public_providers::is_public_provider;

/// A domain name with at least one dot, as mail uses it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Domain(String);

/// Why a text is no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a domain looks like company.example")]
pub struct DomainProblem;

impl Domain {
    /// Brings a domain to the one form in which domains are compared.
    ///
    /// # Errors
    /// [`DomainProblem`] for anything that is no domain name: empty labels, a single label, labels
    /// over 63 characters, characters that no domain has.
    pub fn parse(typed: &str) -> Result<Domain, DomainProblem> {
        let ascii = Uts46::new()
            .to_ascii(
                typed.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::Check,
                DnsLength::Verify,
            )
            .map_err(|_| DomainProblem)?;
        let labels = ascii.split('.').count();
        // An address literal or a bare number is no company's domain.
        let all_digits = ascii
            .rsplit('.')
            .next()
            .is_none_or(|top| top.bytes().all(|b| b.is_ascii_digit()));
        if labels < 2 || all_digits {
            return Err(DomainProblem);
        }
        Ok(Domain(ascii.into_owned()))
    }

    /// Whether anybody can get an address there, so that one says nothing about who somebody works for.
    pub fn is_public_provider(&self) -> bool {
        is_public_provider(&self.0)
    }

    /// The A-label, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Domain;

    #[test]
    fn public_providers_are_known_in_any_case_and_no_other_domain_is_taken_for_one() {
        let is_public = |typed: &str| Domain::parse(typed).unwrap().is_public_provider();
        assert!(is_public("GMail.com") && is_public("outlook.com") && is_public("ymail.com"));
        assert!(
            !is_public("mail.gmail.com")
                && !is_public("gmail.com.example")
                && !is_public("acme.example")
        );
    }

    #[test]
    fn domains_are_brought_to_their_a_label_in_lower_case() {
        for (typed, stored) in [
            ("Acme.Example", "acme.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("\u{212a}elvin.example", "kelvin.example"),
            ("a-b.co.uk", "a-b.co.uk"),
        ] {
            assert_eq!(Domain::parse(typed).unwrap().as_str(), stored, "{typed}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for typed in [
            "",
            "localhost",
            ".example",
            "acme.",
            "acme..example",
            "-acme.example",
            "acme_x.example",
            "a b.example",
            "127.0.0.1",
            "[127.0.0.1]",
            "acme.example\n",
            "acme.example\0",
            "a@b.example",
            &"a".repeat(64),
            &format!("{}.example", "a".repeat(64)),
        ] {
            assert!(Domain::parse(typed).is_err(), "{typed:?}");
        }
    }
}
