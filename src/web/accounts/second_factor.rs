//! `/account/second-factor`: asking every administrator for a second factor, or no more. Whom it stops is said
//! before.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::account::person;
use super::details;
use super::pages::DemandPage;
use crate::accounts;
use crate::db;
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::Form;
use crate::web::page;
use crate::web::redirect::see_other;

/// GET: who has none, and what happens to them.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
) -> Result<HttpResponse, WebError> {
    page::ok(&draw(app, administrator.0).await?)
}

/// POST: `required=yes|no`. Whoever demands one has one.
///
/// # Errors
/// [`WebError`].
pub async fn demand(
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
        // The page says why, and leads on.
        return page::with_status(StatusCode::UNPROCESSABLE_ENTITY, &draw(app, user).await?);
    }
    blocking(move || {
        app.db.write(|tx| {
            accounts::set_second_factor_required(tx, &user.author, required, user.now)?;
            let text = if required {
                "Administrators need a second factor from now on. Who has none sets one up at the next click or sign-in."
            } else {
                "Administrators need no second factor any more. Who has one keeps it, and may turn it off."
            };
            user.leave(tx, &Flash::success(text))?;
            Ok::<_, db::Error>(())
        })
    })
    .await??;
    Ok(see_other("/account"))
}

async fn draw(app: web::Data<App>, user: SignedInUser) -> Result<DemandPage, WebError> {
    let details = details(&app, user.account_id()).await?;
    let administrators = details.administrators.len();
    let without = details.administrators.into_iter();
    Ok(DemandPage {
        layout: user.layout(&app),
        required: details.account.second_factor_required,
        has_own: user.signed_in.has_second_factor,
        without: without
            .filter(|one| !one.has_second_factor)
            .map(person)
            .collect(),
        administrators,
    })
}

impl DemandPage {
    /// Whom it stops, counted.
    pub(super) fn stopped(&self) -> String {
        match (self.without.len(), self.administrators) {
            (0, 1) => "You are the only administrator and have one: it stops nobody.".to_string(),
            (0, all) => format!("All {all} administrators have one: it stops nobody."),
            (1, all) => format!("1 of {all} administrators has none yet:"),
            (without, all) => format!("{without} of {all} administrators have none yet:"),
        }
    }
}
