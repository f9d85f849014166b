//! Who could be deactivated for somebody who is added or reactivated, where no seat is free.

use uuid::Uuid;

use super::dialogs::CouldBeFreed;
use super::list;
use super::place::Place;
use crate::db;
use crate::users::{self, User};
use crate::web::error::WebError;
use crate::web::flash::Flash;
use crate::web::guard::SignedInUser;
use crate::web::input::Parameters;
use crate::web::when;

/// Whom the form names to make room: the field `deactivate`.
///
/// # Errors
/// [`WebError::NotFound`] where it is no id, [`WebError::BadRequest`] where it is given twice.
pub(super) fn named(form: &Parameters) -> Result<Option<Uuid>, WebError> {
    form.one("deactivate")?
        .map(|id| Uuid::parse_str(id).map_err(|_| WebError::NotFound))
        .transpose()
}

/// That message, with the way to whoever was deactivated.
pub(super) fn open_leaver(message: Flash, left: &User) -> Flash {
    let inactive = Place {
        inactive: true,
        ..Place::default()
    };
    message.link(
        format!("Open {}", left.full_name()),
        inactive.user_href(&left.id),
    )
}

/// Who is offered where no seat is free.
pub(super) fn could_be_freed(
    connection: &mut db::Connection,
    user: &SignedInUser,
    chosen: Option<Uuid>,
) -> Result<Vec<CouldBeFreed>, db::Error> {
    if list::seats(user).free() > 0 {
        return Ok(Vec::new());
    }
    let people = users::could_be_freed(connection, user.account_id(), user.now)?;
    let day = |at| when::day(at, user.now, &user.zone);
    let today = day(user.now);
    let on = |at| {
        let day = day(at);
        if day == today {
            "today".to_string()
        } else {
            day
        }
    };
    Ok(people
        .iter()
        .map(|person| CouldBeFreed {
            id: person.id,
            name: person.full_name(),
            username: person.username.clone(),
            why: match person.last_sign_in_at {
                None => format!("Never signed in, added {}", on(person.created_at)),
                Some(at) => format!("Last signed in {}", on(at)),
            },
            chosen: chosen == Some(person.id),
        })
        .collect())
}
