//! Connections that are kept after an answer, and those on which nothing happens.
//!
//! actix counts the time for a head on the first request of a connection alone: whoever had one answered and sent
//! half of a second one would hold the connection for good. So each connection knows since when nothing is being
//! answered on it, and is ended when that is too long.

use std::any::Any;
use std::cell::Cell;
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use actix_web::{Error, rt};
use nix::sys::socket::{Shutdown, SockaddrStorage, getpeername, shutdown};

/// How long a browser's connection is kept after an answer: as long as somebody looks at a page before going on.
const BROWSERS: Duration = Duration::from_secs(15);
/// How long a proxy's is kept: longer than proxies keep theirs (nginx 60 seconds, Caddy two minutes), so that they are
/// the ones to end it. A request sent just as the program ends its connection is lost, and a proxy answers 502 for
/// it where it may not send it twice.
const PROXIES: Duration = Duration::from_secs(130);

/// How long a connection is kept after an answer.
pub(super) fn kept_for(behind_a_proxy: bool) -> Duration {
    if behind_a_proxy { PROXIES } else { BROWSERS }
}

/// A connection, as its requests know it.
struct Connection {
    /// Its descriptor, by which it is ended from outside while this is there, which is as long as the connection. A
    /// second descriptor for each would take twice as many of the system.
    socket: RawFd,
    /// Whose it is: a descriptor that were another's by then would be left alone.
    peer: SockaddrStorage,
    /// Requests whose answers have not left whole.
    answering: Cell<usize>,
    /// When the last answer left, or when the connection was made.
    quiet_since: Cell<Instant>,
}

/// Ends the connection `io` once nothing was answered on it for `patience`; for [`actix_web::HttpServer::on_connect`].
pub(super) fn watch(io: &dyn Any, extensions: &mut Extensions, patience: Duration) {
    let tcp = match io.downcast_ref::<TlsStream<TcpStream>>() {
        Some(tls) => Some(tls.get_ref().0),
        None => io.downcast_ref::<TcpStream>(),
    };
    let socket = tcp.map(AsRawFd::as_raw_fd);
    let Some((socket, peer)) = socket.and_then(|socket| Some((socket, peer_of(socket)?))) else {
        return;
    };
    let connection = Rc::new(Connection {
        socket,
        peer,
        answering: Cell::new(0),
        quiet_since: Cell::new(Instant::now()),
    });
    rt::spawn(end_when_quiet(Rc::downgrade(&connection), patience));
    extensions.insert(connection);
}

/// The other end of a socket; nothing where it is gone.
fn peer_of(socket: RawFd) -> Option<SockaddrStorage> {
    getpeername(socket).ok()
}

async fn end_when_quiet(connection: Weak<Connection>, patience: Duration) {
    let mut wait = patience;
    loop {
        rt::time::sleep(wait).await;
        let Some(connection) = connection.upgrade() else {
            return;
        };
        wait = if connection.answering.get() > 0 {
            patience
        } else {
            patience.saturating_sub(connection.quiet_since.get().elapsed())
        };
        if wait.is_zero() {
            // As if the client had ended its half: what is still to be sent goes out.
            if peer_of(connection.socket) == Some(connection.peer) {
                let _ = shutdown(connection.socket, Shutdown::Read);
            }
            return;
        }
    }
}

/// The middleware, which has to be the outermost: an answer is under way until the last of it was taken.
///
/// # Errors
/// Passes on what the layers below could not answer themselves.
pub(super) async fn note_answers(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<Answer>, Error> {
    let under_way = request.conn_data::<Rc<Connection>>().map(UnderWay::on);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Answer {
        body,
        _under_way: under_way,
    }))
}

/// The body of an answer, whose connection is not quiet while it is sent.
pub(super) struct Answer {
    body: BoxBody,
    _under_way: Option<UnderWay>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

struct UnderWay(Rc<Connection>);

impl UnderWay {
    fn on(connection: &Rc<Connection>) -> UnderWay {
        connection.answering.set(connection.answering.get() + 1);
        UnderWay(Rc::clone(connection))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.answering.set(self.0.answering.get() - 1);
        self.0.quiet_since.set(Instant::now());
    }
}
