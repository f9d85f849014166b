//! Every address of the program, in one table: method, path, who may call it, and by what handler.
//! The wiring and the tests are both made from it.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpResponse, ResponseError as _, Route, guard, web};
use futures_util::FutureExt as _;

use super::error::{Explanation, WebError};
use super::{
    access, accounts, activity, assets, health, help, history, imports, mailbox, password_resets,
    training, users,
};

/// Who may call a route. The handler's arguments enforce it; this says it for the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in, also with a mailed password.
    SignedIn,
    /// Administrators of the account.
    Administrator,
}

/// One line of the table.
pub struct Entry {
    /// GET entries answer HEAD too.
    pub method: Method,
    /// The path, with `{id}` where an id stands.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    route: Route,
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> Entry
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let route = Route::new()
        .guard(guard::Any(guard::Get()).or(guard::Head()))
        .to(handler);
    Entry {
        method: Method::GET,
        path,
        access,
        route,
    }
}

fn post<F, Args>(path: &'static str, access: Access, handler: F) -> Entry
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    Entry {
        method: Method::POST,
        path,
        access,
        route: web::post().to(handler),
    }
}

/// The table.
pub fn table() -> Vec<Entry> {
    use Access::{Administrator, Public, SignedIn};
    vec![
        get("/", SignedIn, access::home::show),
        get("/sign-in", Public, access::sign_in::show),
        post("/sign-in", Public, access::sign_in::sign_in),
        post("/sign-out", Public, access::sign_in::sign_out),
        get("/forgot-password", Public, access::forgot::show),
        post("/forgot-password", Public, access::forgot::send),
        get("/password", Public, access::password::show),
        post("/password", Public, access::password::save),
        get("/second-factor", Public, access::second_factor::show),
        post("/second-factor", Public, access::second_factor::give),
        post(
            "/second-factor/setup",
            SignedIn,
            access::second_factor_settings::begin,
        ),
        post(
            "/second-factor/confirmation",
            SignedIn,
            access::second_factor_settings::confirm,
        ),
        post(
            "/second-factor/recovery-codes",
            SignedIn,
            access::second_factor_settings::renew_codes,
        ),
        get(
            "/second-factor/recovery-codes",
            SignedIn,
            access::recovery_codes::show,
        ),
        get(
            "/second-factor/recovery-codes.txt",
            SignedIn,
            access::recovery_codes::file,
        ),
        post(
            "/second-factor/recovery-codes/receipt",
            SignedIn,
            access::recovery_codes::receive,
        ),
        post(
            "/second-factor/removal",
            SignedIn,
            access::second_factor_settings::turn_off,
        ),
        get("/account", Administrator, accounts::account::show),
        post("/account", Administrator, accounts::account::save),
        get(
            "/account/second-factor",
            Administrator,
            accounts::second_factor::show,
        ),
        post(
            "/account/second-factor",
            Administrator,
            accounts::second_factor::demand,
        ),
        get("/activity", Administrator, activity::list::show),
        get("/activity.csv", Administrator, activity::export::show),
        get("/help", Administrator, help::show::show),
        get("/users", Administrator, users::list::show),
        get("/users.csv", Administrator, users::export::show),
        post("/users", Administrator, users::add::add),
        // Before "/users/{id}": the first that fits is taken.
        get("/users/new", Administrator, users::add::show),
        get("/users/{id}", Administrator, users::edit::show),
        post("/users/{id}", Administrator, users::edit::save),
        get("/users/{id}/history", Administrator, history::of_user::show),
        get(
            "/users/{id}/training",
            Administrator,
            training::attendance::show,
        ),
        post(
            "/users/{id}/training",
            Administrator,
            training::attendance::record,
        ),
        get(
            "/users/{id}/second-factor-removal",
            Administrator,
            users::second_factor::show,
        ),
        post(
            "/users/{id}/second-factor-removal",
            Administrator,
            users::second_factor::remove,
        ),
        post(
            "/users/{id}/password-mail",
            Administrator,
            users::password_mail::send_again,
        ),
        get(
            "/users/{id}/administrator",
            Administrator,
            users::administrator::show,
        ),
        post(
            "/users/{id}/administrator",
            Administrator,
            users::administrator::save,
        ),
        get(
            "/users/{id}/replacement/new",
            Administrator,
            users::replacement::show,
        ),
        post(
            "/users/{id}/replacement",
            Administrator,
            users::replacement::replace,
        ),
        post(
            "/password-resets",
            Administrator,
            password_resets::start::reset,
        ),
        get(
            "/password-resets/new",
            Administrator,
            password_resets::start::show,
        ),
        get(
            "/password-resets/{id}",
            Administrator,
            password_resets::outcome::show,
        ),
        get(
            "/password-resets/{id}/people.csv",
            Administrator,
            password_resets::export::show,
        ),
        post(
            "/password-resets/{id}/retry",
            Administrator,
            password_resets::outcome::retry,
        ),
        post(
            "/training-requests",
            Administrator,
            training::start::request,
        ),
        get(
            "/training-requests/new",
            Administrator,
            training::start::show,
        ),
        get(
            "/training-requests/{id}/people.csv",
            Administrator,
            training::export::show,
        ),
        post(
            "/training-requests/{id}/retry",
            Administrator,
            training::acts::retry,
        ),
        post(
            "/training-requests/{id}/attendance",
            Administrator,
            training::acts::attended,
        ),
        get(
            "/training-requests/{id}",
            Administrator,
            training::standing::show,
        ),
        post(
            "/training-requests/{id}/undo",
            Administrator,
            training::standing::undo,
        ),
        post("/imports", Administrator, imports::hand_in::check),
        get("/imports/new", Administrator, imports::hand_in::show),
        get("/imports/{id}", Administrator, imports::show::show),
        post("/imports/{id}", Administrator, imports::start::start),
        post(
            "/imports/{id}/choice",
            Administrator,
            imports::start::choose,
        ),
        get(
            "/imports/{id}/refused.csv",
            Administrator,
            imports::refused::show,
        ),
        get("/dev/mailbox", Public, mailbox::show::show),
        get("/healthz", Public, health::alive),
        get("/readyz", Public, health::ready),
        get("/static/{file}", Public, assets::file),
    ]
}

/// Wires the table: a resource for each path, which answers other methods with 405 and `Allow`.
pub fn configure(config: &mut web::ServiceConfig) {
    let mut paths: Vec<(&'static str, Vec<Entry>)> = Vec::new();
    for entry in table() {
        match paths.iter_mut().find(|(path, _)| *path == entry.path) {
            Some((_, entries)) => entries.push(entry),
            None => paths.push((entry.path, vec![entry])),
        }
    }
    for (path, entries) in paths {
        let mut methods = Vec::new();
        let mut resource = web::resource(path);
        for entry in entries {
            methods.push(if entry.method == Method::GET {
                "GET, HEAD"
            } else {
                "POST"
            });
            resource = resource.route(entry.route);
        }
        let allow = methods.join(", ");
        let resource = resource.default_service(web::to(move || {
            let allow = allow.clone();
            async move {
                HttpResponse::MethodNotAllowed()
                    .insert_header((header::ALLOW, allow))
                    .finish()
            }
        }));
        config.service(resource.wrap(from_fn(survive_panics)));
    }
    config.default_service(web::to(|| async { WebError::NotFound.error_response() }));
}

/// A panic in a handler is a 500 with its request id; the process and the connection live.
async fn survive_panics(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let kept = request.request().clone();
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(_) => {
            let mut response = HttpResponse::InternalServerError().finish();
            let cause = Some("the handler panicked; the panic's own line stands above".to_string());
            let words = Explanation::of_status(response.status());
            response
                .extensions_mut()
                .insert(Explanation { cause, ..words });
            Ok(ServiceResponse::new(kept, response))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App as ActixApp, HttpResponse, web};

    use super::*;
    use crate::db::{Db, Purpose};
    use crate::metrics::Metrics;
    use crate::passwords::Hasher;
    use crate::users::PlaceSeal;
    use crate::web::app::{App, Settings};
    use crate::web::blocking::blocking;
    use crate::web::context;

    fn app() -> App {
        App {
            // Nobody asks it anything.
            db: Db::new(
                &"postgres://127.0.0.1:1/none".into(),
                Purpose::Maintenance,
                1,
            ),
            hasher: Hasher::start(1).unwrap(),
            settings: Settings {
                product_name: "User Accounts".to_string(),
                support_email: "help@vendor.example".to_string(),
                support_phone: "+1 555 0100".to_string(),
                public_origin: "http://127.0.0.1".to_string(),
                https: false,
                trusted_proxies: Vec::new(),
                mailbox: None,
            },
            seal: PlaceSeal::new([1; 32]),
            cookie_key: [7; 64],
            metrics: Arc::new(Metrics::new().unwrap()),
        }
    }

    async fn panics_itself() -> HttpResponse {
        let number: u16 = "none".parse().unwrap();
        HttpResponse::Ok().body(number.to_string())
    }

    async fn panics_at_work() -> Result<HttpResponse, WebError> {
        let number: u16 = blocking(|| "none".parse().unwrap()).await?;
        Ok(HttpResponse::Ok().body(number.to_string()))
    }

    #[actix_web::test]
    async fn a_panic_in_a_handler_is_a_page_with_a_number_and_the_next_request_is_answered() {
        let service = init_service(
            ActixApp::new()
                .app_data(web::Data::new(app()))
                .wrap(from_fn(context::of_request))
                // As the table's are wired.
                .service(
                    web::resource("/panics/itself")
                        .route(web::get().to(panics_itself))
                        .wrap(from_fn(survive_panics)),
                )
                .service(
                    web::resource("/panics/at-work")
                        .route(web::get().to(panics_at_work))
                        .wrap(from_fn(survive_panics)),
                )
                .route("/healthz", web::get().to(health::alive)),
        )
        .await;
        for path in ["/panics/itself", "/panics/at-work", "/panics/itself"] {
            let response = call_service(&service, TestRequest::get().uri(path).to_request()).await;
            assert_eq!(response.status().as_u16(), 500, "{path}");
            let page = String::from_utf8(read_body(response).await.to_vec()).unwrap();
            assert!(page.contains("Something went wrong on our side"), "{page}");
            assert!(!page.contains("unwrap") && !page.contains(".rs"), "{page}");
            let response =
                call_service(&service, TestRequest::get().uri("/healthz").to_request()).await;
            assert_eq!(response.status().as_u16(), 200);
        }
    }
}
