//! GET `/imports/new`, POST `/imports`: a list comes in and is checked; nobody is changed.

use actix_multipart::Multipart;
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use time::Duration;

use super::pages::{self, HandedIn, NewImportPage};
use super::upload::{self, Failed, Upload};
use super::words;
use crate::imports::{self, CsvProblem, HandInError, Recent, Sheet, csv_in};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::redirect::see_other;
use crate::web::users::list;
use crate::web::{page, when};
use crate::{accounts, db};

/// GET `/imports/new`.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
) -> Result<HttpResponse, WebError> {
    page::ok(&draw(app, administrator.0, String::new(), Errors::none()).await?)
}

/// POST `/imports`.
///
/// # Errors
/// [`WebError`].
pub async fn check(
    app: web::Data<App>,
    administrator: Administrator,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, WebError> {
    let user = administrator.0;
    let mut errors = Errors::none();
    let upload = match upload::read(&request, form).await {
        Ok(upload) => upload,
        Err(Failed::Web(error)) => return Err(error),
        Err(Failed::TooLarge) => {
            errors.add("file", CsvProblem::TooLarge.to_string());
            let page = draw(app, user, String::new(), errors).await?;
            let mut response = page::with_status(StatusCode::PAYLOAD_TOO_LARGE, &page)?;
            // What is left of the list on the connection is not to be taken for the next request.
            response
                .head_mut()
                .set_connection_type(ConnectionType::Close);
            return Ok(response);
        }
    };
    let typed = upload.list.clone();
    let (shared, by) = (app.clone(), user.clone());
    let checked = blocking(move || {
        let name = upload.file_name.clone();
        let (field, bytes) = chosen(upload)?;
        let sheet = csv_in::read(&bytes)
            .and_then(Sheet::with_names)
            .map(|sheet| Sheet { name, ..sheet })
            .map_err(|problem| Refusal::At(field, problem.to_string()))?;
        imports::hand_in(&shared.db, &by.author, &sheet, by.now).map_err(|error| match error {
            HandInError::TooMany(wait) => Refusal::TooMany(field, wait),
            HandInError::Database(error) => Refusal::Database(error),
        })
    })
    .await?;
    match checked {
        Ok(id) => Ok(see_other(format!("/imports/{id}"))),
        Err(Refusal::Database(error)) => Err(error.into()),
        Err(Refusal::At(field, message)) => {
            errors.add(field, message);
            page::unprocessable(&draw(app, user, typed, errors).await?)
        }
        Err(Refusal::TooMany(field, wait)) => {
            errors.add(field, too_many(wait));
            page::too_many(wait, &draw(app, user, typed, errors).await?)
        }
    }
}

fn too_many(wait: Duration) -> String {
    format!(
        "Your account handed in very many lists within the hour. Wait {}, then hand this one in again.",
        when::wait(wait)
    )
}

enum Refusal {
    At(&'static str, String),
    TooMany(&'static str, Duration),
    Database(db::Error),
}

/// The file or the paste, with the name of its field; not both, for only one of them is meant.
fn chosen(upload: Upload) -> Result<(&'static str, Vec<u8>), Refusal> {
    match (upload.file, upload.list.trim().is_empty()) {
        (Some(file), true) => Ok(("file", file)),
        (None, false) => Ok(("list", upload.list.into_bytes())),
        (None, true) => Err(Refusal::At(
            "file",
            "Choose a file, or paste a list below.".to_string(),
        )),
        (Some(_), false) => Err(Refusal::At(
            "list",
            "Choose a file or paste a list, not both. Empty this field and choose the file again."
                .to_string(),
        )),
    }
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    typed: String,
    errors: Errors,
) -> Result<NewImportPage, WebError> {
    let (shared, account_id) = (app.clone(), user.account_id());
    let (domains, unrun, ran) = blocking(move || {
        shared.db.read(|connection| {
            let domains = accounts::domains(connection, account_id)?;
            let [unrun, ran] =
                [false, true].map(|started| imports::recent(connection, account_id, started));
            Ok::<_, db::Error>((domains, unrun?, ran?))
        })
    })
    .await??;
    let told = |lists: Vec<Recent>| lists.iter().map(|list| handed_in(list, &user)).collect();
    Ok(NewImportPage {
        layout: user.layout(&app),
        seats: list::seats(&user),
        domains: crate::users::any_of(&domains),
        list: typed,
        errors,
        unrun: told(unrun),
        ran: told(ran),
    })
}

fn handed_in(list: &Recent, user: &SignedInUser) -> HandedIn {
    HandedIn {
        href: format!("/imports/{}", list.id),
        name: words::list_name(&list.name, &list.first_username, list.lines.into()),
        rest: format!(
            ": {}, by {}, {}.{}",
            pages::lines(list.lines.unsigned_abs().into()),
            list.made_by,
            when::recent(list.made_at, user.now, &user.zone),
            result(list)
        ),
    }
}

/// What came of it, as far as it was started.
fn result(list: &Recent) -> String {
    match (list.state.as_str(), list.imported, list.refused) {
        ("running", ..) => " Under way.".to_string(),
        (_, Some(imported), Some(refused)) => {
            let imported = pages::persons(imported.unsigned_abs().into());
            match refused.unsigned_abs() {
                0 => format!(" {imported} imported."),
                many => format!(
                    " {imported} imported, {} refused.",
                    pages::lines(many.into())
                ),
            }
        }
        _ => String::new(),
    }
}
