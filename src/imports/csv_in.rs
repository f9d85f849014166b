//! A list as spreadsheets write it, read into lines of fields: encodings, separators, line ends,
//! quotes and headings of any habit.

use thiserror::Error;

use super::decode::{self, Unreadable};
use super::headings::{self, Columns};
use super::sheet::Sheet;

/// Most people in one list.
pub const MOST_LINES: usize = 10_000;
/// Largest file, in bytes.
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;
/// Longest cell that is kept, in characters: far over any field, so that the verdict stays "too long".
const LONGEST_CELL: usize = 2_000;
/// Most cells in a line: directories export a few hundred columns, and millions of empty ones would
/// cost a hundred bytes each.
const MOST_COLUMNS: usize = 1_000;
/// Separators between cells, in the order of preference.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Why a list cannot be read, as a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CsvProblem {
    /// Nothing in it, or headings alone.
    #[error("There is nobody on the list. Each line is one person, with the username first.")]
    Empty,
    /// Over [`LARGEST_FILE`].
    #[error("The list is larger than 5 MB. Divide it into several files.")]
    TooLarge,
    /// Over [`MOST_LINES`].
    #[error("The list has more than 10,000 lines. Divide it into several files.")]
    TooManyLines,
    /// Over [`MOST_COLUMNS`].
    #[error("The list has more than 1,000 columns. Keep those that are filled.")]
    TooManyColumns,
    /// A workbook, a picture, anything but text.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Headings, but none for a field that everybody needs; which, as words. Said once for the list, not
    /// on each of its lines.
    #[error(
        "The first line has headings, but none of them is {0}. Name the columns Username, First name and Last name."
    )]
    NoColumn(String),
    /// Addresses alone, for one: said once for the list as well.
    #[error(
        "No line has a name. Write the first and the last name after each address, with commas between: ann.lee@company.example, Ann, Lee."
    )]
    NoNames,
}

/// Reads a list.
///
/// # Errors
/// [`CsvProblem`].
pub fn read(bytes: &[u8]) -> Result<Sheet, CsvProblem> {
    if bytes.len() > LARGEST_FILE {
        return Err(CsvProblem::TooLarge);
    }
    let text = one_line_end(decode::text(bytes)?);
    let (separator, rest, skipped) = separator_line(&text);
    let separator = separator.unwrap_or_else(|| guess_separator(rest));
    // Before anything is made of them.
    let is_too_wide = |line: &str| line.matches(separator).nth(MOST_COLUMNS).is_some();
    if rest.split('\n').any(is_too_wide) {
        return Err(CsvProblem::TooManyColumns);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .from_reader(rest.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut sheet = Sheet::default();
    for record in reader.records() {
        // Every cell is a piece of a text that was valid before.
        let record = record.map_err(|_| CsvProblem::Unreadable(Unreadable::NotText))?;
        // A line may go on behind quoted line breaks.
        if record.len() > MOST_COLUMNS {
            return Err(CsvProblem::TooManyColumns);
        }
        let number = record
            .position()
            .map_or(0, |place| line_number(rest, place))
            + skipped;
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let found = headings::recognise(&cells);
                let is_heading = found.is_some();
                let found = columns.insert(found.unwrap_or_else(Columns::documented));
                if is_heading {
                    let missing = found.missing();
                    if !missing.is_empty() {
                        return Err(CsvProblem::NoColumn(missing.join(" or ")));
                    }
                    sheet.ignored_columns = found.ignored(&cells);
                    continue;
                }
                found
            }
        };
        if sheet.lines.len() == MOST_LINES {
            return Err(CsvProblem::TooManyLines);
        }
        sheet
            .lines
            .push(columns.line(&cells, u32::try_from(number).unwrap_or(u32::MAX)));
    }
    if sheet.lines.is_empty() {
        return Err(CsvProblem::Empty);
    }
    Ok(sheet)
}

/// Where the record starts; its position is before the empty lines that lead to it.
fn line_number(text: &str, place: &csv::Position) -> u64 {
    let start = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    let before = text.get(start..).unwrap_or_default();
    let empty = before
        .bytes()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|byte| *byte == b'\n')
        .count();
    place.line() + empty as u64
}

/// Lines that end as on the oldest Macintosh, which Excel still offers, end as all others do.
fn one_line_end(text: String) -> String {
    if text.contains('\r') && !text.contains('\n') {
        text.replace('\r', "\n")
    } else {
        text
    }
}

/// Excel's own first line `sep=;`: the separator it names, what follows it, and how many lines it took.
fn separator_line(text: &str) -> (Option<char>, &str, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end_matches('\r').trim_matches('"');
    let named = first
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="))
        .and_then(|_| first.get(4..))
        .and_then(|named| named.chars().next())
        .filter(char::is_ascii);
    match named {
        Some(separator) => (Some(separator), rest, 1),
        None => (None, text, 0),
    }
}

/// The separator that the first line with something in it holds most of, outside quotes.
fn guess_separator(text: &str) -> char {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    let mut seen_something = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted && seen_something => break,
            _ if !quoted => {
                if let Some(at) = SEPARATORS.iter().position(|known| *known == c)
                    && let Some(count) = counts.get_mut(at)
                {
                    *count += 1;
                }
            }
            _ => {}
        }
        seen_something |= !c.is_whitespace() && !SEPARATORS.contains(&c);
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts
        .iter()
        .position(|count| *count == most)
        .and_then(|at| SEPARATORS.get(at))
        .copied()
        .unwrap_or(',')
}

/// A cell as a person sees it in the spreadsheet: without the space around it, on one line, without
/// the apostrophes that keep our own export from being a formula.
fn cell(given: &str) -> String {
    let trimmed = given.trim_matches(is_space);
    let kept: String = trimmed.chars().take(LONGEST_CELL).collect();
    let mut text = String::with_capacity(kept.len());
    let mut after_break = false;
    // Behind an apostrophe, and where a long cell was cut, there may be space again.
    for c in crate::csv_out::read_cell(&kept)
        .trim_matches(is_space)
        .chars()
    {
        match c {
            '\r' | '\n' => {
                if !after_break {
                    text.push(' ');
                }
                after_break = true;
            }
            // PostgreSQL stores no NUL; this is refused as a control character is.
            '\0' => text.push(char::REPLACEMENT_CHARACTER),
            c => {
                text.push(c);
                after_break = false;
            }
        }
    }
    text
}

/// White space (the non-breaking kind too) and characters of no width at the ends of cells.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

#[cfg(test)]
mod tests;
