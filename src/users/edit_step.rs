//! The step of an edit that takes somebody out or back in.

use thiserror::Error;
use time::OffsetDateTime;

use super::activation::{self, ActivationError};
use super::reactivation_undone::{self, ends_own_password};
use super::{Deactivated, Profile, User};
use crate::accounts::Account;
use crate::db;
use crate::history::Author;

/// What the form says of the box "Active Account".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// The box was not on the form.
    Unsaid,
    /// Ticked. When this takes somebody back in, a new password may be sent.
    Active {
        /// Whether to mail one.
        send_password: bool,
    },
    /// Not ticked.
    Inactive {
        /// What was given as the reason; may be empty.
        reason: String,
    },
    /// `Undo` of a reactivation: out again as before it.
    InactiveAgain,
}

/// Why a step was not taken.
#[derive(Debug, Error)]
pub(super) enum StepError {
    /// Taking out or in was refused.
    #[error(transparent)]
    Refused(ActivationError),
    /// Whoever was to make room cannot be taken out; why.
    #[error("{0}")]
    NobodyToFree(String),
}

impl<E: Into<ActivationError>> From<E> for StepError {
    fn from(error: E) -> Self {
        StepError::Refused(error.into())
    }
}

/// The step that an edit takes with somebody, in or out, if it takes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// Whether the box is other than the pop-up had shown it.
    pub(super) box_was_changed: bool,
    /// Whether it takes them back in.
    pub(super) comes_back: bool,
    /// Whether it takes them out.
    pub(super) leaves: bool,
    /// Who is taken out for it.
    pub(super) makes_room: Option<&'a User>,
}

impl<'a> Step<'a> {
    /// What `membership` asks for, where the pop-up showed whether they were in; `named` says that somebody was to make
    /// room, `leaving` who it is, where there is such a person.
    pub(super) fn of(
        membership: &Membership,
        was_in: bool,
        stored: &User,
        named: bool,
        leaving: Option<&'a User>,
    ) -> Result<Step<'a>, StepError> {
        let (shall_be_in, shall_be_out) = match membership {
            Membership::Unsaid => (false, false),
            Membership::Active { .. } => (true, false),
            Membership::Inactive { .. } | Membership::InactiveAgain => (false, true),
        };
        let comes_back = shall_be_in && !was_in && !stored.active;
        let why_nobody = match leaving {
            _ if !(named && comes_back) => None,
            Some(leaving) if leaving.active => None,
            Some(_) => Some("This user is inactive already. Choose somebody else."),
            None => Some("There is no such user. Choose somebody else."),
        };
        if let Some(why) = why_nobody {
            return Err(StepError::NobodyToFree(why.to_string()));
        }
        Ok(Step {
            box_was_changed: (shall_be_in && !was_in) || (shall_be_out && was_in),
            comes_back,
            leaves: shall_be_out && was_in && stored.active,
            makes_room: leaving.filter(|_| comes_back),
        })
    }

    /// What stands against it, whatever else the edit says.
    pub(super) fn check(
        self,
        account: &Account,
        author: &Author,
        stored: &User,
    ) -> Result<(), ActivationError> {
        if self.comes_back && account.free_seats() <= 0 && self.makes_room.is_none() {
            return Err(ActivationError::NoSeat);
        }
        if self.leaves && author.user_id() == Some(stored.id) {
            return Err(ActivationError::Yourself);
        }
        Ok(())
    }
}

/// What became of the step.
#[derive(Default)]
pub(super) struct Stepped {
    pub(super) deactivated: Option<Deactivated>,
    pub(super) reactivated: Option<bool>,
    pub(super) own_password_ended: bool,
}

/// Takes it. Whoever makes room leaves first, so that a seat is free.
pub(super) fn take_step(
    tx: &mut db::Connection,
    author: &Author,
    (stored, profile): (&User, &Profile),
    step: Step<'_>,
    membership: &Membership,
    now: OffsetDateTime,
) -> Result<Stepped, StepError> {
    let mut stepped = Stepped::default();
    match membership {
        Membership::Inactive { reason } if step.leaves => {
            stepped.deactivated = Some(activation::deactivate(tx, author, stored, reason, now)?);
        }
        Membership::InactiveAgain if step.leaves => {
            stepped.deactivated = Some(reactivation_undone::undo(tx, author, stored, now)?);
        }
        Membership::Active { send_password } if step.comes_back => {
            if let Some(leaving) = step.makes_room {
                let reason = activation::made_room_for(profile);
                activation::deactivate(tx, author, leaving, &reason, now).map_err(why_not)?;
            }
            stepped.own_password_ended = ends_own_password(tx, stored, author, *send_password)?;
            activation::reactivate(tx, author, stored, *send_password, now)?;
            stepped.reactivated = Some(*send_password);
        }
        _ => {}
    }
    Ok(stepped)
}

/// Why whoever was to make room stays, at the choice of them.
fn why_not(refusal: ActivationError) -> StepError {
    match refusal {
        ActivationError::Database(error) => error.into(),
        refusal => StepError::NobodyToFree(refusal.to_string()),
    }
}
