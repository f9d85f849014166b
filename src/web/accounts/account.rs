//! `/account`: the account's own details.

use actix_web::{HttpResponse, web};

use super::pages::AccountPage;
use crate::accounts::{self, AccountError};
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
                &Flash::success(format!("Times are shown in {zone} from now on.")),
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

/// POST `/account/second-factor`: `required=yes|no`. Whoever demands one has one.
///
/// # Errors
/// [`WebError`].
pub async fn demand_second_factor(
    app: web::Data<App>,
    administrator: Administrator,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let required = match form.0.text("required")? {
        "yes" => true,
        "no" => false,
        _ => return Err(WebError::BadRequest("required is yes or no")),
    };
    let user = administrator.0;
    if required && !user.signed_in.has_second_factor {
        let mut errors = Errors::none();
        errors.add(
            "second_factor",
            "Set up a second factor for yourself first: otherwise you would shut yourself out.",
        );
        return page::unprocessable(&draw(app, user, errors).await?);
    }
    blocking(move || {
        app.db.write(|tx| {
            accounts::set_second_factor_required(tx, &user.author, required, user.now)?;
            let text = if required {
                "Administrators need a second factor from now on. Who has none sets one up at the next click."
            } else {
                "Administrators need no second factor any more. Who has one keeps it."
            };
            user.leave(tx, &Flash::success(text))?;
            Ok::<_, db::Error>(())
        })
    })
    .await??;
    Ok(see_other("/account"))
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
    let mut time_zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_string())
        .filter(|name| is_place(name))
        .collect();
    time_zones.sort();
    Ok(AccountPage {
        layout: user.layout(&app),
        name: details.account.name.clone(),
        domains: details.domains,
        seats: list::seats(&user),
        administrators: details
            .administrators
            .into_iter()
            .map(|(id, first_name, last_name, username)| Person {
                name: format!("{first_name} {last_name}"),
                username,
                href: Place::default().user_href(&id),
            })
            .collect(),
        second_factor_required: details.account.second_factor_required,
        time_zone: details.account.time_zone,
        time_zones,
        local_time: when::exact(user.now, &user.zone),
        errors,
    })
}

/// Places and UTC; the database's other names are old abbreviations.
fn is_place(name: &str) -> bool {
    const AREAS: [&str; 10] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    name == "UTC" || AREAS.iter().any(|area| name.starts_with(area))
}
