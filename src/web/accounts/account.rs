//! `/account`: the account's own details.

use actix_web::{HttpResponse, web};

use super::details;
use super::pages::AccountPage;
use super::time_zones;
use crate::accounts::{self, AccountAdministrator, AccountError};
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
    let details = details(&app, user.account_id()).await?;
    let with_second_factor = details.administrators.iter();
    let with_second_factor = with_second_factor
        .filter(|one| one.has_second_factor)
        .count();
    Ok(AccountPage {
        layout: user.layout(&app),
        second_factors: how_many(with_second_factor, details.administrators.len()),
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

/// How many of an account's administrators have one.
fn how_many(with: usize, all: usize) -> String {
    match (with, all) {
        (1, 1) => "You have one.".to_string(),
        (0, 1) => "You have none yet.".to_string(),
        (0, all) => format!("None of the {all} administrators has one yet."),
        (with, all) if with == all => format!("All {all} administrators have one."),
        (1, all) => format!("1 of {all} administrators has one."),
        (with, all) => format!("{with} of {all} administrators have one."),
    }
}

#[cfg(test)]
mod tests {
    use super::how_many;

    #[test]
    fn how_many_have_one_is_a_sentence_for_every_number() {
        let words =
            [(0, 1), (1, 1), (0, 3), (1, 3), (2, 3), (3, 3)].map(|(with, all)| how_many(with, all));
        assert_eq!(
            words,
            [
                "You have none yet.",
                "You have one.",
                "None of the 3 administrators has one yet.",
                "1 of 3 administrators has one.",
                "2 of 3 administrators have one.",
                "All 3 administrators have one.",
            ]
        );
    }
}
