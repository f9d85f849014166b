//! What surrounds a request: its id, its line in the log, and the page for what went wrong.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template as _;
use uuid::Uuid;

use super::app::App;
use super::blocking::with_patience;
use super::components::Link;
use super::error::Explanation;
use super::error_page::ErrorPage;
use super::layout::Layout;
use crate::ids;

/// Paths that programs ask; they get plain text also when something is wrong.
const FOR_MACHINES: [&str; 2] = ["/healthz", "/readyz"];

/// The id of a request: in its log lines, in history, on its error page.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Who a request is from, once the guard has looked it up, for the request's line in the log.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// Their account.
    pub account_id: Uuid,
    /// They.
    pub user_id: Uuid,
}

/// The middleware.
///
/// # Errors
/// Passes on what the layers below could not answer themselves.
pub async fn of_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = ids::new().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.path().to_string();
    let app = request.app_data::<web::Data<App>>().cloned();
    let source = app.as_ref().and_then(|app| source(request.request(), app));
    let response = with_patience(next.call(request))
        .await?
        .map_into_boxed_body();
    let response = explain(response, app.as_ref().map(|app| app.get_ref()), &id);
    let (took, status) = (started.elapsed(), response.status().as_u16());
    if let Some(app) = &app {
        let route = response.request().match_pattern();
        app.metrics
            .request(method.as_str(), route.as_deref(), status, took);
    }
    let caller = response.request().extensions().get::<Caller>().copied();
    tracing::info!(
        request = id,
        account = caller.map(|caller| tracing::field::display(caller.account_id)),
        actor = caller.map_or("visitor", |_| "user"),
        actor_user = caller.map(|caller| tracing::field::display(caller.user_id)),
        source = source.map(tracing::field::display),
        %method,
        path,
        status,
        milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    Ok(response)
}

/// Whether a response is an error that has no page of its own: a handler that drew one is right, what
/// the framework answers is plain text.
pub fn wants_page(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    let is_explained = response
        .response()
        .extensions()
        .get::<Explanation>()
        .is_some();
    let is_own_page = !is_explained
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    !is_own_page && !FOR_MACHINES.contains(&response.request().path())
}

/// Draws the error page for a response that wants one: with the frame of whoever is signed in, as far
/// as that is known by now. Nothing is asked of the database here: it may be what went wrong.
fn explain(
    response: ServiceResponse<BoxBody>,
    app: Option<&App>,
    id: &str,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let explained = response
        .response()
        .extensions()
        .get::<Explanation>()
        .cloned();
    if let Some(Explanation {
        cause: Some(cause), ..
    }) = &explained
    {
        // Too much at once, or a database that is away, is no fault of the program's.
        if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::warn!(request = id, cause, "request failed");
        } else {
            tracing::error!(request = id, cause, "request failed");
        }
    }
    let Some(app) = app.filter(|_| wants_page(&response)) else {
        return response;
    };
    let explanation = explained.unwrap_or_else(|| Explanation::of_status(status));
    let known = response.request().extensions().get::<Layout>().cloned();
    let layout = known.unwrap_or_else(|| app.layout());
    let page = ErrorPage {
        status: status.as_u16(),
        heading: explanation.heading.to_string(),
        what_happened: explanation.what_happened.to_string(),
        what_to_do: explanation.what_to_do.to_string(),
        links: ways_out(&layout),
        request_id: status.is_server_error().then(|| id.to_string()),
        layout,
    };
    let (request, old) = response.into_parts();
    let request_is_left_unread = old.head().connection_type() == ConnectionType::Close;
    let mut fresh = HttpResponse::build(status);
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            fresh.append_header((name.clone(), value.clone()));
        }
    }
    if request_is_left_unread {
        fresh.force_close();
    }
    fresh.content_type("text/html; charset=utf-8");
    // Also to HEAD, of which the server sends no body: its length is that of GET (RFC 9110 section 8.6).
    let body = page.render().unwrap_or_default();
    ServiceResponse::new(request, fresh.body(body))
}

/// Where to go from an error page, by who is known to look at it.
fn ways_out(layout: &Layout) -> Vec<Link> {
    let list = Link::new("User Accounts", "/users");
    match &layout.signed_in {
        Some(person) if person.administrator => vec![list],
        Some(_) => vec![Link::new("Your password", "/password")],
        None => vec![list, Link::new("Sign in", "/sign-in")],
    }
}

/// The id of this request.
pub fn request_id(request: &HttpRequest) -> Option<String> {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
}

/// The address of a hop. Some proxies write the port behind it, an IPv6 address then in brackets.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    bare.parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
}

/// Who the peer is: its address, or what a trusted proxy says about it as its last hop. A header that
/// anybody can send is not believed.
pub fn source(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    if !app.settings.trusts(peer) {
        return Some(peer);
    }
    let named = request
        .headers()
        .get_all("x-forwarded-for")
        .last()
        .and_then(|value| value.to_str().ok())
        .and_then(|hops| hops.rsplit(',').next())
        .and_then(|hop| address_of(hop.trim()));
    Some(named.unwrap_or(peer).to_canonical())
}
