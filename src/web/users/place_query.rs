//! Reading a place in the list out of a query string, and handing it to the domain.

use uuid::Uuid;

use super::place::{Place, sort_of};
use crate::users;
use crate::web::app::App;
use crate::web::error::WebError;
use crate::web::input::{Parameters, is_refused};

/// Longest search, in characters; longer names than this nobody types.
const LONGEST_SEARCH: usize = 200;

/// The place that a query string names. Words that are unknown mean the start of the list, so that
/// an old link still leads somewhere.
///
/// # Errors
/// [`WebError::BadRequest`] for a search that cannot be typed, or a parameter given twice.
pub fn place(query: &Parameters) -> Result<Place, WebError> {
    let q = query.text("q")?.trim().to_string();
    if q.chars().count() > LONGEST_SEARCH {
        return Err(WebError::BadRequest("the search is too long"));
    }
    if q.chars().any(is_refused) {
        return Err(WebError::BadRequest("the search has control characters"));
    }
    let cursor = |name| -> Result<Option<String>, WebError> {
        Ok(query
            .one(name)?
            .filter(|text| !text.is_empty())
            .map(str::to_string))
    };
    Ok(Place {
        inactive: query.text("show")? == "inactive",
        q,
        sort: sort_of(query.text("sort")?).unwrap_or_default(),
        needs: match query.text("show")? {
            "inactive" => None,
            _ => users::Needs::from_name(query.text("needs")?),
        },
        after: cursor("after")?,
        before: cursor("before")?,
    })
}

/// The same for the domain; a cursor that does not open means the first page.
pub fn listing(app: &App, account_id: Uuid, place: &Place) -> users::Listing {
    let cursor = |text: &Option<String>, direction| {
        let key = app.seal.open(account_id, text.as_ref()?)?;
        let fits = matches!(
            (&key, place.sort.column),
            (users::Key::Username(_), users::SortColumn::Username)
                | (users::Key::Name(..), users::SortColumn::Name)
                | (users::Key::LastSignIn(..), users::SortColumn::LastSignIn)
        );
        fits.then_some(users::Place { direction, key })
    };
    users::Listing {
        show: if place.inactive {
            users::Show::Inactive
        } else {
            users::Show::Active
        },
        search: place.q.clone(),
        needs: place.needs,
        sort: place.sort,
        place: cursor(&place.after, users::Direction::After)
            .or_else(|| cursor(&place.before, users::Direction::Before)),
    }
}
