//! What every handler shares.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ipnet::IpNet;

use crate::db::Db;
use crate::metrics::Metrics;
use crate::passwords::Hasher;
use crate::users::PlaceSeal;

/// Settings that pages need; plain values, made from the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the product is called.
    pub product_name: String,
    /// Whom to write to.
    pub support_email: String,
    /// Whom to call, as given.
    pub support_phone: String,
    /// How a browser reaches the program: scheme, host and port, as browsers send it in `Origin`.
    pub public_origin: String,
    /// Whether that is https.
    pub https: bool,
    /// Networks whose last `X-Forwarded-For` hop is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where mails lie when there is no mail server; the preview page is there only then.
    pub mailbox: Option<PathBuf>,
}

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The hashing threads.
    pub hasher: Hasher,
    /// Settings.
    pub settings: Settings,
    /// Seals places in the list.
    pub seal: PlaceSeal,
    /// The key of the session cookie: 64 bytes.
    pub cookie_key: [u8; 64],
    /// What is counted for whoever keeps the program running.
    pub metrics: Arc<Metrics>,
}

impl Settings {
    /// Whether the last hop named by this peer is to be believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }
}
