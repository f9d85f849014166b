//! POST `/imports/{id}` starts the import; POST `/imports/{id}/choice` takes lines in or leaves them out; POST
//! `/imports/{id}/delete` deletes the list instead.

use actix_web::{HttpResponse, web};

use super::show::LinesPlace;
use crate::db;
use crate::imports::{self, Changed, Choice, Promised, StartError, Verdict};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::Administrator;
use crate::web::input::{Form, Id, Parameters};
use crate::web::redirect::see_other;

const TOO_LATE_TO_CHOOSE: &str = "This list was started meanwhile, in another window or by another administrator. Who is on it can no longer be changed.";
const DELETED: &str = "The list was deleted. Nothing else was changed.";
const TOO_LATE_TO_DELETE: &str = "This list was started meanwhile, in another window or by another administrator. It stays and says what was done.";

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
    let user = administrator.0;
    let account_id = user.account_id();
    let place = LinesPlace::read(&form.0)?;
    let asked = asked(&form.0)?;
    let changed = blocking(move || {
        app.db.write(|tx| match asked {
            Some((choice, chosen)) => {
                let changed = imports::choose(tx, account_id, id.0, choice, chosen)?;
                if changed == Changed::Started {
                    user.leave(tx, &Flash::problem(TOO_LATE_TO_CHOOSE))?;
                }
                Ok(changed)
            }
            None => Ok::<_, db::Error>(match imports::exists(tx, account_id, id.0)? {
                true => Changed::Done,
                false => Changed::NotFound,
            }),
        })
    })
    .await??;
    match (asked, changed) {
        (_, Changed::NotFound) => Err(WebError::NotFound),
        (None, _) => Err(WebError::BadRequest("a choice names lines")),
        (Some((Choice::Line(position), _)), Changed::Done) => {
            Ok(see_other(format!("{}#line-{position}", place.href(id.0))))
        }
        (Some(_), _) => Ok(see_other(place.href(id.0))),
    }
}

/// POST `/imports/{id}/delete`: a list that was checked and is not to be run.
///
/// # Errors
/// [`WebError`].
pub async fn delete(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
) -> Result<HttpResponse, WebError> {
    let user = administrator.0;
    let changed = blocking(move || {
        app.db.write(|tx| {
            let changed = imports::delete(tx, user.account_id(), id.0)?;
            match changed {
                Changed::Done => user.leave(tx, &Flash::success(DELETED))?,
                Changed::Started => user.leave(tx, &Flash::problem(TOO_LATE_TO_DELETE))?,
                Changed::NotFound => {}
            }
            Ok::<_, db::Error>(changed)
        })
    })
    .await??;
    match changed {
        Changed::Done => Ok(see_other("/imports/new")),
        Changed::Started => Ok(see_other(format!("/imports/{}", id.0))),
        Changed::NotFound => Err(WebError::NotFound),
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
