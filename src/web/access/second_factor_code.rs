//! The field that takes a code of the second factor, and what may be wrong with it.

use actix_web::http::StatusCode;
use time::Duration;

use crate::access::second_factor::SecondFactorError;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::input::Parameters;

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
            errors.add(
                "code",
                format!("That was tried too often. {}", wait_words(wait)),
            );
            Ok(StatusCode::TOO_MANY_REQUESTS)
        }
        SecondFactorError::Database(error) => Err(error.into()),
    }
}

fn wait_words(wait: Duration) -> String {
    match wait.whole_seconds() {
        ..=1 => "Wait a second and try again.".to_string(),
        seconds @ 2..=90 => format!("Wait {seconds} seconds and try again."),
        seconds => format!("Wait {} minutes and try again.", seconds / 60 + 1),
    }
}
