//! Where the database is: libpq's settings added, and no secret told.

use std::time::Duration;

use super::Purpose;

/// The slowest statement that a page may send; every request ends within 5 s.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a statement waits for somebody else's lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// libpq counts in seconds and takes anything under 2 as 2.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How statements are planned for the connections that serve pages.
///
/// A statement is planned once on each connection and never again, whatever its values: a plan of its
/// own for each run costs as much as running it, and plans that change with the statistics are plans
/// that nobody looked at. So statements are written for one plan (`src/users/listing_rows.rs`).
///
/// Without values an account is taken to be an average one, whose people may as well be read in order
/// to join one of them; of a large account that reads them all. Without merge joins, each is looked up,
/// or hashed.
pub const PLANNING: [(&str, &str); 2] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_mergejoin", "off"),
];

/// Adds libpq's settings to the connection string, except those that it sets itself. As text: libpq
/// takes addresses without a host, which are no URLs.
pub(super) fn with_time_outs(url: &str, purpose: Purpose) -> String {
    let mut options = "-c client_min_messages=warning -c timezone=UTC".to_string();
    if purpose == Purpose::Serving {
        for (setting, value) in PLANNING {
            options.push_str(&format!(" -c {setting}={value}"));
        }
        options.push_str(&format!(
            " -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
            STATEMENT_TIMEOUT.as_millis(),
            LOCK_TIMEOUT.as_millis(),
            // Longer than any transaction of ours: it frees the locks of a program that hangs.
            (STATEMENT_TIMEOUT * 15).as_millis(),
        ));
    }
    let settings = [
        ("connect_timeout", CONNECT_TIMEOUT.as_secs().to_string()),
        ("keepalives_idle", "10".to_string()),
        ("keepalives_interval", "5".to_string()),
        ("keepalives_count", "3".to_string()),
        (
            "tcp_user_timeout",
            STATEMENT_TIMEOUT.as_millis().to_string(),
        ),
        ("application_name", "user-accounts".to_string()),
        ("options", options),
    ];
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let given = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.rev().find(|(key, _)| *key == name)
    };
    let mut text = url.to_string();
    for (name, value) in settings {
        // libpq decodes %20 and knows no "+": form encoding alone will not do.
        let mut value = url::form_urlencoded::byte_serialize(value.as_bytes())
            .collect::<String>()
            .replace('+', "%20");
        match given(name) {
            // Many settings in one: each that is given comes after ours and takes its place. libpq reads the last.
            Some((_, options)) if name == "options" => value.push_str(&format!("%20{options}")),
            Some(_) => continue,
            None => {}
        }
        text.push(if text.contains('?') { '&' } else { '?' });
        text.push_str(&format!("{name}={value}"));
    }
    text
}

/// What libpq says of a connection that failed, as one line. Of an address that it does not
/// understand it repeats parts, which may hold the password: only what is known to hold none is kept.
pub(super) fn reason_without_secret(said: &str) -> String {
    const WITHOUT_SECRET: [&str; 3] = [
        "connection to server",
        "could not translate host name",
        "invalid sslmode value",
    ];
    // One line for each host that was tried; what begins with a tab only asks whether it runs, and what begins with
    // "Either" explains a certificate file that is missing.
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('\t'))
        .filter(|line| !line.starts_with("Either provide the file"))
        .collect();
    let is_told = |line: &&str| WITHOUT_SECRET.iter().any(|start| line.starts_with(start));
    if !lines.is_empty() && lines.iter().all(is_told) {
        lines.join("; ")
    } else {
        "its address, DATABASE_URL, is not understood: it should be like \
         postgres://user:password@host/database?sslmode=verify-full"
            .to_string()
    }
}

/// What helps against a connection that failed for that reason, as a sentence with a space before it.
pub(super) fn what_to_do(reason: &str) -> &'static str {
    const KNOWN: [(&[&str], &str); 10] = [
        (
            &["password authentication failed", "no password supplied"],
            " Correct the user and the password in DATABASE_URL.",
        ),
        (
            &["invalid sslmode"],
            " Set sslmode in DATABASE_URL to verify-full, or to disable, allow, prefer, require or verify-ca.",
        ),
        (
            &["no pg_hba.conf entry"],
            " Let this machine and this user in, in the server's pg_hba.conf.",
        ),
        (
            &["could not translate host name"],
            " Correct the host in DATABASE_URL.",
        ),
        (
            &["does not support SSL"],
            " Turn TLS on at the server; only where the way to it is safe, take sslmode out of DATABASE_URL.",
        ),
        (
            &["certificate"],
            " Write the host in DATABASE_URL as the server's certificate names it, and the authority that signed it as sslrootcert.",
        ),
        (
            &[
                "too many clients",
                "too many connections",
                "remaining connection slots",
            ],
            " Raise max_connections at the server, or run fewer programs on it.",
        ),
        (
            &["database \""],
            " Create the database, or correct its name in DATABASE_URL.",
        ),
        (
            &["role \""],
            " Create the role, or correct the user in DATABASE_URL.",
        ),
        (
            &[
                "Connection refused",
                "timeout expired",
                "No such file",
                "No route",
                "unreachable",
            ],
            " Start PostgreSQL there, or correct host and port in DATABASE_URL.",
        ),
    ];
    KNOWN
        .iter()
        .find(|(signs, _)| signs.iter().any(|sign| reason.contains(sign)))
        .map_or("", |(_, help)| help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::server_version;

    #[test]
    fn what_the_address_says_itself_stays() {
        let text = with_time_outs(
            "postgres://u@/db?host=%2Frun&connect_timeout=9",
            Purpose::Maintenance,
        );
        assert!(
            text.starts_with("postgres://u@/db?host=%2Frun&connect_timeout=9&keepalives_idle=10&")
        );
        assert!(
            text.ends_with("&options=-c%20client_min_messages%3Dwarning%20-c%20timezone%3DUTC"),
            "{text}"
        );
        let text = with_time_outs(
            "postgres://h/db?options=-c%20search_path%3Dapp",
            Purpose::Maintenance,
        );
        assert!(
            text.ends_with("%20-c%20timezone%3DUTC%20-c%20search_path%3Dapp"),
            "{text}"
        );
        let text = with_time_outs("postgres://h/db", Purpose::Serving);
        assert!(
            text.starts_with("postgres://h/db?connect_timeout=2&")
                && text.contains("statement_timeout%3D4000")
        );
    }

    #[test]
    fn an_address_that_is_not_understood_is_not_repeated() {
        for address in [
            "postgres://u:secret%zzword@127.0.0.1:1/x",
            "postgres://u:secret word@127.0.0.1:1/x",
            "postgres://u:secretword@[::1/x",
            "postgres://127.0.0.1:1/x?password=secretword%zz",
        ] {
            let sentence = server_version(&address.to_string().into()).unwrap_err();
            assert!(
                sentence.contains("is not understood"),
                "{address}: {sentence}"
            );
            assert!(!sentence.contains("secret"), "{sentence}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named_in_one_line() {
        for (address, place) in [
            ("postgres://u:secretword@127.0.0.1:1/x", "127.0.0.1"),
            (
                "postgres://u:secretword@/x?host=/nonexistent",
                "/nonexistent",
            ),
        ] {
            let sentence = server_version(&address.to_string().into()).unwrap_err();
            assert!(
                sentence.contains(place) && sentence.lines().count() == 1,
                "{sentence}"
            );
            assert!(!sentence.contains("secretword"), "{sentence}");
        }
    }
}
