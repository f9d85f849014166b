//! What goes wrong in a handler, and the words for it. Expected refusals are pages of their own; this
//! is the rest.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;
use time::Duration;

use super::when;
use crate::db;

/// How long a browser should wait before it tries again, in seconds.
const RETRY_SECONDS: u64 = 2;

/// Why a handler has no page to show.
#[derive(Debug, Error)]
pub enum WebError {
    /// Sent elsewhere: choosing a password first, for example.
    #[error("see {0}")]
    SeeOther(String),
    /// Nobody is signed in, with a cookie that leads back to what they asked for.
    #[error("signed out")]
    SignedOut(Option<Box<Cookie<'static>>>),
    /// No such thing, or of another account, which is the same.
    #[error("not found")]
    NotFound,
    /// A form or an address that no page of ours makes.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// Signed in, but not allowed.
    #[error("forbidden")]
    Forbidden,
    /// Too large to be read.
    #[error("payload too large")]
    TooLarge,
    /// No byte came for too long.
    #[error("request timeout")]
    TooSlow,
    /// Too many tries.
    #[error("too many tries")]
    TooMany(Duration),
    /// The database or the hashing threads have no room at this moment.
    #[error("busy: {0}")]
    Busy(String),
    /// The database did not answer in time, or the connection to it ended: what was asked of it may
    /// have been carried out.
    #[error("unanswered: {0}")]
    Unanswered(String),
    /// Our fault; the cause is for the log.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<db::Error> for WebError {
    fn from(error: db::Error) -> Self {
        if db::is_no_longer_allowed(&error) {
            WebError::SignedOut(None)
        } else if db::is_outcome_unknown(&error) {
            WebError::Unanswered(error.to_string())
        } else if db::is_unavailable(&error) {
            WebError::Busy(error.to_string())
        } else {
            WebError::Internal(format!("{error:?}"))
        }
    }
}

impl From<actix_web::error::BlockingError> for WebError {
    fn from(_: actix_web::error::BlockingError) -> Self {
        WebError::Internal("the work panicked".to_string())
    }
}

/// The words of an error page.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The heading.
    pub heading: &'static str,
    /// One sentence.
    pub what_happened: &'static str,
    /// One sentence.
    pub what_to_do: &'static str,
    /// For the log, never for the page.
    pub cause: Option<String>,
}

impl Explanation {
    /// The words for [`WebError::Unanswered`].
    fn unanswered() -> Explanation {
        Explanation {
            heading: "No answer in time",
            what_happened: "The database did not answer in time. What you did may have been carried out all the same.",
            what_to_do: "Wait a few seconds and look before you do it again.",
            cause: None,
        }
    }

    /// The words for a status that came without any.
    pub fn of_status(status: StatusCode) -> Explanation {
        let (heading, what_happened, what_to_do) = match status {
            StatusCode::NOT_FOUND => (
                "There is no such page",
                "What this address led to may have been deleted, the address may be mistyped, or it belongs to another account.",
                "Go back and load that page again, or go on from here.",
            ),
            StatusCode::FORBIDDEN => (
                "This was refused",
                "The request came from another site, or it is for administrators only.",
                "Open the page here and do it again, or ask an administrator of your account to do it.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "This page cannot do that",
                "The address exists, but not for this kind of request.",
                "Go back and use the page’s own links and buttons.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => (
                "That was too much at once",
                "What was sent is larger than this page takes.",
                "Go back and send less.",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                "That took too long",
                "What was sent did not arrive in time.",
                "Go back and send it again.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Too many tries",
                "This was tried too often in a short time.",
                "Wait a little, then try again.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "Too busy at the moment",
                "Nothing was changed.",
                "Try again in a few seconds.",
            ),
            status if status.is_client_error() => (
                "That could not be understood",
                "What arrived here is not what this page sends; it may be from an older copy of the page.",
                "Go back, load the page again and repeat what you did.",
            ),
            _ => (
                "Something went wrong on our side",
                "What you did was not carried out, or only up to a point that is safe.",
                "Try again; if it happens again, tell Customer Success the reference below.",
            ),
        };
        Explanation {
            heading,
            what_happened,
            what_to_do,
            cause: None,
        }
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self {
            WebError::SeeOther(_) | WebError::SignedOut(_) => StatusCode::SEE_OTHER,
            WebError::NotFound => StatusCode::NOT_FOUND,
            WebError::BadRequest(_) => StatusCode::BAD_REQUEST,
            WebError::Forbidden => StatusCode::FORBIDDEN,
            WebError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            WebError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            WebError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            WebError::Busy(_) | WebError::Unanswered(_) => StatusCode::SERVICE_UNAVAILABLE,
            WebError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::build(status);
        match self {
            WebError::SeeOther(location) => {
                return response
                    .insert_header((header::LOCATION, location.as_str()))
                    .finish();
            }
            WebError::SignedOut(return_to) => {
                if let Some(cookie) = return_to {
                    response.cookie((**cookie).clone());
                }
                return response
                    .insert_header((header::LOCATION, "/sign-in"))
                    .finish();
            }
            WebError::TooMany(wait) => {
                let seconds = when::wait_seconds(*wait).to_string();
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            WebError::Busy(_) | WebError::Unanswered(_) => {
                response.insert_header((header::RETRY_AFTER, RETRY_SECONDS.to_string()));
            }
            // What is left of the request on the connection cannot be told from the next one.
            WebError::TooLarge | WebError::TooSlow => {
                response.force_close();
            }
            _ => {}
        }
        let mut response = response.finish();
        let cause = match self {
            WebError::Internal(cause) | WebError::Busy(cause) | WebError::Unanswered(cause) => {
                Some(cause.clone())
            }
            _ => None,
        };
        let words = match self {
            WebError::Unanswered(_) => Explanation::unanswered(),
            _ => Explanation::of_status(status),
        };
        response
            .extensions_mut()
            .insert(Explanation { cause, ..words });
        response
    }
}
