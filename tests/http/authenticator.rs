//! The app that shows the codes of a second factor.

use totp_rs::{Builder, Secret};

use crate::site::Site;

/// The code of the app of `username`, `steps` half minutes from now.
pub fn code(site: &Site, username: &str, steps: i64) -> String {
    let hex = site.value(&format!(
        "select encode(secret, 'hex') from second_factors join users on users.id = user_id where username = '{username}'"
    ));
    let secret: Vec<u8> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    // The whole second that has begun: a cast alone rounds, and half a second early is a code too far ahead.
    let now: i64 = site
        .value("select floor(extract(epoch from now()))::bigint")
        .parse()
        .unwrap();
    let totp = Builder::new()
        .with_secret(Secret::new(secret.into()))
        .build()
        .unwrap();
    totp.generate(u64::try_from(now + 30 * steps).unwrap())
        .to_string()
}
