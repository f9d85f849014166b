//! `Add a User`: GET `/users/new`, POST `/users`.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::conflicts::AddressConflict;
use super::dialogs::{AddDialog, CouldBeFreed, ProfileFields, ProfileValues, UsersDialog};
use super::making_room::{self, could_be_freed};
use super::place::Place;
use super::{conflict_words, form, list, place_query};
use crate::users::{self, ActivationError, AddError, AddUser, ReplaceError, ReplaceUser};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Seats;
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::{accounts, db, ids};

/// GET `/users/new`.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let again = Again {
        values: ProfileValues::default(),
        new_id: ids::new(),
        ticked: list::ticked(&query.0),
        errors: Errors::none(),
        conflict: None,
        deactivate: None,
        seat_missing: false,
    };
    let page = draw(app, administrator.0, place, again).await?;
    page::ok(&page)
}

/// POST `/users`: seat, row, mail and event, or everything that stands against it.
///
/// # Errors
/// [`WebError`].
pub async fn add(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let ticked = list::ticked(&query.0);
    let values = form::typed(&form.0, "")?;
    let new_id = form
        .0
        .one("id")?
        .and_then(|id| Uuid::parse_str(id).ok())
        .unwrap_or_else(ids::new);
    let deactivate = making_room::named(&form.0)?;
    let (shared, user, typed, back) = (
        app.clone(),
        administrator.0.clone(),
        values.clone(),
        place.clone(),
    );
    let outcome =
        blocking(move || try_to_add(&shared, &user, &typed, new_id, deactivate, &back)).await??;
    match outcome {
        Ok(()) => Ok(see_other(place.href_with_users("/users", &ticked))),
        Err(mut again) => {
            again.ticked = ticked;
            page::unprocessable(&draw(app, administrator.0, place, *again).await?)
        }
    }
}

/// What the pop-up shows again.
struct Again {
    values: ProfileValues,
    new_id: Uuid,
    /// Who is ticked in the list behind it.
    ticked: Vec<Uuid>,
    errors: Errors,
    conflict: Option<AddressConflict>,
    /// Who is to make room, where no seat is free.
    deactivate: Option<Uuid>,
    /// Whether there was no seat for the new user.
    seat_missing: bool,
}

fn try_to_add(
    app: &App,
    user: &SignedInUser,
    values: &ProfileValues,
    new_id: Uuid,
    deactivate: Option<Uuid>,
    place: &Place,
) -> Result<Result<(), Box<Again>>, db::Error> {
    let domains = app
        .db
        .read(|connection| accounts::domains(connection, user.account_id()))?;
    let mut errors = Errors::none();
    let mut conflict = None;
    let mut seat_missing = deactivate.is_none() && list::seats(user).free() == 0;
    if let Some((username, profile)) = form::parse(values, &domains, None, &mut errors) {
        let command = AddUser {
            id: new_id,
            username,
            profile,
        };
        let added = app.db.write(|tx| {
            let message = match deactivate {
                None => added_message(
                    &command,
                    users::add(tx, &user.author, &command, user.now)?.id,
                    place,
                ),
                Some(leaving) => make_room_and_add(tx, user, &command, leaving, place)?,
            };
            user.leave(tx, &message)?;
            Ok(())
        });
        match added {
            Ok(()) => return Ok(Ok(())),
            Err(AddError::AddressInUse) => {
                let why = users::explain(
                    &app.db,
                    &user.author,
                    &values.username,
                    &command.username,
                    user.now,
                )?;
                conflict = conflict_words::explain(app, user, place, why, &mut errors);
            }
            Err(AddError::ForeignDomain) => errors.add("username", form::foreign_domain(&domains)),
            Err(AddError::NoSeat(_)) => seat_missing = true,
            Err(AddError::NobodyToFree(why)) => errors.add("deactivate", why),
            Err(AddError::Database(error)) => return Err(error),
        }
    }
    if conflict.is_none() {
        conflict =
            conflict_words::explain_too(app, user, place, &values.username, None, &mut errors)?;
    }
    Ok(Err(Box::new(Again {
        values: values.clone(),
        new_id,
        ticked: Vec::new(),
        errors,
        conflict,
        deactivate,
        seat_missing,
    })))
}

/// The one out and the other in, in this transaction.
fn make_room_and_add(
    tx: &mut db::Connection,
    user: &SignedInUser,
    command: &AddUser,
    leaving: Uuid,
    place: &Place,
) -> Result<Flash, AddError> {
    let swap = ReplaceUser {
        leaving,
        id: command.id,
        username: command.username.clone(),
        profile: command.profile.clone(),
    };
    let new =
        users::free_and_add(tx, &user.author, &swap, user.now).map_err(|error| match error {
            ReplaceError::Coming(error) => error,
            ReplaceError::Database(error)
            | ReplaceError::Leaving(ActivationError::Database(error)) => AddError::Database(error),
            refusal => AddError::NobodyToFree(refusal.to_string()),
        })?;
    let mut message = added_message(command, new.id, place);
    if let Some(left) = users::find(tx, user.account_id(), leaving)? {
        message.text = format!(
            "{0} was deactivated and {1} {0} can be reactivated once a seat is free.",
            left.full_name(),
            message.text
        );
        message = making_room::open_leaver(message, &left);
    }
    Ok(message)
}

fn added_message(command: &AddUser, id: Uuid, place: &Place) -> Flash {
    let text = format!(
        "{} was added. A password is on its way to {}.",
        command.profile.full_name(),
        command.username.as_str()
    );
    Flash::success(text).mark(id).link(
        format!("Open {}", command.profile.full_name()),
        place.user_href(&id),
    )
}

/// Says that nobody was added for want of a seat, first of all that is wrong: at the choice of whom to deactivate, where
/// there is one. How many are in use stands in the pop-up once.
fn seat_missing(seats: &Seats, could_be_freed: &[CouldBeFreed], errors: &mut Errors) {
    let whom = seats.to_deactivate();
    if seats.free() > 0 {
        // As they were when the form came: the last one went to somebody else meanwhile.
        errors.add_general(format!(
            "No seat is free any more: the last one was taken meanwhile. Deactivate {whom} first, then try again."
        ));
    } else if could_be_freed.is_empty() {
        errors.add_general(format!(
            "Nobody was added. Deactivate {whom} first, then try again."
        ));
    } else {
        errors.add(
            "deactivate",
            format!("Nobody was added. Choose whom to deactivate for the new user, or deactivate {whom} first."),
        );
    }
}

async fn draw(
    app: web::Data<App>,
    user: SignedInUser,
    place: Place,
    again: Again,
) -> Result<super::pages::UsersPage, WebError> {
    let shared = app.clone();
    blocking(move || {
        shared.db.read(|connection| {
            let domains = accounts::domains(connection, user.account_id())?;
            let list = list::build(connection, &shared, &user, &place, &again.ticked)?;
            let could_be_freed = could_be_freed(connection, &user, again.deactivate)?;
            let mut errors = Errors::none();
            if again.seat_missing {
                seat_missing(&list::seats(&user), &could_be_freed, &mut errors);
            }
            errors.append(again.errors);
            let dialog = AddDialog {
                fields: ProfileFields::new(
                    &again.values,
                    &errors,
                    form::username_hint(&domains),
                    again.conflict.is_some(),
                ),
                new_id: again.new_id,
                errors,
                seats: list::seats(&user),
                could_be_freed,
                conflict: again.conflict,
            };
            Ok::<_, db::Error>(list::with_dialog(
                &shared,
                &user,
                list,
                UsersDialog::Add(Box::new(dialog)),
            ))
        })
    })
    .await?
    .map_err(WebError::from)
}
