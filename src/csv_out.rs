//! CSV for spreadsheets: what somebody typed is never run as a formula.

/// A cell as it is safe in a spreadsheet: text that would start a formula gets an apostrophe in front
/// (OWASP, "CSV Injection").
pub fn cell(text: &str) -> String {
    // An apostrophe of one's own in front of a formula gets another, so that reading it again is exact.
    let starts_formula = text.trim_start_matches('\'').starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    if starts_formula {
        format!("'{text}")
    } else {
        text.to_string()
    }
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
