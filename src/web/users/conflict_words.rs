//! "Email address is already in use" as the page tells it: which case, and the ways out.

use super::conflicts::{ADDRESS_IN_USE, AddressConflict, AddressConflictCase};
use super::place::Place;
use crate::users::Conflict;
use crate::web::app::App;
use crate::web::components::Link;
use crate::web::form::Errors;

/// Puts the conflict to the Username field; the panel explains it. Nothing where the address became
/// free meanwhile.
pub fn explain(
    app: &App,
    place: &Place,
    conflict: Conflict,
    errors: &mut Errors,
) -> Option<AddressConflict> {
    let case = match conflict {
        Conflict::ActiveHere(holder) => AddressConflictCase::ActiveHere {
            // Whoever is found by another search is not found by this one: only the order stays.
            user: Link::new(
                holder.name,
                Place {
                    sort: place.sort,
                    ..Place::default()
                }
                .user_href(&holder.id),
            ),
        },
        Conflict::InactiveHere(holder) => {
            let inactive = Place {
                inactive: true,
                ..Place {
                    sort: place.sort,
                    ..Place::default()
                }
            };
            AddressConflictCase::InactiveHere {
                name: holder.name,
                show_inactive_href: inactive.list_href(),
                reactivate_href: inactive.user_href(&holder.id),
            }
        }
        Conflict::AskSupport { code } => AddressConflictCase::Elsewhere { code },
        Conflict::NotNow { code } => AddressConflictCase::BudgetSpent { code },
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
