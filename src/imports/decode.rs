//! Bytes of a spreadsheet's export as text.

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use thiserror::Error;

/// Why bytes are no list, as a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// An Excel or LibreOffice workbook.
    #[error(
        "This is a workbook, not a CSV file. In the spreadsheet choose Save As and the type “CSV UTF-8”, then choose that file here."
    )]
    Workbook,
    /// A picture, a PDF, a program.
    #[error("This file is not text. Save the list as CSV and choose that file.")]
    NotText,
}

/// How files begin that people take for CSV: zip (xlsx, ods) and the old xls.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// The text: by its byte order mark; without one UTF-8 where it is valid, UTF-16 where every second
/// byte is 0, and else Windows-1252, which Excel writes in western Europe and America.
///
/// # Errors
/// [`Unreadable`].
pub fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    if WORKBOOKS.iter().any(|start| bytes.starts_with(start)) {
        return Err(Unreadable::Workbook);
    }
    if bytes.starts_with(b"%PDF") {
        return Err(Unreadable::NotText);
    }
    let encoding = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = encoding.unwrap_or_else(|| {
        let zeros_at = |odd: usize| {
            let start = bytes.iter().take(400).skip(odd).step_by(2);
            let all = start.clone().count();
            all > 0 && start.filter(|byte| **byte == 0).count() * 4 > all * 3
        };
        if zeros_at(1) {
            UTF_16LE
        } else if zeros_at(0) {
            UTF_16BE
        } else if std::str::from_utf8(bytes).is_ok() {
            UTF_8
        } else {
            WINDOWS_1252
        }
    });
    let (text, _, _) = encoding.decode(bytes);
    // No spreadsheet writes these; what does is no list.
    let strange = text
        .chars()
        .take(4_000)
        .filter(|c| c.is_control() && !c.is_whitespace())
        .count();
    if strange > 20 {
        return Err(Unreadable::NotText);
    }
    Ok(text.into_owned())
}
