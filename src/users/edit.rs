//! Editing a user: one pop-up, one Save. Edits of different fields are merged; edits of the same
//! field come back side by side; nothing is overwritten silently.

use diesel::prelude::*;
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use super::activation::ActivationError;
use super::edit_step::{Membership, Step, StepError, take_step};
use super::merge::{Collision, Merge, Version, merge};
use super::{
    Deactivated, Identity, Profile, User, Username, end_mailed_secrets, find, lock,
    looks_like_another_person, mail_passwords, reserved,
};
use crate::accounts;
use crate::history::{self, Author, Change, Event};
use crate::mail::outbox::{self, Kind, NewMail};
use crate::schema::{recovery_links, users};
use crate::sessions::Digest;
use crate::{db, sessions};

/// What was on the page when the pop-up opened.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The username.
    pub username: String,
    /// The details.
    pub profile: Profile,
    /// Whether the box was ticked.
    pub active: bool,
}

/// An edit to be made.
#[derive(Debug, Clone)]
pub struct EditUser {
    /// Who is edited.
    pub id: Uuid,
    /// What the pop-up showed.
    pub seen: Seen,
    /// The username as it shall be.
    pub username: Username,
    /// The details as they shall be.
    pub profile: Profile,
    /// In or out.
    pub membership: Membership,
    /// Who is taken out to make room, where this takes somebody back in.
    pub deactivate: Option<Uuid>,
    /// The administrator was asked, and says that it is the same person under a new name.
    pub same_person: bool,
}

/// What an edit did.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The user as they are now.
    pub user: User,
    /// The fields that this edit changed.
    pub changes: Vec<Change>,
    /// Whether it asked for something: a field or the box differs from what the pop-up had shown. Where it did and
    /// nothing changed, it was so already: the same form was sent before.
    pub asked_for_something: bool,
    /// Fields that somebody else changed meanwhile and that were kept.
    pub merged: Vec<&'static str>,
    /// Set when somebody else took the user out or in meanwhile: whether they are in since.
    pub activated_meanwhile: Option<bool>,
    /// Set when the user was taken out.
    pub deactivated: Option<Deactivated>,
    /// Whether they are out again because a reactivation was taken back.
    pub inactive_again: bool,
    /// Whether the user was taken back in, and with a new password.
    pub reactivated: Option<bool>,
    /// Who was taken out to make room for them.
    pub made_room: Option<User>,
    /// Whether a password of their own ended with that.
    pub own_password_ended: bool,
    /// Whether a new password is on its way because the address changed before it was used.
    pub password_mailed_again: bool,
}

impl Edited {
    /// Whether anything is other than before it.
    pub fn did_something(&self) -> bool {
        !self.changes.is_empty() || self.deactivated.is_some() || self.reactivated.is_some()
    }
}

/// Why an edit was not made.
#[derive(Debug, Error)]
pub enum EditError {
    /// No such user in the account.
    #[error("There is no such user.")]
    NotFound,
    /// Somebody else changed the same fields meanwhile.
    #[error("Somebody else changed the same fields meanwhile.")]
    Collision(Vec<Collision>, Box<User>),
    /// The edit would turn the stored person into another one.
    #[error("This looks like a different person.")]
    DifferentPerson(Box<User>),
    /// The address belongs to somebody; `users::explain` tells whom.
    #[error("Email address is already in use")]
    AddressInUse,
    /// The address is at no domain of the account.
    #[error("Use an email address of your company.")]
    ForeignDomain,
    /// Taking out or in was refused.
    #[error(transparent)]
    Activation(ActivationError),
    /// Whoever was to make room cannot be taken out; why.
    #[error("{0}")]
    NobodyToFree(String),
    /// The database.
    #[error(transparent)]
    Database(db::Error),
}

impl From<db::Error> for EditError {
    fn from(error: db::Error) -> Self {
        match db::violated_constraint(&error) {
            Some("users_username" | "users_username_reserved") => EditError::AddressInUse,
            Some("users_domain") => EditError::ForeignDomain,
            _ => EditError::Database(error),
        }
    }
}

impl From<ActivationError> for EditError {
    fn from(error: ActivationError) -> Self {
        match error {
            ActivationError::Database(error) => error.into(),
            other => EditError::Activation(other),
        }
    }
}

impl From<StepError> for EditError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Refused(refusal) => refusal.into(),
            StepError::NobodyToFree(why) => EditError::NobodyToFree(why),
        }
    }
}

/// Saves an edit. `own_session` is the session of the administrator, which stays when they edit
/// themself.
///
/// # Errors
/// [`EditError`].
pub fn edit(
    tx: &mut db::Connection,
    author: &Author,
    command: &EditUser,
    own_session: &Digest,
    now: OffsetDateTime,
) -> Result<Edited, EditError> {
    let account = accounts::lock_for(tx, author)?;
    let (stored, leaving) = lock_both(tx, author.account_id, command.id, command.deactivate)?;
    let stored = stored.ok_or(EditError::NotFound)?;
    let theirs = stored.profile();
    let seen = Version::of(&command.seen.username, &command.seen.profile);
    let yours = Version::of(command.username.as_str(), &command.profile);
    let merge = merge(seen, yours, Version::of(&stored.username, &theirs));
    if !merge.collisions.is_empty() {
        return Err(EditError::Collision(merge.collisions, Box::new(stored)));
    }
    if !command.same_person && looks_different(&stored, &merge) {
        return Err(EditError::DifferentPerson(Box::new(stored)));
    }
    let step = Step::of(
        &command.membership,
        command.seen.active,
        &stored,
        command.deactivate.is_some(),
        leaving.as_ref(),
    )?;
    // Asked before whether somebody elsewhere has a new address: an edit that is refused in any case
    // tells nothing about it.
    step.check(&account, author, &stored)?;
    if !merge.changes.is_empty() {
        save(tx, author, &stored, &merge, now)?;
    }
    let mut password_mailed_again = false;
    if merge.username != stored.username {
        move_username(tx, author, &stored, &merge.username, own_session, now)?;
        password_mailed_again = tell_addresses(tx, author, &stored, &merge.username, step, now)?;
    }
    let stepped = take_step(
        tx,
        author,
        (&stored, &merge.profile),
        step,
        &command.membership,
        now,
    )?;
    let user = find(tx, author.account_id, command.id)?.ok_or(EditError::NotFound)?;
    Ok(Edited {
        user,
        asked_for_something: step.box_was_changed || yours != seen,
        changes: merge.changes,
        merged: merge.merged,
        activated_meanwhile: (stored.active != command.seen.active).then_some(stored.active),
        inactive_again: stepped.deactivated.is_some()
            && command.membership == Membership::InactiveAgain,
        deactivated: stepped.deactivated,
        reactivated: stepped.reactivated,
        made_room: step.makes_room.cloned(),
        own_password_ended: stepped.own_password_ended,
        password_mailed_again,
    })
}

/// Locks who is edited and whoever is to make room, in the order of their ids, as everybody does who locks several.
fn lock_both(
    tx: &mut db::Connection,
    account_id: Uuid,
    edited: Uuid,
    leaving: Option<Uuid>,
) -> QueryResult<(Option<User>, Option<User>)> {
    let Some(leaving) = leaving.filter(|leaving| *leaving != edited) else {
        return Ok((lock(tx, account_id, edited)?, None));
    };
    if leaving < edited {
        let first = lock(tx, account_id, leaving)?;
        Ok((lock(tx, account_id, edited)?, first))
    } else {
        let first = lock(tx, account_id, edited)?;
        Ok((first, lock(tx, account_id, leaving)?))
    }
}

fn looks_different(stored: &User, merge: &Merge) -> bool {
    let before = stored.profile();
    looks_like_another_person(
        Identity {
            first_name: &before.first_name,
            last_name: &before.last_name,
            username: &stored.username,
        },
        Identity {
            first_name: &merge.profile.first_name,
            last_name: &merge.profile.last_name,
            username: &merge.username,
        },
    )
}

fn save(
    tx: &mut db::Connection,
    author: &Author,
    stored: &User,
    merge: &Merge,
    now: OffsetDateTime,
) -> Result<(), EditError> {
    let profile = &merge.profile;
    diesel::update(users::table.find((author.account_id, stored.id)))
        .set((
            users::username.eq(&merge.username),
            users::first_name.eq(&profile.first_name),
            users::last_name.eq(&profile.last_name),
            users::title.eq(&profile.title),
            users::department.eq(&profile.department),
            users::phone.eq(&profile.phone),
            users::search_text.eq(profile.search_text(&merge.username)),
            users::name_key.eq(profile.name_key()),
        ))
        .execute(tx)?;
    let event = Event::UserEdited {
        changes: merge.changes.clone(),
    };
    history::record(tx, author, Some(stored.id), &event, now)?;
    Ok(())
}

/// What a change of the username brings: sessions and links of the old one end, the old address is
/// reserved.
fn move_username(
    tx: &mut db::Connection,
    author: &Author,
    stored: &User,
    new_username: &str,
    own_session: &Digest,
    now: OffsetDateTime,
) -> Result<(), EditError> {
    let account_id = author.account_id;
    sessions::end_others(tx, account_id, &[stored.id], own_session)?;
    diesel::delete(
        recovery_links::table
            .filter(recovery_links::account_id.eq(account_id))
            .filter(recovery_links::user_id.eq(stored.id)),
    )
    .execute(tx)?;
    outbox::cancel_waiting(
        tx,
        account_id,
        &[stored.id],
        &[Kind::RecoveryLink],
        "the username was changed",
        now,
    )?;
    // Their own former address, taken up again, needs no reservation any more.
    reserved::release(tx, new_username)?;
    reserved::reserve(tx, account_id, stored.id, &stored.username, now)?;
    Ok(())
}

/// Both addresses are told of the change; nobody who is out, or leaves with this edit, gets a mail: it would
/// only be cancelled. Says whether a new password is on its way.
fn tell_addresses(
    tx: &mut db::Connection,
    author: &Author,
    stored: &User,
    new_username: &str,
    step: Step<'_>,
    now: OffsetDateTime,
) -> Result<bool, EditError> {
    let stays = stored.active && !step.leaves;
    if stays || step.comes_back {
        for address in [stored.username.as_str(), new_username] {
            let mut notice = NewMail::to_user(Kind::UsernameChanged, stored.id, now);
            notice.recipient = Some(address.to_string());
            outbox::enqueue(tx, author.account_id, notice, now)?;
        }
    }
    if stays {
        return mail_password_again(tx, author, stored, now);
    }
    Ok(false)
}

/// A mailed password that was not used yet went to the old address and ends; a new one goes to the new
/// address. Says whether that was so.
fn mail_password_again(
    tx: &mut db::Connection,
    author: &Author,
    stored: &User,
    now: OffsetDateTime,
) -> Result<bool, EditError> {
    if stored.password_mail_id.is_none() {
        return Ok(false);
    }
    let account_id = author.account_id;
    end_mailed_secrets(tx, account_id, &[stored.id])?;
    mail_passwords(tx, account_id, &[stored.id], Kind::NewPassword, None, now)?;
    Ok(true)
}
