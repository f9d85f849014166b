//! `Edit User`: GET and POST `/users/{id}`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::conflicts::{AddressConflict, EditConflict};
use super::dialogs::{
    DifferentPersonDialog, EditDialog, ProfileFields, ProfileValues, UsersDialog,
};
use super::edit_form::Typed;
use super::edit_words::{edited_message, no_seat, reactivating, reason_problem};
use super::fact::Fact;
use super::pages::UsersPage;
use super::place::Place;
use super::{conflict_words, edit_activation, edit_facts, edit_meanwhile, form, list, place_query};
use crate::users::{self, ActivationError, EditError, EditUser, Membership, Seen, User};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::Person;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Form, Id, Query};
use crate::web::page;
use crate::web::redirect::see_other;
use crate::{accounts, db, history, ids};

/// GET `/users/{id}`; with `reactivate=yes`, the way from a conflict, the boxes are ticked already.
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
    let reactivating = query.0.one("reactivate")? == Some("yes");
    let shared = app.clone();
    let user = administrator.0.clone();
    let page = blocking(move || {
        shared.db.read(|connection| {
            let Some(subject) = users::find(connection, user.account_id(), id.0)? else {
                return Ok(None);
            };
            let mut again = Again::of(&subject);
            if reactivating && !subject.active {
                again.reactivating = true;
                again.membership = Membership::Active {
                    send_password: true,
                };
            }
            draw(connection, &shared, &user, &subject, place, again).map(Some)
        })
    })
    .await?
    .map_err(|error: db::Error| WebError::from(error))?;
    page::ok(&page.ok_or(WebError::NotFound)?)
}

/// POST `/users/{id}`.
///
/// # Errors
/// [`WebError`].
pub async fn save(
    app: web::Data<App>,
    administrator: Administrator,
    id: Id,
    query: Query,
    form: Form,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let typed = Typed::read(&form.0)?;
    let (shared, user, back) = (app.clone(), administrator.0, place.clone());
    let outcome = blocking(move || try_to_save(&shared, &user, id.0, typed, &back)).await??;
    match outcome {
        Saved::Done => Ok(see_other(place.list_href())),
        Saved::NotFound => Err(WebError::NotFound),
        Saved::Again(status, page) => page::with_status(status, &*page),
    }
}

/// What the pop-up shows again.
struct Again {
    values: ProfileValues,
    originals: ProfileValues,
    errors: Errors,
    conflict: Option<AddressConflict>,
    edit_conflict: Option<EditConflict>,
    membership: Membership,
    /// Who is to make room.
    deactivate: Option<Uuid>,
    /// Whether there was no seat for them.
    seat_missing: bool,
    undoes_deactivation: bool,
    /// Whether Save is all that is left to do.
    reactivating: bool,
}

impl Again {
    /// As stored.
    fn of(subject: &User) -> Again {
        Again {
            values: form::stored_values(subject),
            originals: form::stored_values(subject),
            errors: Errors::none(),
            conflict: None,
            edit_conflict: None,
            membership: Membership::Unsaid,
            deactivate: None,
            seat_missing: false,
            undoes_deactivation: false,
            reactivating: false,
        }
    }

    /// As typed.
    fn typed(stored: &User, typed: &Typed) -> Again {
        let again = Again::of(stored);
        Again {
            values: typed.values.clone(),
            originals: typed.originals.clone().unwrap_or(again.originals),
            membership: typed.membership.clone(),
            deactivate: typed.deactivate,
            undoes_deactivation: typed.undoes_deactivation,
            ..again
        }
    }

    /// Puts to its field, or beside it, why the edit was refused.
    fn tell(
        &mut self,
        app: &App,
        user: &SignedInUser,
        place: &Place,
        command: &EditUser,
        domains: &[String],
        refusal: EditError,
    ) -> Result<(), db::Error> {
        match refusal {
            EditError::Database(error) => return Err(error),
            // Each has an answer of its own.
            EditError::NotFound | EditError::DifferentPerson(_) => {}
            EditError::AddressInUse => {
                let (typed, username) = (&self.values.username, &command.username);
                let why = users::explain(&app.db, &user.author, typed, username, user.now)?;
                self.conflict = conflict_words::explain(app, user, place, why, &mut self.errors);
            }
            EditError::ForeignDomain => {
                self.errors.add("username", form::foreign_domain(domains));
            }
            EditError::Activation(ActivationError::NoSeat) => self.seat_missing = true,
            EditError::Activation(refusal) => {
                self.errors.add("active_account", refusal.to_string());
            }
            EditError::NobodyToFree(why) => self.errors.add("deactivate", why),
            EditError::Collision(collisions, now_stored) => {
                let conflict = edit_meanwhile::side_by_side(
                    app,
                    user,
                    (&mut self.values, &self.originals),
                    &collisions,
                    &now_stored,
                    &mut self.errors,
                )?;
                self.originals = form::stored_values(&now_stored);
                self.edit_conflict = Some(conflict);
            }
        }
        Ok(())
    }
}

enum Saved {
    Done,
    NotFound,
    Again(StatusCode, Box<UsersPage>),
}

fn try_to_save(
    app: &App,
    user: &SignedInUser,
    id: Uuid,
    typed: Typed,
    place: &Place,
) -> Result<Saved, db::Error> {
    let account_id = user.account_id();
    let (domains, stored) = app.db.read(|connection| {
        Ok::<_, db::Error>((
            accounts::domains(connection, account_id)?,
            users::find(connection, account_id, id)?,
        ))
    })?;
    let Some(stored) = stored else {
        return Ok(Saved::NotFound);
    };
    let mut again = Again::typed(&stored, &typed);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let Some(command) = command(&stored, &domains, &typed, &mut again) {
        match write(app, user, &command, place) {
            Ok(()) => return Ok(Saved::Done),
            Err(EditError::NotFound) => return Ok(Saved::NotFound),
            Err(EditError::DifferentPerson(subject)) => {
                let page = ask_whether_same(app, user, place, &subject, &command, typed.pairs)?;
                return Ok(Saved::Again(status, Box::new(page)));
            }
            Err(refusal) => {
                if matches!(refusal, EditError::Collision(..)) {
                    status = StatusCode::CONFLICT;
                }
                again.tell(app, user, place, &command, &domains, refusal)?;
            }
        }
    }
    if again.conflict.is_none() {
        let typed = &typed.values.username;
        again.conflict =
            conflict_words::explain_too(app, user, place, typed, Some(&stored), &mut again.errors)?;
    }
    let page = app.db.read(|connection| {
        let Some(subject) = users::find(connection, account_id, id)? else {
            return Ok(None);
        };
        draw(connection, app, user, &subject, place.clone(), again).map(Some)
    })?;
    Ok(page.map_or(Saved::NotFound, |page| Saved::Again(status, Box::new(page))))
}

/// The edit that was asked for, where nothing is wrong with the form.
fn command(
    stored: &User,
    domains: &[String],
    typed: &Typed,
    again: &mut Again,
) -> Option<EditUser> {
    if let Membership::Inactive { reason } = &typed.membership
        && let Some(problem) = reason_problem(reason)
    {
        again.errors.add("reason", problem);
    }
    let kept = Some(stored.username.as_str());
    let (username, profile) = form::parse(&typed.values, domains, kept, &mut again.errors)?;
    again.errors.is_empty().then(|| EditUser {
        id: stored.id,
        seen: Seen {
            username: again.originals.username.clone(),
            profile: form::profile_of(&again.originals),
            active: typed.was_active.unwrap_or(stored.active),
        },
        username,
        profile,
        membership: typed.membership.clone(),
        deactivate: typed.deactivate,
        same_person: typed.same_person,
    })
}

/// The edit, and the message that the list shows.
fn write(
    app: &App,
    user: &SignedInUser,
    command: &EditUser,
    place: &Place,
) -> Result<(), EditError> {
    let (account_id, id) = (user.account_id(), command.id);
    app.db.write(|tx| {
        let edited = users::edit(tx, &user.author, command, &user.session, user.now)?;
        let has_own_password = users::has_own_password(tx, account_id, id)?;
        let meanwhile = if edited.merged.is_empty() && edited.activated_meanwhile.is_none() {
            Vec::new()
        } else {
            let history = history::of_user(tx, account_id, id, None, history::PAGE as i64)?;
            edit_meanwhile::sentences(&edited, &history, user.signed_in.user_id)
        };
        let seats = list::seats(user);
        let message = edited_message(&edited, meanwhile, has_own_password, seats, place);
        if edited.did_something() || !edited.asked_for_something {
            user.leave(tx, &message)?;
        } else {
            user.leave_again(tx, &message)?;
        }
        Ok(())
    })
}

/// The overwrite guard: everything that was typed is kept for either answer.
fn ask_whether_same(
    app: &App,
    user: &SignedInUser,
    place: &Place,
    subject: &User,
    command: &EditUser,
    typed: Vec<(String, String)>,
) -> Result<UsersPage, db::Error> {
    let list = app
        .db
        .read(|connection| list::build(connection, app, user, place, &[]))?;
    let guard = DifferentPersonDialog {
        id: subject.id,
        new_id: ids::new(),
        before: Person {
            name: subject.full_name(),
            username: subject.username.clone(),
            href: place.user_href(&subject.id),
        },
        after_name: command.profile.full_name(),
        after_username: command.username.as_str().to_string(),
        typed,
    };
    Ok(list::with_dialog(
        app,
        user,
        list,
        UsersDialog::DifferentPerson(Box::new(guard)),
    ))
}

fn draw(
    connection: &mut db::Connection,
    app: &App,
    user: &SignedInUser,
    subject: &User,
    place: Place,
    mut again: Again,
) -> Result<UsersPage, db::Error> {
    let domains = accounts::domains(connection, user.account_id())?;
    let list = list::build(connection, app, user, &place, &[])?;
    let facts: Vec<Fact> = edit_facts::facts(connection, user, subject, &place)?;
    let activation = edit_activation::of(
        connection,
        user,
        subject,
        &again.membership,
        again.deactivate,
        &again.errors,
    )?;
    let offers_room = activation.offers_room();
    if again.seat_missing {
        let words = no_seat(list::seats(user), again.undoes_deactivation, offers_room);
        again.errors.add("active_account", words);
    }
    let dialog = EditDialog {
        id: subject.id,
        name: subject.full_name(),
        lead: again
            .reactivating
            .then(|| reactivating(subject, list::seats(user), offers_room)),
        fields: ProfileFields::new(
            &again.values,
            &again.errors,
            edit_facts::username_hint(subject, &domains),
            again.conflict.is_some(),
        ),
        originals: again.originals,
        original_active: subject.active,
        errors: again.errors,
        conflict: again.conflict,
        edit_conflict: again.edit_conflict,
        activation,
        facts,
    };
    Ok(list::with_dialog(
        app,
        user,
        list,
        UsersDialog::Edit(Box::new(dialog)),
    ))
}
