//! A CSV that is sent while it is read: batch by batch, so that its length costs no memory.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::{Bytes, Data};
use futures_util::stream;
use tokio::time::sleep;

use super::app::App;
use super::blocking::blocking;
use super::error::WebError;
use super::guard::SignedInUser;
use crate::users::fold;
use crate::{clock, csv_out, db};

/// Letters of one filter in a file's name.
const LONGEST_FILTER: usize = 40;

/// Tries of one batch, each some seconds long where the database is away: a restart of it does not end a download.
const TRIES: u8 = 10;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// The next rows, with what comes after them; nothing after the last.
pub type Batch<Cursor> = Result<(Vec<Vec<String>>, Option<Cursor>), WebError>;

/// A batch of a list by username, which stands in the first cell: more comes after `whole` rows, and the rows of
/// `behind` follow the last person.
///
/// # Errors
/// Those of `behind`.
pub fn by_username(
    mut rows: Vec<Vec<String>>,
    whole: usize,
    behind: impl FnOnce() -> Result<Vec<Vec<String>>, WebError>,
) -> Batch<Option<String>> {
    if rows.len() == whole {
        let last = rows.last().and_then(|row| row.first()).cloned();
        return Ok((rows, Some(last)));
    }
    rows.extend(behind()?);
    Ok((rows, None))
}

/// What leaves the program as a file.
pub struct Download {
    /// The file's name.
    pub name: String,
    /// What it is a list of, for the log.
    pub list: String,
    /// Whether it is the whole list, without search or filter.
    pub whole: bool,
}

/// The name of a file of `list` that the filters that are on narrow, as far as it can be told in letters and
/// figures that any file system and header takes: `active-users-never-signed-in-smith.csv`.
pub fn file_name<'a>(list: &str, filters: impl IntoIterator<Item = &'a str>) -> String {
    let mut name = list.to_string();
    for filter in filters.into_iter().filter(|filter| !filter.is_empty()) {
        let folded = fold(filter);
        let words = folded
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        let words: String = words
            .collect::<Vec<_>>()
            .join("-")
            .chars()
            .take(LONGEST_FILTER)
            .collect();
        // Other scripts leave nothing, and yet not everybody is in it.
        let told = if words.is_empty() { "search" } else { &words };
        name.push('-');
        name.push_str(told.trim_end_matches('-'));
    }
    name + ".csv"
}

/// The file with the row `head`, then whatever `next` reads from `first` on; that it leaves is a line in the log. When a batch
/// cannot be read, again and again, the connection breaks off: a file that only looks whole would be worse.
/// So it does when `user` ceases to be let in: a file may be read as slowly as one likes.
///
/// # Errors
/// [`WebError::Internal`] when its head cannot be written.
pub fn respond<Cursor: Clone + Send + 'static>(
    app: Data<App>,
    user: SignedInUser,
    download: Download,
    head: &[&str],
    first: Cursor,
    next: impl Fn(&mut db::Connection, &SignedInUser, Cursor) -> Batch<Cursor> + Clone + Send + 'static,
) -> Result<HttpResponse, WebError> {
    let start = csv_out::document([head.to_vec()]).map_err(internal)?;
    let (request, account) = (user.author.request_id.clone(), user.account_id());
    // In the log and not in history: asking for a page or a file changes nothing.
    tracing::info!(
        request,
        %account,
        actor_user = %user.signed_in.user_id,
        list = download.list,
        whole = download.whole,
        "a list leaves as a file"
    );
    let next = move |cursor| {
        app.db.read(|connection| {
            user.still_administers(connection, clock::now())?;
            next(connection, &user, cursor)
        })
    };
    let body = stream::unfold(Some(Part::Head(start, first)), move |part| {
        let (next, request) = (next.clone(), request.clone());
        async move {
            match part? {
                Part::Head(bytes, first) => Some((Ok(Bytes::from(bytes)), Some(Part::Rows(first)))),
                Part::Rows(cursor) => match read_patiently(cursor, next).await {
                    Ok((bytes, after)) => Some((Ok(bytes), after.map(Part::Rows))),
                    Err(error) => {
                        // The answer's head and its line in the log were sent long ago, as a success.
                        tracing::warn!(request, %account, cause = %error, "a download broke off");
                        Some((Err(error), None))
                    }
                },
            }
        }
    });
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(download.name)],
    };
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(disposition)
        .streaming(Box::pin(body)))
}

enum Part<Cursor> {
    Head(Vec<u8>, Cursor),
    Rows(Cursor),
}

/// Reads a batch, once more after a pause where the database has no room or does not answer.
async fn read_patiently<Cursor: Clone + Send + 'static>(
    cursor: Cursor,
    next: impl Fn(Cursor) -> Batch<Cursor> + Clone + Send + 'static,
) -> Result<(Bytes, Option<Cursor>), WebError> {
    for _ in 1..TRIES {
        match read(cursor.clone(), next.clone()).await {
            Err(WebError::Busy(_) | WebError::Unanswered(_)) => sleep(PAUSE).await,
            done => return done,
        }
    }
    read(cursor, next).await
}

async fn read<Cursor: Send + 'static>(
    cursor: Cursor,
    next: impl Fn(Cursor) -> Batch<Cursor> + Send + 'static,
) -> Result<(Bytes, Option<Cursor>), WebError> {
    let (rows, after) = blocking(move || next(cursor)).await??;
    let cells = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect());
    Ok((Bytes::from(csv_out::rows(cells).map_err(internal)?), after))
}

fn internal(error: csv::Error) -> WebError {
    WebError::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_called_by_what_is_in_it_in_letters_that_every_system_takes() {
        for (filters, name) in [
            (&[][..], "active-users.csv"),
            (&["never-signed-in", ""], "active-users-never-signed-in.csv"),
            (&["", "  Müller & Søn "], "active-users-muller-son.csv"),
            (
                &["mail-failed", "../\"a\r\nb"],
                "active-users-mail-failed-a-b.csv",
            ),
            (&["", "東京"], "active-users-search.csv"),
            (
                &["", "a234567890123456789012345678901234567890 b"],
                "active-users-a234567890123456789012345678901234567890.csv",
            ),
        ] {
            let told = file_name("active-users", filters.iter().copied());
            assert_eq!(told, name);
        }
    }
}
