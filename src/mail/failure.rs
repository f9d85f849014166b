//! What it means that a mail could not be delivered: give up, or try again, and when.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::transport::smtp;
use time::OffsetDateTime;

/// How long after the first attempt the second one follows. Greylisting servers want about this.
pub const FIRST_RETRY: Duration = Duration::from_secs(30);
/// The longest pause: a server that is back is noticed within the hour.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// A mail older than this that fails once more is given up. Long enough for a weekend without a mail
/// server; RFC 5321, section 4.5.4.1, speaks of four to five days for relays, which have no page
/// that shows the failure.
pub const LONGEST_WAIT: time::Duration = time::Duration::days(3);
/// By how much a pause is stretched at most, so that mails that failed together come back apart.
const JITTER: f64 = 0.25;
/// Longest explanation in characters.
const LONGEST_EXPLANATION: usize = 500;

/// How far a delivery had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Connecting, greeting, TLS, signing in to the server: nothing about this mail yet.
    Connection,
    /// `MAIL FROM`: our own address.
    Sender,
    /// `RCPT TO`: the recipient.
    Recipient,
    /// `DATA` and what follows.
    Content,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server said no.
    Reply {
        /// Its three digits.
        code: u16,
        /// Its words.
        words: String,
    },
    /// No answer in time, or no connection, or one that broke; a sentence.
    Broken(&'static str),
}

/// What a failure means for the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The recipient or the mail is refused for good.
    Refused(String),
    /// It may work later.
    Postponed(String),
    /// Our own settings are at fault: nothing can leave until somebody repairs them. The mail waits,
    /// since giving up would burn every mail in the queue.
    Misconfigured(String),
}

impl Failure {
    /// The reason, for the page.
    pub fn explanation(&self) -> &str {
        match self {
            Failure::Refused(words) | Failure::Postponed(words) | Failure::Misconfigured(words) => {
                words
            }
        }
    }
}

/// What a failure at that stage means.
pub fn meaning(stage: Stage, cause: Cause) -> Failure {
    match cause {
        Cause::Broken(sentence) => Failure::Postponed(sentence.to_string()),
        Cause::Reply { code, words } => {
            let explanation = readable(&format!("{code} {words}"));
            match (code, stage) {
                // 530, 534, 535, 538: the server wants us to sign in, or to sign in otherwise.
                (530 | 534 | 535 | 538, _) => Failure::Misconfigured(explanation),
                (500.., Stage::Connection | Stage::Sender) => Failure::Misconfigured(explanation),
                (500.., Stage::Recipient | Stage::Content) => Failure::Refused(explanation),
                _ => Failure::Postponed(explanation),
            }
        }
    }
}

/// What lettre's error says, in our words where it is not the server that speaks.
pub fn cause_of(error: &smtp::Error) -> Cause {
    if let Some(code) = error.status() {
        return Cause::Reply {
            code: code.into(),
            words: error.source().map(ToString::to_string).unwrap_or_default(),
        };
    }
    if error.is_client() {
        // STARTTLS or the way to sign in that is set is not offered; lettre has no kind for it.
        return Cause::Reply {
            code: 530,
            words: error.source().map(ToString::to_string).unwrap_or_default(),
        };
    }
    if error.is_response() {
        return Cause::Broken(NOT_SMTP);
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io_error) = inner.downcast_ref::<io::Error>() {
            return cause_of_io(io_error);
        }
        source = inner.source();
    }
    Cause::Broken(UNREACHABLE)
}

/// What an error of the network says.
pub fn cause_of_io(error: &io::Error) -> Cause {
    let certificate_refused = error
        .get_ref()
        .and_then(|wrapped| wrapped.downcast_ref::<rustls::Error>())
        .is_some_and(|tls| matches!(tls, rustls::Error::InvalidCertificate(_)));
    Cause::Broken(match error.kind() {
        _ if certificate_refused => "The certificate of the mail server is not trusted.",
        io::ErrorKind::TimedOut => TIMED_OUT,
        io::ErrorKind::ConnectionRefused => "The mail server refuses connections.",
        io::ErrorKind::InvalidData => {
            "An encrypted connection to the mail server could not be made."
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => "The connection to the mail server broke off.",
        // Among others a name that cannot be resolved, which has no kind of its own.
        _ => UNREACHABLE,
    })
}

/// The sentence for a server that is not there.
const UNREACHABLE: &str = "The mail server could not be reached.";

/// The sentence for answers that cannot be.
pub const NOT_SMTP: &str = "The mail server broke off, or answered in a way that is not SMTP.";

/// The sentence for silence.
pub const TIMED_OUT: &str = "The mail server did not answer in time.";

/// How long to wait after attempt number `attempt` (from 1): doubling, stretched by `chance`
/// (0 to 1), at most about [`LONGEST_PAUSE`].
pub fn pause(attempt: i16, chance: f64) -> Duration {
    // 2^7 × 30 s is past the hour already.
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 7)).unwrap_or(0);
    let pause = (FIRST_RETRY * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
    pause.mul_f64(1.0 + JITTER * chance.clamp(0.0, 1.0))
}

/// Whether a mail of that age is given up when it fails once more.
pub fn too_old(created_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - created_at >= LONGEST_WAIT
}

/// A server's words as they can be stored and shown: one line, nothing invisible, not endless.
pub fn readable(words: &str) -> String {
    super::message::one_line(words)
        .chars()
        .take(LONGEST_EXPLANATION)
        .collect()
}

/// A server's words for the log: whatever looks like an address, and what stands before the `@` of
/// `recipient`, is left out. Who gets mail is the page's business.
pub fn without_addresses(words: &str, recipient: &str) -> String {
    let local_part = recipient.split('@').next().unwrap_or_default();
    let is_named = |word: &str| {
        word.contains('@') || (!word.is_empty() && word.eq_ignore_ascii_case(local_part))
    };
    let mut told = String::with_capacity(words.len());
    for piece in
        words.split_inclusive(|c: char| c.is_whitespace() || "<>()[]{},;:\"'`=".contains(c))
    {
        // A full stop may end the sentence behind an address; it is no part of one.
        let word = piece
            .trim_end_matches(|c: char| c.is_whitespace() || "<>()[]{},;:\"'`=.!?".contains(c));
        if is_named(word) {
            told.push('…');
            told.push_str(piece.get(word.len()..).unwrap_or_default());
        } else {
            told.push_str(piece);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16) -> Cause {
        Cause::Reply {
            code,
            words: "5.1.1 no such user".to_string(),
        }
    }

    #[test]
    fn every_answer_of_a_server_has_its_meaning() {
        use Stage::{Connection, Content, Recipient, Sender};
        let words = |code: u16| format!("{code} 5.1.1 no such user");
        for (stage, code, expected) in [
            (Recipient, 550, "refused"),
            (Recipient, 552, "refused"),
            (Recipient, 551, "refused"),
            (Content, 554, "refused"),
            (Content, 552, "refused"),
            (Recipient, 450, "postponed"),
            (Recipient, 451, "postponed"),
            (Recipient, 452, "postponed"),
            (Content, 421, "postponed"),
            (Sender, 421, "postponed"),
            (Connection, 421, "postponed"),
            (Connection, 454, "postponed"),
            (Connection, 554, "misconfigured"),
            (Connection, 535, "misconfigured"),
            (Sender, 530, "misconfigured"),
            (Sender, 550, "misconfigured"),
            (Recipient, 530, "misconfigured"),
        ] {
            let failure = meaning(stage, reply(code));
            let wanted = match expected {
                "refused" => Failure::Refused(words(code)),
                "postponed" => Failure::Postponed(words(code)),
                _ => Failure::Misconfigured(words(code)),
            };
            assert_eq!(failure, wanted, "{stage:?} {code}");
        }
    }

    #[test]
    fn silence_and_broken_connections_are_tried_again() {
        for stage in [Stage::Connection, Stage::Recipient, Stage::Content] {
            let failure = meaning(stage, Cause::Broken(TIMED_OUT));
            assert_eq!(failure, Failure::Postponed(TIMED_OUT.to_string()));
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread() {
        let seconds: Vec<u64> = [1, 2, 3, 4, 5, 6, 7, 8, 9, i16::MAX]
            .map(|attempt| pause(attempt, 0.0).as_secs())
            .to_vec();
        assert_eq!(
            seconds,
            [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
        );
        assert_eq!(pause(1, 1.0).as_millis(), 37_500);
        assert_eq!(pause(0, 0.0), FIRST_RETRY);
    }

    #[test]
    fn words_are_made_fit_to_be_shown() {
        assert_eq!(
            readable("550 no\r\n\x1b[31muser\u{202e}"),
            "550 no [31muser"
        );
        assert_eq!(readable(&"é".repeat(2_000)).chars().count(), 500);
    }

    #[test]
    fn no_address_and_no_name_of_a_mailbox_is_logged_with_a_servers_words() {
        for (words, logged) in [
            (
                "550 5.1.1 <ann.lee@acme.example>: Recipient address rejected",
                "550 5.1.1 <…>: Recipient address rejected",
            ),
            ("550 no such user ANN.LEE here", "550 no such user … here"),
            ("550 mailto:ann.lee@acme.example.", "550 mailto:…."),
            (
                "552 mailbox \"ann.lee\" is full",
                "552 mailbox \"…\" is full",
            ),
            (
                "450 4.2.0 other@acme.example, ann.lee@ACME.example",
                "450 4.2.0 …, …",
            ),
            (
                "451 4.7.1 Ann.Leeds is greylisted",
                "451 4.7.1 Ann.Leeds is greylisted",
            ),
        ] {
            assert_eq!(without_addresses(words, "ann.lee@acme.example"), logged);
        }
        assert_eq!(without_addresses("554 no", ""), "554 no");
    }

    #[test]
    fn three_days_are_enough() {
        let created = time::macros::datetime!(2026-11-20 10:00 UTC);
        assert!(!too_old(created, created + time::Duration::hours(71)));
        assert!(too_old(created, created + time::Duration::hours(72)));
    }
}
