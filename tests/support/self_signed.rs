//! A mail server whose certificate nobody vouches for.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The server: it only ever shakes hands.
pub struct SelfSigned {
    /// Where it listens, on `localhost`.
    pub port: u16,
    /// How many clients believed it.
    believed: Arc<AtomicUsize>,
}

impl SelfSigned {
    /// Starts it, with a certificate for `localhost` made on the spot.
    pub async fn start() -> SelfSigned {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let believed = Arc::new(AtomicUsize::new(0));
        let acceptor = TlsAcceptor::from(Arc::new(config()));
        let counter = believed.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if acceptor.accept(stream).await.is_ok() {
                    counter.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        SelfSigned { port, believed }
    }

    /// How many clients believed it.
    pub fn believed(&self) -> usize {
        self.believed.load(Ordering::SeqCst)
    }
}

fn config() -> ServerConfig {
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(' '))
        .args("-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout -".split(' '))
        .output()
        .unwrap();
    let certificate = CertificateDer::from_pem_slice(&made.stdout).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&made.stdout).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}
