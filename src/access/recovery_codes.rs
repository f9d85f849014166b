//! Recovery codes: ten for the day the phone is lost, each good once, stored as digests.

use diesel::prelude::*;
use rand::seq::IndexedRandom as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::db;
use crate::schema::recovery_codes;

/// How many are made at a time.
const CODES: usize = 10;
/// Letters and digits that are not mistaken for each other on paper.
const ALPHABET: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Six groups of four: over 118 random bits, so that the digest needs no slow hash (OWASP ASVS 5.0.0
/// 6.5.2 asks for 112).
const GROUPS: usize = 6;

/// Makes new codes; the old ones end. They are returned to be shown once.
///
/// # Errors
/// Whatever the database says.
pub(super) fn renew(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<Vec<String>> {
    diesel::delete(
        recovery_codes::table
            .filter(recovery_codes::account_id.eq(account_id))
            .filter(recovery_codes::user_id.eq(user_id)),
    )
    .execute(tx)?;
    let codes: Vec<String> = (0..CODES).map(|_| generate()).collect();
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            (
                recovery_codes::account_id.eq(account_id),
                recovery_codes::user_id.eq(user_id),
                recovery_codes::digest.eq(digest(user_id, code)),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(tx)?;
    Ok(codes)
}

/// Uses a code up and says how many are left; nothing where it is none of theirs. Deleting it is what
/// decides between two who give it at once.
///
/// # Errors
/// Whatever the database says.
pub(super) fn use_up(
    tx: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    typed: &str,
) -> QueryResult<Option<i64>> {
    let deleted =
        diesel::delete(recovery_codes::table.find((account_id, user_id, digest(user_id, typed))))
            .execute(tx)?;
    if deleted == 0 {
        return Ok(None);
    }
    left(tx, account_id, user_id).map(Some)
}

/// Whether any of `codes` is theirs and not used yet.
///
/// # Errors
/// Whatever the database says.
pub fn knows_any_of(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
    codes: &[String],
) -> QueryResult<bool> {
    let digests: Vec<Vec<u8>> = codes.iter().map(|code| digest(user_id, code)).collect();
    let known = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account_id))
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::digest.eq_any(digests));
    diesel::select(diesel::dsl::exists(known)).get_result(connection)
}

/// How many were not used yet.
///
/// # Errors
/// Whatever the database says.
pub(super) fn left(
    connection: &mut db::Connection,
    account_id: Uuid,
    user_id: Uuid,
) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::account_id.eq(account_id))
        .filter(recovery_codes::user_id.eq(user_id))
        .count()
        .get_result(connection)
}

fn generate() -> String {
    let mut rng = rand::rng();
    let groups: Vec<String> = (0..GROUPS)
        .map(|_| {
            (0..4)
                .filter_map(|_| ALPHABET.choose(&mut rng))
                .map(|byte| char::from(*byte))
                .collect()
        })
        .collect();
    groups.join("-")
}

/// Case and what stands between the groups do not matter. The user is part of it, so that equal codes
/// of two people do not look equal.
fn digest(user_id: Uuid, code: &str) -> Vec<u8> {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    Sha256::new()
        .chain_update(user_id.as_bytes())
        .chain_update(plain.as_bytes())
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_bits_that_a_fast_digest_needs() {
        let letters = generate().replace('-', "");
        let bits = letters.len() as f64 * (ALPHABET.len() as f64).log2();
        assert!(bits >= 112.0, "{bits}");
        assert!(letters.bytes().all(|letter| ALPHABET.contains(&letter)));
    }

    #[test]
    fn a_code_is_taken_however_it_is_typed() {
        let code = generate();
        assert_eq!(code.len(), 29);
        assert_ne!(code, generate());
        let user = Uuid::from_u128(7);
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        assert_eq!(digest(user, &code), digest(user, &typed));
        assert_ne!(digest(user, &code), digest(Uuid::from_u128(8), &code));
    }
}
