//! The company: its name, domains, seats, administrators and time zone.

pub mod account;
pub mod pages;
pub mod second_factor;
pub mod time_zones;

use actix_web::web;
use uuid::Uuid;

use super::app::App;
use super::blocking::blocking;
use super::error::WebError;
use crate::accounts::{self as domain, AccountDetails};

/// What is known about the account.
async fn details(app: &web::Data<App>, account_id: Uuid) -> Result<AccountDetails, WebError> {
    let shared = app.clone();
    let found = blocking(move || {
        shared
            .db
            .read(|connection| domain::details(connection, account_id))
    });
    Ok(found.await??)
}
