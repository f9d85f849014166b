//! How a browser reaches the program.

use std::net::SocketAddr;

use url::{Host, Url};

use super::ConfigError;

const SHOULD_BE: &str = "must be how a browser reaches the program, like https://accounts.company.example, without a path.";

/// An http or https URL without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Checks what was given.
    ///
    /// # Errors
    /// [`ConfigError`] about `PUBLIC_URL`.
    pub fn parse(text: &str) -> Result<PublicUrl, ConfigError> {
        let url = Url::parse(text).map_err(|_| ConfigError::new("PUBLIC_URL", SHOULD_BE))?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https")
            || !is_bare
            || !is_anonymous
            || url.host().is_none()
        {
            return Err(ConfigError::new("PUBLIC_URL", SHOULD_BE));
        }
        Ok(PublicUrl(url))
    }

    /// The default: where the program listens.
    ///
    /// # Errors
    /// None in practice: an address and port make a URL.
    pub fn of_listen(listen: SocketAddr, https: bool) -> Result<PublicUrl, ConfigError> {
        PublicUrl::parse(&format!(
            "{}://{listen}",
            if https { "https" } else { "http" }
        ))
    }

    /// Whether browsers come by https.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only browsers on this machine come by it.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }

    /// The host: a name or an address, an IPv6 address without brackets.
    pub fn host(&self) -> String {
        match self.0.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        }
    }

    /// Scheme, host and port as browsers send them in `Origin`; also the start of every link in a mail.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn loopback_is_this_machine_only() {
        for (text, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:80", true),
            ("http://localhost", true),
            ("https://a.localhost", true),
            ("http://0.0.0.0:8080", false),
            ("https://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(
                PublicUrl::parse(text).unwrap().is_loopback(),
                loopback,
                "{text}"
            );
        }
    }

    #[test]
    fn the_origin_is_what_browsers_send() {
        assert_eq!(
            PublicUrl::parse("https://Accounts.Company.example:443/")
                .unwrap()
                .origin(),
            "https://accounts.company.example"
        );
        assert_eq!(
            PublicUrl::parse("http://x.example:8080").unwrap().origin(),
            "http://x.example:8080"
        );
        for text in [
            "x",
            "ftp://x.example",
            "https://x.example/path",
            "https://x.example?q",
            "https://u:p@x.example",
        ] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }
}
