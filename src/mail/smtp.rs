//! Delivery to a mail server: connections that are kept and used again, and one dialogue at a time on
//! each.
//!
//! lettre speaks the protocol. Its own pool is not used: it does not say at which step a server said
//! no (a refused recipient and a refused sign-in look the same), it hands a connection on after an
//! attempt was cut off in the middle of it (the next mail would then read the answer to the last),
//! and it spends a round trip per mail on asking whether the server is still there.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::address::{Address, Envelope};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Severity;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::failure::{Cause, Failure, NOT_SMTP, Stage, TIMED_OUT, cause_of, cause_of_io, meaning};

/// Connections at most, hence mails on their way at once. Postfix allows a client 50.
pub const CONNECTIONS: usize = 16;
/// How long to wait for a mail server.
#[derive(Debug, Clone, Copy)]
pub struct TimeOuts {
    /// For a new connection, until it is ready for mail.
    pub connect: Duration,
    /// For one mail in all. Servers that look for viruses take their time before the last answer; an
    /// attempt cut off after the server took the mail sends it twice.
    pub send: Duration,
}

impl Default for TimeOuts {
    fn default() -> TimeOuts {
        TimeOuts {
            connect: Duration::from_secs(15),
            send: Duration::from_secs(90),
        }
    }
}

/// How long a connection is kept unused. Servers close theirs after a minute or more.
const KEPT_IDLE: Duration = Duration::from_secs(20);
/// What a server says before the text of a mail (RFC 5321, section 4.2.3).
const GO_ON: u16 = 354;
/// How long to wait for a server to say goodbye.
const QUIT_TIME_OUT: Duration = Duration::from_secs(1);

/// How the connection is encrypted. There is no way between: what is set is what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Begun in clear text and encrypted before anything is said; refused when the server cannot.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its name, as in its certificate; or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// How to sign in there, if at all.
    pub credentials: Option<(String, SecretString)>,
}

/// A mail server with the connections to it.
pub struct Smtp {
    server: SmtpServer,
    tls: Option<TlsParameters>,
    time_outs: TimeOuts,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Smtp")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// A step that failed, and with what.
type Broke = (Stage, Cause);

impl Smtp {
    /// Prepares deliveries; connects to nothing yet. Certificates are checked against the system's
    /// roots (or those of `SSL_CERT_FILE`), the name against `server.host`.
    ///
    /// # Errors
    /// A sentence, when the system's TLS cannot be set up.
    pub fn new(server: SmtpServer) -> Result<Smtp, String> {
        Smtp::with_time_outs(server, TimeOuts::default())
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// A sentence, when the system's TLS cannot be set up.
    pub fn with_time_outs(server: SmtpServer, time_outs: TimeOuts) -> Result<Smtp, String> {
        let tls = match server.tls {
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => {
                Some(TlsParameters::new(server.host.clone()).map_err(|error| {
                    format!("TLS to the mail server cannot be set up: {error}.")
                })?)
            }
        };
        Ok(Smtp {
            server,
            tls,
            time_outs,
            hello: ClientId::default(),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Hands one message to the server; returns its words of acceptance.
    ///
    /// # Errors
    /// What the failure means.
    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<String, Failure> {
        // Cut off, the connection is dropped with the future: half a dialogue is never gone on with.
        match timeout(self.time_outs.send, self.send_patiently(envelope, message)).await {
            Ok(Ok(words)) => Ok(words),
            Ok(Err((stage, cause))) => Err(meaning(stage, cause)),
            Err(_) => Err(meaning(Stage::Content, Cause::Broken(TIMED_OUT))),
        }
    }

    /// Connects, encrypts, signs in and says who would write, and leaves again: many servers refuse
    /// those who have not signed in, or an address that is not theirs, only then.
    ///
    /// # Errors
    /// What the failure means.
    pub async fn check(&self, from: &Address) -> Result<(), Failure> {
        let mut connection = self
            .connect()
            .await
            .map_err(|(stage, cause)| meaning(stage, cause))?;
        let sender = Mail::new(Some(from.clone()), Vec::new());
        let taken = match timeout(self.time_outs.send, connection.command(sender)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(meaning(Stage::Sender, told(error))),
            Err(_) => Err(meaning(Stage::Sender, Cause::Broken(TIMED_OUT))),
        };
        quit(connection).await;
        taken
    }

    /// Closes the idle connections politely.
    pub async fn close(&self) {
        while let Some(connection) = self.take_idle() {
            quit(connection).await;
        }
    }

    async fn send_patiently(&self, envelope: &Envelope, message: &[u8]) -> Result<String, Broke> {
        while let Some(mut connection) = self.take_idle() {
            match deliver(&mut connection, envelope, message).await {
                // The server left while the connection was idle, or has had enough of it. Nothing
                // was said about the mail yet: another connection will do.
                Err((Stage::Sender, Cause::Broken(_) | Cause::Reply { code: 421, .. })) => {}
                other => return self.finish(connection, other).await,
            }
        }
        let mut connection = self.connect().await?;
        let outcome = deliver(&mut connection, envelope, message).await;
        self.finish(connection, outcome).await
    }

    /// Keeps the connection if it can carry another mail.
    async fn finish(
        &self,
        mut connection: AsyncSmtpConnection,
        outcome: Result<String, Broke>,
    ) -> Result<String, Broke> {
        let usable = match &outcome {
            Ok(_) => true,
            Err((Stage::Sender | Stage::Recipient, Cause::Reply { code, .. })) if *code != 421 => {
                connection.command(Rset).await.is_ok()
            }
            Err(_) => false,
        };
        if usable {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < CONNECTIONS {
                idle.push((connection, Instant::now()));
            }
        }
        outcome
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < KEPT_IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Broke> {
        let connected = match timeout(self.time_outs.connect, self.connect_patiently()).await {
            Ok(connected) => connected,
            Err(_) => Err(Cause::Broken(TIMED_OUT)),
        };
        connected.map_err(|cause| (Stage::Connection, cause))
    }

    async fn connect_patiently(&self) -> Result<AsyncSmtpConnection, Cause> {
        let address = (self.server.host.as_str(), self.server.port);
        let mut connection = match (self.server.tls, &self.tls) {
            (SmtpTls::Implicit, tls) => {
                let patience = Some(self.time_outs.connect);
                AsyncSmtpConnection::connect_tokio1(
                    address,
                    patience,
                    &self.hello,
                    tls.clone(),
                    None,
                )
                .await
                .map_err(told)?
            }
            (SmtpTls::StartTls | SmtpTls::None, _) => {
                let stream = TcpStream::connect(address)
                    .await
                    .map_err(|error| cause_of_io(&error))?;
                // Every write is a whole command: waiting to fill a packet gains nothing.
                stream
                    .set_nodelay(true)
                    .map_err(|error| cause_of_io(&error))?;
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
                    .await
                    .map_err(told)?
            }
        };
        if let (SmtpTls::StartTls, Some(tls)) = (self.server.tls, &self.tls) {
            connection
                .starttls(tls.clone(), &self.hello)
                .await
                .map_err(told)?;
        }
        if let Some((user, password)) = &self.server.credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_string());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(told)?;
        }
        Ok(connection)
    }
}

/// lettre's error as a cause; what is not shown to people is in the log.
fn told(error: smtp::Error) -> Cause {
    match error.status() {
        // What the server said may name people, and is logged without them where the mail is known.
        Some(code) => tracing::debug!(%code, "the mail server said no"),
        None => tracing::debug!(%error, "the dialogue with the mail server failed"),
    }
    cause_of(&error)
}

/// One mail, step by step.
async fn deliver(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
) -> Result<String, Broke> {
    let at = |stage| move |error: smtp::Error| (stage, told(error));
    let eight_bit = !message.is_ascii()
        && connection
            .server_info()
            .supports_feature(Extension::EightBitMime);
    let parameters = if eight_bit {
        vec![MailParameter::Body(MailBodyParameter::EightBitMime)]
    } else {
        Vec::new()
    };
    connection
        .command(Mail::new(envelope.from().cloned(), parameters))
        .await
        .map_err(at(Stage::Sender))?;
    for recipient in envelope.to() {
        connection
            .command(Rcpt::new(recipient.clone(), Vec::new()))
            .await
            .map_err(at(Stage::Recipient))?;
    }
    let go_on = connection.command(Data).await.map_err(at(Stage::Content))?;
    // An answer too many, slipped in or left over, would make each the answer to the next command: the
    // server's word about the text would be read as its word about the next mail, if at all.
    if !go_on.has_code(GO_ON) {
        return Err((Stage::Content, Cause::Broken(NOT_SMTP)));
    }
    let accepted = connection
        .command(ended(message))
        .await
        .map_err(at(Stage::Content))?;
    if accepted.code().severity != Severity::PositiveCompletion {
        return Err((Stage::Content, Cause::Broken(NOT_SMTP)));
    }
    Ok(accepted.message().collect::<Vec<_>>().join(" "))
}

/// The text with its end, to be written in one piece. lettre's own way writes the end by itself,
/// which then waits for the server to acknowledge what went before: 40 ms a mail on Linux.
fn ended(message: &[u8]) -> String {
    // RFC 5321, section 4.5.2: a dot at the start of a line is doubled.
    let text = String::from_utf8_lossy(message).replace("\r\n.", "\r\n..");
    let first = if text.starts_with('.') { "." } else { "" };
    format!("{first}{text}\r\n.\r\n")
}

async fn quit(mut connection: AsyncSmtpConnection) {
    // A server that does not answer to goodbye has been left all the same.
    let _ = timeout(QUIT_TIME_OUT, connection.abort()).await;
}

#[cfg(test)]
mod tests {
    use super::ended;

    #[test]
    fn a_line_of_one_dot_does_not_end_the_mail() {
        assert_eq!(ended(b"a\r\n.\r\n.b\r\nc"), "a\r\n..\r\n..b\r\nc\r\n.\r\n");
        assert_eq!(ended(b".a\r\n.\r\n.\r\n"), "..a\r\n..\r\n..\r\n\r\n.\r\n");
        assert_eq!(ended(b""), "\r\n.\r\n");
    }
}
