//! The field that takes a code of the second factor, and what may be wrong with it.

use actix_web::http::StatusCode;

use crate::access::second_factor::SecondFactorError;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::input::Parameters;
use crate::web::when;

/// The field `code`, if something stands in it.
pub(super) fn typed_code(
    form: &Parameters,
    errors: &mut Errors,
) -> Result<Option<String>, WebError> {
    let code = form.text("code")?.trim();
    // Longer than any code however it is typed.
    if code.is_empty() || code.len() > 100 {
        errors.add("code", "Enter the six digits that your app shows now.");
        return Ok(None);
    }
    Ok(Some(code.to_string()))
}

/// Puts what was wrong to the field; what is no mistake of the person's goes on as an error.
pub(super) fn add_error(
    error: SecondFactorError,
    errors: &mut Errors,
) -> Result<StatusCode, WebError> {
    match error {
        SecondFactorError::Wrong => {
            errors.add("code", SecondFactorError::Wrong.to_string());
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        SecondFactorError::TooMany(wait) => {
            errors.add("code", when::tried_too_often(wait));
            Ok(StatusCode::TOO_MANY_REQUESTS)
        }
        SecondFactorError::Database(error) => Err(error.into()),
    }
}
