//! "Email address is already in use" as the page tells it: which case, and the ways out.

use super::conflicts::{ADDRESS_IN_USE, AddressConflict, AddressConflictCase};
use super::place::Place;
use crate::db;
use crate::users::{self, Conflict, User, Username};
use crate::web::app::App;
use crate::web::components::Link;
use crate::web::form::Errors;
use crate::web::guard::SignedInUser;
use crate::web::when;

/// Looks at the address of a form that something else stops, so that everything that is wrong is said at once.
/// `subject` is who is edited: their stored address nobody has to be asked about.
///
/// # Errors
/// Whatever the database says.
pub fn explain_too(
    app: &App,
    user: &SignedInUser,
    place: &Place,
    typed: &str,
    subject: Option<&User>,
    errors: &mut Errors,
) -> Result<Option<AddressConflict>, db::Error> {
    // What is no address of the account's domains is refused for that, and costs no look-up.
    if errors.at("username").is_some() {
        return Ok(None);
    }
    let kept = subject.map(|subject| subject.username.as_str());
    let username = match Username::parse(typed) {
        Ok(username) if kept != Some(username.as_str()) => username,
        _ => return Ok(None),
    };
    let of = subject.map(|subject| subject.id);
    let stands = users::explain_beforehand(&app.db, &user.author, typed, &username, of, user.now)?;
    let Some(conflict) = stands else {
        return Ok(None);
    };
    let later = std::mem::take(errors);
    let conflict = explain(app, user, place, conflict, errors);
    errors.append(later);
    Ok(conflict)
}

/// Puts the conflict to the Username field; the panel explains it. Nothing where the address became
/// free meanwhile.
pub fn explain(
    app: &App,
    user: &SignedInUser,
    place: &Place,
    conflict: Conflict,
    errors: &mut Errors,
) -> Option<AddressConflict> {
    // Whoever is found by another search is not found by this one: only the order stays.
    let whole_list = |inactive| Place {
        inactive,
        sort: place.sort,
        ..Place::default()
    };
    let look_ups_spent = matches!(
        conflict,
        Conflict::NotNow { .. }
            | Conflict::FormerHere {
                look_ups_spent: true,
                ..
            }
    );
    let case = match conflict {
        Conflict::ActiveHere(holder) => AddressConflictCase::ActiveHere {
            id: holder.id,
            user: Link::new(holder.name, whole_list(false).user_href(&holder.id)),
        },
        Conflict::InactiveHere(holder) => {
            let inactive = whole_list(true);
            AddressConflictCase::InactiveHere {
                name: holder.name,
                show_inactive_href: inactive.list_href(),
                reactivate_href: inactive
                    .href_and(&format!("/users/{}", holder.id), "reactivate=yes"),
            }
        }
        Conflict::FormerHere { former, code, .. } => AddressConflictCase::FormerHere {
            changed_on: when::day(former.changed_at(), user.now, &user.zone),
            free_at: when::exact(former.reserved_until, &user.zone),
            user: Link::new(
                former.name,
                whole_list(!former.active).user_href(&former.user_id),
            ),
            username: former.username,
            code,
        },
        Conflict::AskSupport { code } => AddressConflictCase::Elsewhere { code },
        Conflict::NotNow { code, again_at } => AddressConflictCase::BudgetSpent {
            code,
            again_at: when::clock(again_at, &user.zone),
        },
        Conflict::Gone => {
            errors.add(
                "username",
                "This address was in use until a moment ago and is free now. Try again.",
            );
            return None;
        }
    };
    let message = match &case {
        AddressConflictCase::BudgetSpent { again_at, .. } => {
            cannot_be_added_now(&format!("at {again_at}"))
        }
        AddressConflictCase::FormerHere { free_at, .. } if look_ups_spent => {
            cannot_be_added_now(&format!("after {free_at}"))
        }
        _ => ADDRESS_IN_USE.to_string(),
    };
    errors.add("username", message);
    Some(AddressConflict {
        case,
        support_phone: app.settings.support_phone.clone(),
        support_email: app.settings.support_email.clone(),
    })
}

fn cannot_be_added_now(again: &str) -> String {
    format!(
        "This address cannot be added now. Try again {again}, or contact Customer Success with the code below."
    )
}
