#![no_main]
//! Whatever stands in the cookie is nobody's session, unless this program wrote it; and nothing stops it.

use std::cell::OnceCell;

use actix_session::Session;
use actix_web::cookie::Key;
use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::{App, HttpResponse, test, web};
use libfuzzer_sys::fuzz_target;
use user_accounts::web::{guard, server};

thread_local! {
    static SYSTEM: OnceCell<actix_web::rt::SystemRunner> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    let mut pair = b"session=".to_vec();
    pair.extend_from_slice(bytes);
    let Ok(cookie) = HeaderValue::from_bytes(&pair) else {
        return;
    };
    SYSTEM.with(|system| {
        system.get_or_init(actix_web::rt::System::new).block_on(async {
            let service = test::init_service(
                App::new()
                    .wrap(server::session_cookie(Key::from(&[7; 64]), false))
                    .default_service(web::to(|cookie: Session| async move {
                        match guard::token_digest(&cookie) {
                            None => HttpResponse::Ok().finish(),
                            Some(_) => HttpResponse::Conflict().finish(),
                        }
                    })),
            )
            .await;
            let request = test::TestRequest::get().insert_header((COOKIE, cookie)).to_request();
            let response = test::call_service(&service, request).await;
            assert_eq!(response.status(), 200, "a made-up cookie is a session");
        });
    });
});
