//! What the pop-up of an edit says of the box `Active Account`.

use uuid::Uuid;

use super::dialogs::Activation;
use super::making_room::could_be_freed;
use super::{edit_facts, list};
use crate::db;
use crate::users::{self, ActivationError, Membership, User};
use crate::web::form::Errors;
use crate::web::guard::SignedInUser;

/// What the box `Active Account` shows and says.
///
/// # Errors
/// Whatever the database says.
pub(super) fn of(
    connection: &mut db::Connection,
    user: &SignedInUser,
    subject: &User,
    membership: &Membership,
    chosen: Option<Uuid>,
    errors: &Errors,
) -> Result<Activation, db::Error> {
    if !subject.active {
        let (ticked, send_new_password) = match *membership {
            Membership::Active { send_password } => (true, send_password),
            _ => (false, true),
        };
        return Ok(Activation::Inactive {
            ticked,
            send_new_password,
            has_own_password: users::has_own_password(connection, user.account_id(), subject.id)?,
            seats: list::seats(user),
            could_be_freed: could_be_freed(connection, user, chosen)?,
        });
    }
    if subject.id == user.signed_in.user_id {
        return Ok(Activation::MustStayActive {
            because: ActivationError::Yourself.to_string(),
        });
    }
    let reason = match membership {
        Membership::Inactive { reason } => Activation::reason_field().value(reason).errors(errors),
        _ => Activation::reason_field(),
    };
    let mut consequences = edit_facts::consequences(connection, user, subject)?;
    consequences.insert(1, edit_facts::seat_given_up(list::seats(user), subject));
    Ok(Activation::Active {
        ticked: !matches!(membership, Membership::Inactive { .. }),
        consequences,
        reason: Box::new(reason),
    })
}
