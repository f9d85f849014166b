//! `Replace`: GET `/users/{id}/replacement/new`, POST `/users/{id}/replacement`.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::conflicts::AddressConflict;
use super::dialogs::{ProfileFields, ProfileValues, ReplaceDialog, UsersDialog};
use super::making_room::open_leaver;
use super::pages::UsersPage;
use super::place::Place;
use super::{conflict_words, edit_facts, form, list, place_query};
use crate::users::{self, AddError, NewUser, ReplaceError, ReplaceUser, User, Username};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Person;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::{accounts, db, ids};

/// GET: who leaves, and an empty form for who comes.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let again = Again::new(ProfileValues::default(), ids::new());
    let page = draw(app, administrator.0, id.0, place, again).await?;
    page::ok(&page.ok_or(WebError::NotFound)?)
}

/// POST: the one out and the other in. Also takes the form of an edit that the guard stopped.
///
/// # Errors
/// [`WebError`].
pub async fn replace(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let values = form::typed(&form.0, "")?;
    let new_id = form
        .0
        .one("id")?
        .and_then(|id| Uuid::parse_str(id).ok())
        .unwrap_or_else(ids::new);
    // The form of an edit says what its fields held when it was opened.
    let by_guard = form.0.one("original_username")?.is_some();
    let mut again = Again::new(values, new_id);
    let (shared, user, back) = (app.clone(), administrator.0.clone(), place.clone());
    let outcome = blocking(move || {
        if by_guard && keeps_address(&shared, &user, id.0, &again.values.username)? {
            again.values.username.clear();
            again.address_kept = true;
            return Ok(Outcome::Again(Box::new(again)));
        }
        try_to_replace(&shared, &user, id.0, again, &back)
    })
    .await??;
    match outcome {
        Outcome::Done => Ok(see_other(place.list_href())),
        Outcome::NotFound => Err(WebError::NotFound),
        Outcome::Again(again) => {
            let page = draw(app, administrator.0, id.0, place, *again).await?;
            page::unprocessable(&page.ok_or(WebError::NotFound)?)
        }
    }
}

enum Outcome {
    Done,
    NotFound,
    Again(Box<Again>),
}

/// What the pop-up shows again.
struct Again {
    values: ProfileValues,
    new_id: Uuid,
    errors: Errors,
    conflict: Option<AddressConflict>,
    /// Whether only the name was changed before: the address stays with who leaves, and another one is
    /// asked for. Nobody did anything wrong so far.
    address_kept: bool,
}

impl Again {
    fn new(values: ProfileValues, new_id: Uuid) -> Again {
        Again {
            values,
            new_id,
            errors: Errors::none(),
            conflict: None,
            address_kept: false,
        }
    }
}

/// Whether the address typed is the one that who leaves has.
fn keeps_address(
    app: &App,
    user: &SignedInUser,
    leaving: Uuid,
    typed: &str,
) -> Result<bool, db::Error> {
    let subject = app
        .db
        .read(|connection| users::find(connection, user.account_id(), leaving))?;
    Ok(subject.is_some_and(|subject| {
        Username::parse(typed).is_ok_and(|username| username.as_str() == subject.username)
    }))
}

fn try_to_replace(
    app: &App,
    user: &SignedInUser,
    leaving: Uuid,
    mut again: Again,
    place: &Place,
) -> Result<Outcome, db::Error> {
    let domains = app
        .db
        .read(|connection| accounts::domains(connection, user.account_id()))?;
    let Some((username, profile)) = form::parse(&again.values, &domains, None, &mut again.errors)
    else {
        let (typed, errors) = (&again.values.username, &mut again.errors);
        again.conflict = conflict_words::explain_too(app, user, place, typed, None, errors)?
            .map(|conflict| conflict.with_leaver(leaving));
        return Ok(Outcome::Again(Box::new(again)));
    };
    let command = ReplaceUser {
        leaving,
        id: again.new_id,
        username,
        profile,
    };
    let replaced = app.db.write(|tx| {
        let new = users::replace(tx, &user.author, &command, user.now)?;
        let Some(old) = users::find(tx, user.account_id(), leaving)? else {
            return Err(ReplaceError::NotFound);
        };
        user.leave(tx, &message(&old, &command, new, place))?;
        Ok(())
    });
    match replaced {
        Ok(()) => return Ok(Outcome::Done),
        Err(ReplaceError::NotFound) => return Ok(Outcome::NotFound),
        Err(
            ReplaceError::Database(error)
            | ReplaceError::Coming(AddError::Database(error))
            | ReplaceError::Leaving(users::ActivationError::Database(error)),
        ) => return Err(error),
        Err(ReplaceError::Coming(AddError::AddressInUse)) => {
            let typed = again.values.username.clone();
            let why = users::explain(&app.db, &user.author, &typed, &command.username, user.now)?;
            again.conflict = conflict_words::explain(app, user, place, why, &mut again.errors)
                .map(|conflict| conflict.with_leaver(leaving));
        }
        Err(ReplaceError::Coming(AddError::ForeignDomain)) => {
            again.errors.add("username", form::foreign_domain(&domains));
        }
        // No seat is missing here: one is freed first, and one out, one in is no growth.
        Err(refusal) => again.errors.add_general(refusal.to_string()),
    }
    if again.conflict.is_none() {
        let (typed, errors) = (&again.values.username, &mut again.errors);
        again.conflict = conflict_words::explain_too(app, user, place, typed, None, errors)?
            .map(|conflict| conflict.with_leaver(leaving));
    }
    Ok(Outcome::Again(Box::new(again)))
}

fn message(old: &User, command: &ReplaceUser, new: NewUser, place: &Place) -> Flash {
    let text = format!(
        "{} was deactivated and {} was added in their place. A password is on its way to {}.",
        old.full_name(),
        command.profile.full_name(),
        command.username.as_str()
    );
    let message = Flash::success(text).mark(new.id).link(
        format!("Open {}", command.profile.full_name()),
        place.user_href(&new.id),
    );
    open_leaver(message, old)
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    leaving: Uuid,
    place: Place,
    again: Again,
) -> Result<Option<UsersPage>, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let account_id = user.account_id();
            let Some(subject) = users::find(connection, account_id, leaving)? else {
                return Ok(None);
            };
            let domains = accounts::domains(connection, account_id)?;
            let list = list::build(connection, &shared, &user, &place, &[])?;
            let mut consequences = edit_facts::consequences(connection, &user, &subject)?;
            consequences
                .push("The new user gets the seat, and a random password by mail.".to_string());
            consequences.push("Each keeps a history of their own.".to_string());
            let dialog = ReplaceDialog {
                id: subject.id,
                new_id: again.new_id,
                leaving: Person {
                    name: subject.full_name(),
                    username: subject.username.clone(),
                    href: place.user_href(&subject.id),
                },
                fields: ProfileFields::new(
                    &again.values,
                    &again.errors,
                    form::username_hint(&domains),
                    again.conflict.is_some(),
                ),
                errors: again.errors,
                conflict: again.conflict,
                address_kept: again.address_kept,
                consequences,
            };
            let dialog = UsersDialog::Replace(Box::new(dialog));
            Ok::<_, db::Error>(Some(list::with_dialog(&shared, &user, list, dialog)))
        })
    })
    .await?
    .map_err(WebError::from)
}
