//! CSV for spreadsheets: what somebody typed is never run as a formula.

/// What starts a formula (OWASP, "CSV Injection"), also in full width.
const FORMULA: [char; 8] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];
/// What some spreadsheet takes for the end of a cell: which sign it is depends on the country, and where
/// it is another one than ours, our quotes do not count.
const SEPARATORS: [char; 5] = [';', '\t', '|', '\r', '\n'];

/// A cell as it is safe in a spreadsheet: text that would start a formula gets an apostrophe in front,
/// at its beginning and after each separator of other countries. An apostrophe of one's own there gets
/// another, so that [`read_cell`] is exact.
pub fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices() {
        if starts_formula(text, at) {
            safe.push('\'');
        }
        safe.push(c);
    }
    safe
}

/// The text of a cell that [`cell`] made safe.
pub fn read_cell(safe: &str) -> String {
    let mut text = String::with_capacity(safe.len());
    for (at, c) in safe.char_indices() {
        if c != '\'' || !starts_formula(safe, at) {
            text.push(c);
        }
    }
    text
}

/// Whether at this place, for some spreadsheet, a cell begins that is a formula but for apostrophes.
fn starts_formula(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let first_of_all = before.is_empty();
    let rest = rest.trim_start_matches('\'');
    (first_of_all || before.ends_with(SEPARATORS))
        && (rest.starts_with(FORMULA) || (first_of_all && rest.starts_with(['\t', '\r', '\n'])))
}

/// Rows of cells as CSV (RFC 4180), in UTF-8 with a byte order mark, which spreadsheets need to see
/// that it is UTF-8.
///
/// # Errors
/// None in memory; the reader of a row decides how many cells it has.
pub fn document<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> Result<Vec<u8>, csv::Error> {
    write(rows, "\u{feff}".as_bytes().to_vec())
}

/// Rows that follow others.
///
/// # Errors
/// As [`document`].
pub fn rows<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> Result<Vec<u8>, csv::Error> {
    write(rows, Vec::new())
}

fn write<'a>(
    rows: impl IntoIterator<Item = Vec<&'a str>>,
    start: Vec<u8>,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(start);
    for row in rows {
        writer.write_record(row.into_iter().map(cell))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_country_finds_a_formula_behind_its_own_separator() {
        for (text, safe) in [
            ("Ann;=1+1", "Ann;'=1+1"),
            ("a|@b;'-c", "a|'@b;''-c"),
            ("one\r\n+two", "one\r\n'+two"),
            ("a; b - c", "a; b - c"),
            ("O'Neil;x", "O'Neil;x"),
        ] {
            assert_eq!(cell(text), safe);
            assert_eq!(read_cell(safe), text);
        }
    }

    #[test]
    fn what_would_be_a_formula_is_text() {
        let document = document([vec![
            "=1+1",
            "+49 30",
            "-x",
            "@a",
            "plain",
            "a,b",
            "say \"hi\"",
        ]])
        .unwrap();
        assert_eq!(
            String::from_utf8(document).unwrap(),
            "\u{feff}'=1+1,'+49 30,'-x,'@a,plain,\"a,b\",\"say \"\"hi\"\"\"\r\n"
        );
    }
}
