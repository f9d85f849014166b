//! The one form that carries a file: `multipart/form-data` with the fields `file` and `list`.

use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::timeout;

use crate::imports::LARGEST_FILE;
use crate::web::error::WebError;

/// Largest body: the file, or the paste, and what a browser writes around them.
const LARGEST_BODY: usize = LARGEST_FILE + 64 * 1024;
/// A client that sends nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(10);
/// 5 MB in that time is a slow telephone line.
const WHOLE_FORM: Duration = Duration::from_secs(300);

/// What was handed in.
#[derive(Debug, Default)]
pub struct Upload {
    /// The file's bytes; nothing where none was chosen.
    pub file: Option<Vec<u8>>,
    /// The file's name, as the browser gives it.
    pub file_name: String,
    /// What was pasted; may be empty.
    pub list: String,
}

/// Why there is no upload.
pub enum Failed {
    /// More than fits.
    TooLarge,
    /// Something else.
    Web(WebError),
}

impl From<WebError> for Failed {
    fn from(error: WebError) -> Self {
        Failed::Web(error)
    }
}

/// Reads the form, at most 5 MB of it.
pub async fn read(request: &HttpRequest, form: Multipart) -> Result<Upload, Failed> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Failed::TooLarge);
    }
    timeout(WHOLE_FORM, fields(form))
        .await
        .map_err(|_| WebError::TooSlow)?
}

async fn fields(mut form: Multipart) -> Result<Upload, Failed> {
    let mut file = None;
    let mut file_name = String::new();
    let mut list = None;
    let mut left = LARGEST_BODY;
    while let Some(mut field) = timeout(SILENCE, form.try_next())
        .await
        .map_err(|_| WebError::TooSlow)?
        .map_err(|_| WebError::BadRequest("the form is multipart/form-data"))?
    {
        let name = field.name().unwrap_or_default().to_string();
        let given_name = field
            .content_disposition()
            .and_then(|said| said.get_filename())
            .map(printable)
            .unwrap_or_default();
        let bytes = content(&mut field, &mut left).await?;
        let twice = match name.as_str() {
            // A browser sends an empty part where no file was chosen.
            "file" if given_name.is_empty() && bytes.is_empty() => false,
            "file" => {
                file_name = given_name;
                file.replace(bytes).is_some()
            }
            "list" => list.replace(bytes).is_some(),
            _ => false,
        };
        if twice {
            return Err(WebError::BadRequest("a field is given twice").into());
        }
    }
    Ok(Upload {
        file,
        file_name,
        list: String::from_utf8_lossy(&list.unwrap_or_default()).into_owned(),
    })
}

/// The name without what no line shows.
fn printable(name: &str) -> String {
    let shown = name.chars().filter(|letter| !letter.is_control());
    shown.collect::<String>().trim().to_string()
}

async fn content(field: &mut Field, left: &mut usize) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    while let Some(chunk) = timeout(SILENCE, field.next())
        .await
        .map_err(|_| WebError::TooSlow)?
    {
        let chunk = chunk.map_err(|_| WebError::BadRequest("the body broke off"))?;
        *left = left.checked_sub(chunk.len()).ok_or(Failed::TooLarge)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
