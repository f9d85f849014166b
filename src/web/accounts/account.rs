//! `/account`: the account's own details.

use actix_web::{HttpResponse, web};

use super::pages::AccountPage;
use super::{second_factor, time_zones};
use crate::accounts::{self, AccountAdministrator, AccountError};
use crate::db;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Person;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Form;
use crate::web::redirect::see_other;
use crate::web::users::list;
use crate::web::users::place::Place;
use crate::web::{page, when};

/// GET.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
) -> Result<HttpResponse, WebError> {
    page::ok(&draw(app, administrator.0, Errors::none()).await?)
}

/// POST: the time zone.
///
/// # Errors
/// [`WebError`].
pub async fn save(
    app: web::Data<App>,
    administrator: Administrator,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let zone = form.0.text("time_zone")?.to_string();
    let (shared, user) = (app.clone(), administrator.0.clone());
    let outcome = blocking(move || {
        shared.db.write(|tx| {
            accounts::set_time_zone(tx, &user.author, &zone, user.now)?;
            user.leave(
                tx,
                &Flash::success(format!(
                    "Times are shown in {} from now on.",
                    zone.replace('_', " ")
                )),
            )?;
            Ok::<_, AccountError>(())
        })
    })
    .await?;
    match outcome {
        Ok(()) => Ok(see_other("/account")),
        Err(AccountError::Database(error)) => Err(error.into()),
        Err(refusal) => {
            let mut errors = Errors::none();
            errors.add("time_zone", refusal.to_string());
            page::unprocessable(&draw(app, administrator.0, errors).await?)
        }
    }
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    errors: Errors,
) -> Result<AccountPage, WebError> {
    let (shared, account_id) = (app.clone(), user.account_id());
    let details = blocking(move || {
        shared
            .db
            .read(|connection| accounts::details(connection, account_id))
    })
    .await?
    .map_err(|error: db::Error| WebError::from(error))?;
    let with_second_factor = details.administrators.iter();
    let with_second_factor = with_second_factor
        .filter(|one| one.has_second_factor)
        .count();
    Ok(AccountPage {
        layout: user.layout(&app),
        second_factors: second_factor::how_many(with_second_factor, details.administrators.len()),
        name: details.account.name.clone(),
        domains: details.domains,
        seats: list::seats(&user),
        administrators: details.administrators.into_iter().map(person).collect(),
        second_factor_required: details.account.second_factor_required,
        regions: time_zones::regions(&details.account.time_zone, user.now),
        time_zone_words: when::zone_words(&user.zone),
        time_zone: details.account.time_zone,
        local_time: when::exact(user.now, &user.zone),
        errors,
    })
}

/// An administrator, with the way to their pop-up.
pub(super) fn person(administrator: AccountAdministrator) -> Person {
    Person {
        name: format!("{} {}", administrator.first_name, administrator.last_name),
        href: Place::default().user_href(&administrator.id),
        username: administrator.username,
    }
}
