//! What comes in: query strings and forms, as names and values. A name given twice where one is meant
//! is a bad request, never a guess (GitLab CVE-2023-7028).

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::error::WebError;

/// Largest form: a page of ticked rows and a long note are far below it.
const LARGEST_FORM_BYTES: usize = 512 * 1024;
/// Largest form on the pages of people who are not signed in: two passwords of any characters are below
/// it. What strangers send stays in memory until all of it is there.
const LARGEST_FORM_OF_VISITORS_BYTES: usize = 64 * 1024;
/// The pages whose forms anybody may send; the others are not read for whoever is not signed in.
const FORMS_OF_VISITORS: [&str; 4] = [
    "/sign-in",
    "/forgot-password",
    "/password",
    "/second-factor",
];
/// Most names and values; a selection of thousands of people is below it.
const MOST_PARAMETERS: usize = 6_000;
/// A client that sends nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(10);
/// A form of ours arrives in seconds, also on a slow line: who lets single bytes drip is gone after this.
const WHOLE_FORM: Duration = Duration::from_secs(60);

/// Stands between the ids of a value that holds several; it means nothing in an address (RFC 3986 section 2.3).
pub const BETWEEN_IDS: char = '.';

/// Characters that no text takes: control characters (a field of many lines keeps its line breaks), marks that turn
/// the order of what is shown, and what stands for bytes that were no UTF-8.
pub fn is_refused(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || character == char::REPLACEMENT_CHARACTER
}

/// Names and values, in order.
#[derive(Debug, Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(bytes: &[u8]) -> Result<Parameters, WebError> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(bytes)
            .take(MOST_PARAMETERS + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if pairs.len() > MOST_PARAMETERS {
            return Err(WebError::BadRequest("too many parameters"));
        }
        Ok(Parameters(pairs))
    }

    /// The value of a name that is meant once.
    ///
    /// # Errors
    /// [`WebError::BadRequest`] when it is given twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>, WebError> {
        let mut values = self
            .0
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            Some(_) => Err(WebError::BadRequest("a parameter is given twice")),
            None => Ok(first),
        }
    }

    /// The same, empty where it is not given.
    ///
    /// # Errors
    /// [`WebError::BadRequest`] when it is given twice.
    pub fn text(&self, name: &str) -> Result<&str, WebError> {
        Ok(self.one(name)?.unwrap_or_default())
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// The ids that the values of a name hold, each once and in order. A value may hold several, with dots between
    /// them: a box that stands for many names them all where no script ticks theirs.
    ///
    /// # Errors
    /// [`WebError::NotFound`] for a value that is no id.
    pub fn ids(&self, name: &str) -> Result<Vec<Uuid>, WebError> {
        let mut seen = HashSet::new();
        self.all(name)
            .flat_map(|text| text.split(BETWEEN_IDS))
            .map(|text| Uuid::parse_str(text).map_err(|_| WebError::NotFound))
            .filter(|id| id.as_ref().map_or(true, |id| seen.insert(*id)))
            .collect()
    }

    /// Names and values.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// The query string.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Parameters);

impl FromRequest for Query {
    type Error = WebError;
    type Future = std::future::Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Parameters::parse(request.query_string().as_bytes()).map(Query))
    }
}

/// A form's body, `application/x-www-form-urlencoded`.
#[derive(Debug, Clone, Default)]
pub struct Form(pub Parameters);

impl FromRequest for Form {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let announced: Option<usize> = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse().ok());
        let largest = if FORMS_OF_VISITORS.contains(&request.path()) {
            LARGEST_FORM_OF_VISITORS_BYTES
        } else {
            LARGEST_FORM_BYTES
        };
        let mut payload = payload.take();
        Box::pin(async move {
            if announced.is_some_and(|length| length > largest) {
                return Err(WebError::TooLarge);
            }
            let is_form = kind.is_none_or(|kind| {
                kind.as_bytes()
                    .starts_with(b"application/x-www-form-urlencoded")
            });
            if !is_form && announced != Some(0) {
                return Err(WebError::BadRequest(
                    "a form is application/x-www-form-urlencoded",
                ));
            }
            let body = timeout(WHOLE_FORM, read(&mut payload, largest))
                .await
                .map_err(|_| WebError::TooSlow)??;
            Parameters::parse(&body).map(Form)
        })
    }
}

async fn read(payload: &mut Payload, largest: usize) -> Result<BytesMut, WebError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = timeout(SILENCE, payload.next())
        .await
        .map_err(|_| WebError::TooSlow)?
    {
        let chunk = chunk.map_err(|_| WebError::BadRequest("the body broke off"))?;
        if body.len() + chunk.len() > largest {
            return Err(WebError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An id in a path; what is no id is not found.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub Uuid);

impl FromRequest for Id {
    type Error = WebError;
    type Future = std::future::Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get("id")
            .and_then(|text| Uuid::parse_str(text).ok());
        std::future::ready(id.map(Id).ok_or(WebError::NotFound))
    }
}
