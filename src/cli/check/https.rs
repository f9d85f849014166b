//! How browsers come, and by which certificate.

use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};

use super::Finding;
use crate::cli::tls;
use crate::clock;
use crate::config::{Config, TlsFiles};

/// How long before its end a certificate should have been renewed.
const RENEWED_BEFORE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What there is to say about them.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![("Configuration", addresses(config))];
    if let Some(files) = &config.tls {
        findings.push(("Certificate", certificate(config, files)));
    }
    for warning in config.warnings() {
        findings.push(("Configuration", Err(warning)));
    }
    findings
}

fn addresses(config: &Config) -> Result<String, String> {
    config.require_mail().map_err(|error| error.to_string())?;
    let origin = config.public_url.origin();
    let serves_https = config.tls.is_some();
    let is_https = config.public_url.is_https();
    if serves_https && !is_https {
        return Err(format!(
            "PUBLIC_URL is {origin}, while TLS_CERT makes the program serve https. Set PUBLIC_URL to the https address."
        ));
    }
    if !is_https && !config.public_url.is_loopback() {
        return Err(format!(
            "PUBLIC_URL is {origin}: passwords would cross the network in clear text. Serve https (TLS_CERT and TLS_KEY, or a proxy in front) \
             and set PUBLIC_URL to the https address."
        ));
    }
    if is_https && !serves_https && config.trusted_proxies.is_empty() {
        return Err(format!(
            "PUBLIC_URL is {origin} and the program itself serves http, so a proxy is in front, and TRUSTED_PROXIES does not name it: \
             everybody would count as one visitor, and one who guesses passwords would slow all. Set TRUSTED_PROXIES to its address, like 127.0.0.1."
        ));
    }
    Ok(format!("browsers reach the program at {origin}."))
}

fn certificate(config: &Config, files: &TlsFiles) -> Result<String, String> {
    tls::settings(files)?;
    let chain = tls::certificates(files)?;
    let path = files.certificate.display();
    let own = chain
        .first()
        .ok_or_else(|| format!("TLS_CERT must hold certificates in PEM: {path} does not."))?;
    let now = Duration::from_secs(u64::try_from(clock::now().unix_timestamp()).unwrap_or(0));
    match fault_at(own, now) {
        Some(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            return Err(format!(
                "the certificate in {path} has expired. Renew it, and start the program again."
            ));
        }
        Some(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            return Err(format!(
                "the certificate in {path} is not valid yet. Look at this machine's clock, or wait."
            ));
        }
        Some(CertificateError::BadEncoding) => {
            return Err(format!(
                "the certificate in {path} cannot be read. Have it made again."
            ));
        }
        _ => {}
    }
    let host = config.public_url.host();
    let name = ServerName::try_from(host.clone())
        .map_err(|_| format!("PUBLIC_URL names {host}, which no certificate can name."))?;
    ParsedCertificate::try_from(own)
        .and_then(|parsed| verify_server_name(&parsed, &name))
        .map_err(|_| {
            format!(
                "the certificate in {path} is not made out to {host}, as PUBLIC_URL says: browsers will refuse it. Have one made for {host}, or correct PUBLIC_URL."
            )
        })?;
    if let Some(CertificateError::Expired | CertificateError::ExpiredContext { .. }) =
        fault_at(own, now + RENEWED_BEFORE)
    {
        return Err(format!(
            "the certificate in {path} expires within a week. Renew it, and start the program again."
        ));
    }
    Ok(format!("{path} is valid for {host}."))
}

/// What is wrong with a certificate at that time, itself taken for its authority: whether browsers
/// know the one that signed it is theirs to say.
fn fault_at(
    certificate: &CertificateDer<'static>,
    since_1970: Duration,
) -> Option<CertificateError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    if roots.add(certificate.clone()).is_err() {
        return Some(CertificateError::BadEncoding);
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .ok()?;
    let anybody = ServerName::try_from("anybody.example").ok()?;
    let verdict = verifier.verify_server_cert(
        certificate,
        &[],
        &anybody,
        &[],
        UnixTime::since_unix_epoch(since_1970),
    );
    match verdict {
        Err(Error::InvalidCertificate(fault)) => Some(fault),
        _ => None,
    }
}
