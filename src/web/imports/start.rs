//! POST `/imports/{id}` starts the import; POST `/imports/{id}/choice` takes lines in or leaves them out.

use actix_web::{HttpResponse, web};

use super::show::LinesPlace;
use crate::db;
use crate::imports::{self, Choice, Promised, StartError, Verdict};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::Administrator;
use crate::web::input::{Form, Id, Parameters};
use crate::web::redirect::see_other;

/// POST `/imports/{id}`: from here on a worker carries it out.
///
/// # Errors
/// [`WebError`].
pub async fn start(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let user = administrator.0;
    let number = |name| Ok::<_, WebError>(form.0.one(name)?.and_then(|word| word.parse().ok()));
    let promised = Promised {
        people: number("people")?,
        choice: number("choice")?,
    };
    let started = blocking(move || {
        let started = app
            .db
            .write(|tx| imports::start(tx, &user.author, id.0, promised, user.now));
        match started {
            Err(StartError::Database(error)) => Err(error),
            Err(StartError::NotFound) => Ok(false),
            Err(refusal) => app.db.write(|tx| {
                user.leave(tx, &Flash::problem(refusal.to_string()))?;
                Ok(true)
            }),
            Ok(()) => Ok(true),
        }
    })
    .await??;
    if started {
        Ok(see_other(format!("/imports/{}", id.0)))
    } else {
        Err(WebError::NotFound)
    }
}

/// POST `/imports/{id}/choice`: `line` (a position) or `verdict`, and `chosen` (`yes` or `no`).
///
/// # Errors
/// [`WebError`].
pub async fn choose(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let account_id = administrator.account_id();
    let place = LinesPlace::read(&form.0)?;
    let asked = asked(&form.0)?;
    let found = blocking(move || {
        app.db.write(|tx| match asked {
            Some((choice, chosen)) => imports::choose(tx, account_id, id.0, choice, chosen),
            None => Ok::<_, db::Error>(imports::details(tx, account_id, id.0)?.is_some()),
        })
    })
    .await??;
    match asked {
        _ if !found => Err(WebError::NotFound),
        None => Err(WebError::BadRequest("a choice names lines")),
        Some((Choice::Line(position), _)) => {
            Ok(see_other(format!("{}#line-{position}", place.href(id.0))))
        }
        Some((Choice::All(_), _)) => Ok(see_other(place.href(id.0))),
    }
}

fn asked(form: &Parameters) -> Result<Option<(Choice, bool)>, WebError> {
    let line = form.text("line")?.parse().ok().map(Choice::Line);
    let whole = Verdict::from_name(form.text("verdict")?).map(Choice::All);
    let chosen = match form.text("chosen")? {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Ok(line.or(whole).zip(chosen))
}
