//! "Email address is already in use" as the page tells it: which case, and the ways out.

use super::conflicts::{ADDRESS_IN_USE, AddressConflict, AddressConflictCase};
use super::place::Place;
use crate::users::Conflict;
use crate::web::app::App;
use crate::web::components::Link;
use crate::web::form::Errors;
use crate::web::guard::SignedInUser;
use crate::web::when;

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
    let case = match conflict {
        Conflict::ActiveHere(holder) => AddressConflictCase::ActiveHere {
            user: Link::new(holder.name, whole_list(false).user_href(&holder.id)),
        },
        Conflict::InactiveHere(holder) => {
            let inactive = whole_list(true);
            AddressConflictCase::InactiveHere {
                name: holder.name,
                show_inactive_href: inactive.list_href(),
                reactivate_href: inactive.user_href(&holder.id),
            }
        }
        Conflict::FormerHere { former, code } => AddressConflictCase::FormerHere {
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
    let message = match case {
        AddressConflictCase::BudgetSpent { .. } => {
            "This address cannot be added now. Contact Customer Success with the code below."
        }
        _ => ADDRESS_IN_USE,
    };
    errors.add("username", message);
    Some(AddressConflict {
        case,
        support_phone: app.settings.support_phone.clone(),
        support_email: app.settings.support_email.clone(),
    })
}
