//! `SMTP_URL`: which mail server, and how the way to it is protected.

use std::net::IpAddr;

use secrecy::SecretString;
use url::Url;

use super::ConfigError;

/// Submission with STARTTLS (RFC 6409).
const SUBMISSION_PORT: u16 = 587;
/// Submission over TLS (RFC 8314).
const SUBMISSIONS_PORT: u16 = 465;
const SHOULD_BE: &str = "must be smtp://user:password@host:port (STARTTLS) or smtps://user:password@host:port (TLS); \
    clear text goes to this machine only, or with ?tls=none.";

/// How the way to the mail server is protected. There is no silent fall back to clear text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS is required after connecting, the certificate checked.
    StartTls,
    /// TLS from the first byte, the certificate checked.
    Implicit,
    /// Clear text.
    None,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way is protected.
    pub tls: SmtpTls,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
}

impl SmtpSettings {
    /// Reads the URL. `smtp://` to this machine is clear text unless `?tls=required` is said; to
    /// anywhere else it requires STARTTLS unless `?tls=none` is said.
    ///
    /// # Errors
    /// [`ConfigError`] about `SMTP_URL`; it never repeats the value, which holds a password.
    pub fn parse(text: &str) -> Result<SmtpSettings, ConfigError> {
        let wrong = || ConfigError::new("SMTP_URL", SHOULD_BE);
        let url = Url::parse(text).map_err(|_| wrong())?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or_else(wrong)?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_string();
        let wish: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let wish = match wish.as_slice() {
            [] => None,
            [(name, value)] if name == "tls" => Some(value.as_str()),
            _ => return Err(wrong()),
        };
        let tls = match (url.scheme(), wish) {
            ("smtps", None | Some("required")) => SmtpTls::Implicit,
            ("smtp", Some("none")) => SmtpTls::None,
            ("smtp", Some("required")) => SmtpTls::StartTls,
            ("smtp", None) if is_loopback(&host) => SmtpTls::None,
            ("smtp", None) => SmtpTls::StartTls,
            _ => return Err(wrong()),
        };
        let default_port = if tls == SmtpTls::Implicit {
            SUBMISSIONS_PORT
        } else {
            SUBMISSION_PORT
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(wrong()),
            (user, Some(password)) => Some((
                decoded(user).ok_or_else(wrong)?,
                SecretString::from(decoded(password).ok_or_else(wrong)?),
            )),
        };
        if !matches!(url.path(), "" | "/") {
            return Err(wrong());
        }
        Ok(SmtpSettings {
            host,
            port: url.port().unwrap_or(default_port),
            tls,
            credentials,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Percent-decoding, as user and password are written in a URL.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_way_is_protected_unless_it_ends_on_this_machine() {
        for (text, port, tls) in [
            ("smtp://mail.company.example", 587, SmtpTls::StartTls),
            ("smtp://mail.company.example?tls=none", 587, SmtpTls::None),
            ("smtps://mail.company.example", 465, SmtpTls::Implicit),
            ("smtp://localhost:2525", 2525, SmtpTls::None),
            ("smtp://[::1]:2525", 2525, SmtpTls::None),
            (
                "smtp://127.0.0.1:2525?tls=required",
                2525,
                SmtpTls::StartTls,
            ),
            ("smtp://127.0.0.1.company.example:25", 25, SmtpTls::StartTls),
        ] {
            let settings = SmtpSettings::parse(text).unwrap();
            assert_eq!((settings.port, settings.tls), (port, tls), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let settings =
            SmtpSettings::parse("smtps://me%40company.example:p%2Fw%20d@mail.example").unwrap();
        let (user, password) = settings.credentials.unwrap();
        assert_eq!(
            (user.as_str(), password.expose_secret()),
            ("me@company.example", "p/w d")
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?tls=maybe",
            "smtp://user@mail.example",
            "smtp://mail.example/path",
            "smtp://a:%zz@mail.example",
        ] {
            assert!(SmtpSettings::parse(text).is_err(), "{text}");
        }
    }
}
