//! The wiring of the server: the same for the program and its tests.

use std::net::TcpListener;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::CookieContentSecurity;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};
use socket2::SockRef;

use super::app::App;
use super::{assets, compress, connections, context, error_frame, headers, origin, routes};

/// The cookie's name where the page is reached by plain http.
const COOKIE_NAME: &str = "session";
/// The same on https: a browser takes it from this host alone, whole and secure (RFC 6265bis).
const SECURE_COOKIE_NAME: &str = "__Host-session";
/// How long a client may take for the head of a request: longer than the slowest line needs for a few hundred bytes,
/// short enough that silent clients do not hold their places.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may leave what was sent to it unread, or unacknowledged. The kernel counts it, and
/// what is read of a long answer starts it anew, however slow the line is; without it whoever asks for
/// much and reads nothing would hold a connection for ever, and strangers might hold them all.
#[cfg(target_os = "linux")]
const UNREAD: Duration = Duration::from_secs(30);
/// How long running requests may finish after SIGTERM.
const SHUTDOWN_SECONDS: u64 = 20;
/// Connections at once, in all: thousands of browsers, each with one or two, and at most half a megabyte held for
/// each (a head and a form). Past it they wait to be taken until others are closed, which silent ones are after
/// [`HEAD_TIMEOUT`].
pub const CONNECTIONS: usize = 5_000;

/// Connections that the kernel keeps until they are taken. The 128 of Rust's listeners are gone when a company's browsers
/// come back at once, and whoever finds no place tries again after one, three and seven seconds.
const ARRIVING: i32 = 4_096;

/// The cookie that carries a session's token: encrypted and authenticated, for this host alone.
pub fn session_cookie(key: Key, https: bool) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name(
            if https {
                SECURE_COOKIE_NAME
            } else {
                COOKIE_NAME
            }
            .to_string(),
        )
        .cookie_secure(https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_string())
        .cookie_content_security(CookieContentSecurity::Private)
        .build()
}

/// Starts serving on `listener`; the future ends when the server has stopped.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(
    app: App,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
) -> std::io::Result<Server> {
    // The end of an answer does not wait for the client to acknowledge its beginning, which takes 40 ms
    // on a connection that is used again. Connections have it of their listener.
    SockRef::from(&listener).set_tcp_nodelay(true)?;
    SockRef::from(&listener).listen(ARRIVING)?;
    #[cfg(target_os = "linux")]
    SockRef::from(&listener).set_tcp_user_timeout(Some(UNREAD))?;
    // Beside the first requests: a page does not wait for the style sheet to be packed.
    std::thread::Builder::new()
        .name("packing".to_string())
        .spawn(assets::pack_all)?;
    let key = Key::from(&app.cookie_key);
    let https = app.settings.https;
    let kept_for = connections::kept_for(!app.settings.trusted_proxies.is_empty());
    let data = web::Data::new(app);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || {
        // The outermost is named last.
        ActixApp::new()
            .app_data(data.clone())
            .wrap(from_fn(error_frame::of_whom))
            .wrap(session_cookie(key.clone(), https))
            .wrap(from_fn(origin::refuse_other_sites))
            .wrap(from_fn(compress::whole_pages))
            .wrap(Compress::default())
            // Around compressing, which answers by itself whoever takes no encoding.
            .wrap(from_fn(headers::add))
            .wrap(from_fn(context::of_request))
            .wrap(from_fn(connections::note_answers))
            .configure(routes::configure)
    })
    .keep_alive(kept_for)
    .client_request_timeout(HEAD_TIMEOUT)
    .on_connect(move |io, extensions| connections::watch(io, extensions, kept_for + HEAD_TIMEOUT))
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .workers(workers)
    .max_connections(CONNECTIONS.div_ceil(workers))
    // Of handshakes too: with fewer, a few hundred clients that begin theirs and go no further would keep all out.
    .max_connection_rate(CONNECTIONS.div_ceil(workers))
    .disable_signals();
    Ok(match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?.run(),
        None => server.listen(listener)?.run(),
    })
}
