//! GET `/users`, and the list that every pop-up stands over.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::chips::{Chip, Matches, part_of};
use super::dialogs::UsersDialog;
use super::onboarding::onboarding;
use super::pages::{MOST_TICKED, UserList, UserRow, UsersPage};
use super::place::Place;
use super::place_query;
use super::state_words;
use crate::db;
use crate::users::{self, Count, Expected, Needs};
use crate::web::app::App;
use crate::web::blocking::blocking;
use crate::web::components::{Pager, Seats};
use crate::web::error::WebError;
use crate::web::guard::{Administrator, SignedInUser};
use crate::web::input::{Parameters, Query};
use crate::web::{page, when};

/// GET `/users`.
///
/// # Errors
/// [`WebError`].
pub async fn show(
    app: web::Data<App>,
    administrator: Administrator,
    query: Query,
) -> Result<HttpResponse, WebError> {
    let place = place_query::place(&query.0)?;
    let ticked = ticked(&query.0);
    let shared = app.clone();
    let user = administrator.0.clone();
    let list = blocking(move || {
        shared
            .db
            .read(|connection| build(connection, &shared, &user, &place, &ticked))
    })
    .await??;
    page::ok(&UsersPage {
        layout: administrator.layout(&app),
        list,
        dialog: None,
    })
}

/// The page with a pop-up over it.
pub fn with_dialog(
    app: &App,
    user: &SignedInUser,
    list: UserList,
    dialog: UsersDialog,
) -> UsersPage {
    UsersPage {
        layout: user.layout(app),
        list,
        dialog: Some(dialog),
    }
}

/// Reads the list at a place: the rows, what needs attention, and one query more where something is
/// searched for.
///
/// # Errors
/// Whatever the database says.
pub fn build(
    connection: &mut db::Connection,
    app: &App,
    user: &SignedInUser,
    place: &Place,
    ticked: &[Uuid],
) -> Result<UserList, db::Error> {
    let account_id = user.account_id();
    let listing = place_query::listing(app, account_id, place);
    let account = &user.signed_in.account;
    let needs = users::needs(connection, account.id)?;
    let chosen = needs.iter().find(|(need, _)| Some(*need) == place.needs);
    // Without a search the chip's own count says how many it finds.
    let mut matches = chosen.map(|(_, count)| Matches::of_need(*count));
    let mut expected = chosen.map_or(Expected::ANY, |(_, count)| Expected::from(*count));
    let mut other_side_matches = None;
    let mut only_on_the_other_side = None;
    if !place.q.is_empty() {
        let counted = users::matches(connection, account.id, &listing)?;
        matches = Some(Matches::of(counted.here));
        other_side_matches =
            (counted.here == 0 && place.needs.is_none()).then(|| Matches::of(counted.other_side));
        let is_one_there = counted.here == 0 && counted.other_side == 1;
        expected = counted.into();
        if is_one_there {
            let there = place_query::listing(app, account_id, &place.other_side());
            only_on_the_other_side = users::page(connection, account.id, &there, &expected)?
                .rows
                .first()
                .map(|row| format!("{} {}", row.first_name, row.last_name));
        }
    }
    let nobody = matches.is_some_and(|matches| matches.is_none());
    let found = if nobody {
        users::Page::default()
    } else {
        users::page(connection, account.id, &listing, &expected)?
    };
    let cursor = |key: Option<users::Key>| key.map(|key| app.seal.seal(account_id, &key));
    // Without a script ticks live in the address alone: the pages before and after keep them.
    let kept = as_carried(ticked);
    let pager = Pager {
        previous: cursor(found.before).map(|before| {
            Place {
                before: Some(before),
                after: None,
                ..place.clone()
            }
            .href_with_users("/users", &kept)
        }),
        next: cursor(found.after).map(|after| {
            Place {
                after: Some(after),
                before: None,
                ..place.clone()
            }
            .href_with_users("/users", &kept)
        }),
    };
    let rows = found
        .rows
        .iter()
        .map(|row| line(row, user, ticked))
        .collect();
    Ok(UserList {
        place: place.clone(),
        rows,
        ticked: kept,
        as_of: when::exact_in_zone(user.now, &user.zone),
        zone: when::zone_words(&user.zone),
        seats: seats(user),
        active: unsigned(account.active_users).into(),
        inactive: unsigned(account.inactive_users).into(),
        matches,
        other_side_matches,
        only_on_the_other_side,
        onboarding: onboarding(account.active_users.into(), &needs, chips(&needs, place)),
        pager,
    })
}

/// Who an address says is ticked, as many as one carries; nobody where it is not made of ids.
pub fn ticked(query: &Parameters) -> Vec<Uuid> {
    as_carried(&query.ids("user").unwrap_or_default())
}

/// Of those who are ticked as many as an address carries.
fn as_carried(ticked: &[Uuid]) -> Vec<Uuid> {
    ticked.iter().take(MOST_TICKED).copied().collect()
}

/// What needs attention, most urgent first; the chosen one also when nobody is left in it.
fn chips(needs: &[(Needs, Count)], place: &Place) -> Vec<Chip> {
    needs
        .iter()
        .filter(|(need, count)| count.people > 0 || place.needs == Some(*need))
        .map(|(need, count)| {
            let active = place.needs == Some(*need);
            let chosen = Place {
                needs: (!active).then_some(*need),
                inactive: false,
                // The count is everybody's: so is what a click shows. Searching within it comes next.
                q: if active {
                    place.q.clone()
                } else {
                    String::new()
                },
                ..place.first_page()
            };
            Chip {
                needs: *need,
                part: part_of(*need),
                label: label(*need, count.people, needs),
                count: Matches::of_need(*count),
                href: chosen.list_href(),
                active,
            }
        })
        .collect()
}

/// What follows the count of a chip. Everybody is counted once: who never signed in and stands beside those whose
/// mail failed or whose password ran out is one of the others.
fn label(need: Needs, people: i64, needs: &[(Needs, Count)]) -> String {
    let is_counted_apart = |other: &(Needs, Count)| {
        matches!(other.0, Needs::MailFailed | Needs::PasswordExpired) && other.1.never_came > 0
    };
    if need == Needs::NeverSignedIn && needs.iter().any(is_counted_apart) {
        let others = if people == 1 { "other" } else { "others" };
        format!("{others} {}", need.words())
    } else {
        need.words().to_string()
    }
}

/// Licences in use, as the session query read them.
pub fn seats(user: &SignedInUser) -> Seats {
    let account = &user.signed_in.account;
    Seats {
        used: unsigned(account.active_users),
        total: unsigned(account.seats),
    }
}

/// A row as the page says it; `ticked` are the people whose boxes are.
pub fn line(row: &users::Row, user: &SignedInUser, ticked: &[Uuid]) -> UserRow {
    let state = row.state(user.now);
    let (status, tone) = state_words::words(&state, user.now, &user.zone);
    let (on_paper, _) =
        state_words::written_words(&state, user.now, &user.zone, when::day_and_year);
    UserRow {
        id: row.id,
        username: row.username.clone(),
        name: format!("{} {}", row.first_name, row.last_name),
        title: row.title.clone(),
        department: row.department.clone(),
        phone: row.phone.clone(),
        last_sign_in: row
            .last_sign_in_at
            .map(|at| when::recent(at, user.now, &user.zone)),
        last_sign_in_on_paper: row
            .last_sign_in_at
            .map(|at| when::day_and_year(at, user.now, &user.zone)),
        status_on_paper: if on_paper == status {
            String::new()
        } else {
            on_paper
        },
        status,
        reason: state_words::reason(&state).to_string(),
        tone,
        administrator: row.administrator,
        you: row.id == user.signed_in.user_id,
        ticked: ticked.contains(&row.id),
    }
}

/// The database's counts are never negative.
fn unsigned(count: i32) -> u32 {
    u32::try_from(count).unwrap_or_default()
}
