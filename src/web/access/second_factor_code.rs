//! The field that takes a code of the second factor, and what may be wrong with it.

use actix_web::http::StatusCode;

use crate::access::second_factor::SecondFactorError;
use crate::web::error::WebError;
use crate::web::form::Errors;
use crate::web::input::Parameters;
use crate::web::when;

/// What the field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A code of the app alone.
    AppCode,
    /// One of those, or a recovery code.
    AnyCode,
}

/// Digits of a code of the app.
const APP_CODE_DIGITS: usize = 6;

/// The field `code`, if something stands in it.
pub(super) fn typed_code(
    form: &Parameters,
    takes: Takes,
    errors: &mut Errors,
) -> Result<Option<String>, WebError> {
    let code = form.text("code")?.trim();
    // Longer than any code however it is typed.
    if code.is_empty() || code.len() > 100 {
        errors.add(
            "code",
            match takes {
                Takes::AppCode => "Enter the six digits that your app shows now.",
                Takes::AnyCode => {
                    "Enter the six digits that your app shows now, or one of your recovery codes."
                }
            },
        );
        return Ok(None);
    }
    Ok(Some(code.to_string()))
}

/// Puts what was wrong with `code` to the field; what is no mistake of the person's goes on as an error.
pub(super) fn add_error(
    error: SecondFactorError,
    code: &str,
    takes: Takes,
    errors: &mut Errors,
) -> Result<StatusCode, WebError> {
    match error {
        SecondFactorError::Wrong => {
            errors.add("code", wrong(code, takes));
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        SecondFactorError::TooMany(wait) => {
            errors.add("code", when::tried_too_often(wait));
            Ok(StatusCode::TOO_MANY_REQUESTS)
        }
        SecondFactorError::Database(error) => Err(error.into()),
    }
}

/// What to do about a code that was not taken: only an app has a next one.
fn wrong(code: &str, takes: Takes) -> &'static str {
    let signs = code.chars().filter(|c| c.is_ascii_alphanumeric());
    let is_app_code = code
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace())
        && signs.count() == APP_CODE_DIGITS;
    match (is_app_code, takes) {
        (true, _) => {
            "This code is not right, or it was used already. Wait for the next one and enter that."
        }
        (false, Takes::AppCode) => {
            "A code from your app has six digits. Enter the one that it shows now."
        }
        (false, Takes::AnyCode) => {
            "This is neither a code from your app nor an unused recovery code of yours. Compare it with your list, or enter another one."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_recovery_code_is_not_told_to_wait_for_the_next_one() {
        let waits = |code: &str, takes| wrong(code, takes).contains("Wait for the next one");
        assert!(waits("123 456", Takes::AnyCode) && waits("123456", Takes::AppCode));
        let recovery = "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2";
        assert!(!waits(recovery, Takes::AnyCode));
        assert!(wrong(recovery, Takes::AnyCode).contains("another one"));
        assert!(wrong(recovery, Takes::AppCode).contains("six digits"));
        assert!(wrong("12345", Takes::AppCode).contains("six digits"));
    }
}
