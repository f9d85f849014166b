//! What becomes of a handler that panics.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use futures_util::FutureExt as _;

use super::error::Explanation;

/// A panic in a handler is a 500 with its request id; the process and the connection live.
///
/// # Errors
/// Passes on what the layers below could not answer themselves.
pub async fn survive_panics(
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

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App as ActixApp, HttpResponse, web};

    use super::*;
    use crate::db::{Db, Purpose};
    use crate::metrics::Metrics;
    use crate::passwords::Hasher;
    use crate::users::PlaceSeal;
    use crate::web::app::{App, Settings};
    use crate::web::blocking::blocking;
    use crate::web::error::WebError;
    use crate::web::{context, health};

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
