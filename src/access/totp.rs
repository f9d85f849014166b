//! Time-based one-time passwords (RFC 6238): what an app is told, and checking a code.

use diesel::prelude::*;
use time::{Duration, OffsetDateTime};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::db;
use crate::schema::second_factors;

/// How long a key that was begun with may be confirmed: setting up takes a minute or two, and who comes
/// to a signed-in browser later shall not find the key lying there.
pub(super) const PENDING_LIFE: Duration = Duration::minutes(15);

/// What an app needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret in base 32 (RFC 4648), to be typed.
    pub secret: String,
    /// The same as an `otpauth:` URL, for the QR code.
    pub url: String,
}

/// What to show an app.
///
/// # Errors
/// A sentence, where the names cannot stand in such a URL.
pub fn enrolment(secret: &[u8], product: &str, username: &str) -> Result<Enrolment, String> {
    let totp = totp(secret, Some((&product.replace(':', " "), username)))?;
    Ok(Enrolment {
        secret: totp.secret().to_base32(),
        url: totp.to_url().map_err(|error| error.to_string())?,
    })
}

/// Checks a code of this moment, the one before or the one after (RFC 6238 section 5.2), and uses it
/// up: of two who give the same code at once, the database lets one through.
pub(super) fn use_app_code(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    code: &str,
    confirmed: bool,
    now: OffsetDateTime,
) -> QueryResult<bool> {
    let secret: Option<Vec<u8>> = second_factors::table
        .find((account_id, user_id))
        .filter(second_factors::confirmed_at.is_not_null().eq(confirmed))
        .filter(
            second_factors::confirmed_at
                .is_not_null()
                .or(second_factors::begun_at.gt(now - PENDING_LIFE)),
        )
        .select(second_factors::secret)
        .first(tx)
        .optional()?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = secret
        .and_then(|secret| totp(&secret, None).ok())
        .and_then(|totp| totp.check(&digits, u64::try_from(now.unix_timestamp()).ok()?))
        .and_then(|step| i64::try_from(step).ok());
    let Some(step) = step else {
        return Ok(false);
    };
    let used = diesel::update(
        second_factors::table
            .find((account_id, user_id))
            .filter(second_factors::last_used_step.lt(step)),
    )
    .set(second_factors::last_used_step.eq(step))
    .execute(tx)?;
    Ok(used == 1)
}

/// SHA-1, six digits, 30 seconds: what every app understands; some take other parameters and ignore them.
fn totp(secret: &[u8], names: Option<(&str, &str)>) -> Result<Totp, String> {
    let builder = Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(1);
    let builder = match names {
        Some((issuer, account)) => builder.with_issuer(Some(issuer)).with_account_name(account),
        None => builder,
    };
    builder.build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: SHA-1, the last six of its eight digits.
        let totp = totp(b"12345678901234567890", None).unwrap();
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp.check(code, at), Some(at / 30), "{at}");
            assert_eq!(totp.check(code, at + 30), Some(at / 30), "a step later");
            assert_eq!(totp.check(code, at + 60), None, "two steps later");
            assert_eq!(totp.check("000000", at), None);
            assert_eq!(totp.check("", at), None);
        }
    }

    #[test]
    fn an_app_is_told_who_and_where() {
        let told = enrolment(
            b"12345678901234567890",
            "Product: one",
            "o'neil+x@acme.example",
        )
        .unwrap();
        assert_eq!(told.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            told.url.starts_with("otpauth://totp/Product%20%20one:o%27neil%2Bx%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            told.url
        );
    }
}
