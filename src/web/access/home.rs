//! GET `/`: to where one is at home.

use actix_web::HttpResponse;

use crate::web::guard::SignedInUser;
use crate::web::redirect::see_other;

/// Administrators to the list, everybody else to their password.
pub async fn show(user: SignedInUser) -> HttpResponse {
    let is_administrator = user.signed_in.administrator && !user.signed_in.must_choose_password;
    see_other(if is_administrator {
        "/users"
    } else {
        "/password"
    })
}
