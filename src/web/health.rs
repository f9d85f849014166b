//! For whoever keeps the program running.

use actix_web::{HttpResponse, web};

use super::app::App;
use super::blocking::blocking;
use crate::db;

/// GET `/healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// GET `/readyz`: the database answers too.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    let answer = blocking(move || app.db.read(db::ping)).await;
    match answer {
        Ok(Ok(())) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n"),
        _ => HttpResponse::ServiceUnavailable()
            .insert_header(("retry-after", "2"))
            .insert_header(("content-type", "text/plain; charset=utf-8"))
            .body("the database does not answer\n"),
    }
}
