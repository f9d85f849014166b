//! A list as spreadsheets write it, read into lines of fields: encodings, separators, line ends,
//! quotes and headings of any habit.

use std::collections::BTreeSet;

use thiserror::Error;

use super::decode::{self, Unreadable};
use super::headings::{self, Columns};
use super::mailboxes;
use super::sheet::{Line, Sheet};

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
    /// Addresses, and all of them behind the first column.
    #[error(
        "The first column has no addresses. Put the username first, or name the columns in the first line: Username, First name, Last name."
    )]
    NoAddresses,
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
    let mut unnamed = Unnamed::default();
    let mut sheet = Sheet::default();
    let mut record = csv::StringRecord::new();
    // Every cell is a piece of a text that was valid before.
    while reader
        .read_record(&mut record)
        .map_err(|_| CsvProblem::Unreadable(Unreadable::NotText))?
    {
        // A line may go on behind quoted line breaks.
        if record.len() > MOST_COLUMNS {
            return Err(CsvProblem::TooManyColumns);
        }
        let number = record
            .position()
            .map_or(0, |place| line_number(rest, place))
            + skipped;
        let number = u32::try_from(number).unwrap_or(u32::MAX);
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
                    unnamed.is_it = false;
                    continue;
                }
                found
            }
        };
        let whole = written(rest, record.position(), reader.position());
        // Before they are made.
        if unnamed.is_it && whole.matches('@').nth(MOST_LINES).is_some() {
            return Err(CsvProblem::TooManyLines);
        }
        match unnamed.mailboxes(whole, &cells, number) {
            Some(people) => sheet.lines.extend(people),
            None => sheet
                .lines
                .push(mailboxes::resolved(columns.line(&cells, number))),
        }
        if sheet.lines.len() > MOST_LINES {
            return Err(CsvProblem::TooManyLines);
        }
    }
    if sheet.lines.is_empty() {
        return Err(CsvProblem::Empty);
    }
    unnamed.end(sheet)
}

/// A list without headings, as far as it was read.
#[derive(Debug)]
struct Unnamed {
    is_it: bool,
    /// Whether any line begins with an address, and whether any has one further on.
    addresses_first: bool,
    addresses_behind: bool,
    /// Columns behind the last that is read in which something stands, counted from 1.
    further: BTreeSet<usize>,
}

impl Default for Unnamed {
    fn default() -> Unnamed {
        Unnamed {
            is_it: true,
            addresses_first: false,
            addresses_behind: false,
            further: BTreeSet::new(),
        }
    }
}

impl Unnamed {
    /// The people on a line that has no columns: mailboxes, as they are copied from a mail.
    fn mailboxes(&mut self, whole: &str, cells: &[String], number: u32) -> Option<Vec<Line>> {
        if !self.is_it {
            return None;
        }
        let people = mailboxes::people(whole, number).or_else(|| {
            // Of one that was cut some would be missing.
            let are_whole = cells.iter().all(|cell| cell.len() < LONGEST_CELL);
            are_whole.then(|| mailboxes::of_cells(cells, number))?
        });
        if let Some(people) = people {
            self.addresses_first = true;
            return Some(people.into_iter().map(cut).collect());
        }
        for (at, text) in cells.iter().enumerate() {
            match at {
                0 => self.addresses_first |= text.contains('@'),
                _ => self.addresses_behind |= text.contains('@'),
            }
            if at >= headings::DOCUMENTED && !text.is_empty() {
                self.further.insert(at + 1);
            }
        }
        None
    }

    /// The list, where it can be meant so.
    fn end(self, sheet: Sheet) -> Result<Sheet, CsvProblem> {
        if !self.is_it {
            return Ok(sheet);
        }
        if self.addresses_behind && !self.addresses_first {
            return Err(CsvProblem::NoAddresses);
        }
        let name = |number| format!("column {number}");
        Ok(Sheet {
            ignored_columns: self.further.into_iter().map(name).collect(),
            ..sheet
        })
    }
}

/// What was not cut into cells, tidied as they are.
fn cut(line: Line) -> Line {
    Line {
        username: cell(&line.username),
        first_name: cell(&line.first_name),
        last_name: cell(&line.last_name),
        ..line
    }
}

/// The record as it stands in the text.
fn written<'a>(text: &'a str, from: Option<&csv::Position>, to: &csv::Position) -> &'a str {
    let place = |position: &csv::Position| usize::try_from(position.byte()).unwrap_or(usize::MAX);
    from.and_then(|from| text.get(place(from)..place(to)))
        .unwrap_or_default()
        .trim_matches(is_space)
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
