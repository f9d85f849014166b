//! Every address of the program, in one table: method, path, who may call it, and by what handler.
//! The wiring and the tests are both made from it.

use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, ResponseError as _, Route, guard, web};

use super::error::WebError;
use super::panics::survive_panics;
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
#[expect(clippy::too_many_lines, reason = "a line for each address")]
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
        post(
            "/users/{id}/training/withdrawal",
            Administrator,
            training::attendance::withdraw,
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
        get("/training-requests", Administrator, training::list::show),
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
        get(
            "/training-requests/{id}/left-out",
            Administrator,
            training::left_out::show,
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
        post(
            "/training-requests/{id}/attendance/undo",
            Administrator,
            training::acts::undo_attended,
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
        post(
            "/imports/{id}/delete",
            Administrator,
            imports::start::delete,
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
