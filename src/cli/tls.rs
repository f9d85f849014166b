//! TLS for whoever serves https without a proxy.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Refusal;
use crate::config::TlsFiles;

/// What the files say, ready to serve with.
///
/// # Errors
/// A sentence for the terminal.
pub fn settings(files: &TlsFiles) -> Result<rustls::ServerConfig, Refusal> {
    let chain = certificates(files)?;
    let key = PrivateKeyDer::from_pem_reader(open("TLS_KEY", &files.key)?).map_err(|_| {
        format!(
            "TLS_KEY must hold a private key in PEM: {} does not.",
            files.key.display()
        )
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS could not start: {error}."))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => format!(
                "TLS_CERT and TLS_KEY do not belong together: {} is another certificate's key. Name the key that the certificate was made with.",
                files.key.display()
            ),
            error => format!("TLS_CERT and TLS_KEY cannot be used: {error}."),
        })
}

/// The chain, with the certificate of this server first.
///
/// # Errors
/// A sentence for the terminal.
pub fn certificates(files: &TlsFiles) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    CertificateDer::pem_reader_iter(open("TLS_CERT", &files.certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| {
            format!(
                "TLS_CERT must hold certificates in PEM: {} does not.",
                files.certificate.display()
            )
        })
}

fn open(variable: &str, path: &std::path::Path) -> Result<BufReader<File>, Refusal> {
    File::open(path).map(BufReader::new).map_err(|error| {
        format!(
            "{variable} must be a file that can be read: {}: {error}.",
            path.display()
        )
    })
}
