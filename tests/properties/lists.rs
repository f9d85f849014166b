//! Lists: what goes out comes in again, and no file stops the reader.

use proptest::prelude::*;
use user_accounts::csv_out;
use user_accounts::imports::{MOST_LINES, csv_in};

const HEAD: [&str; 6] = [
    "Username",
    "First name",
    "Last name",
    "Title",
    "Department",
    "Phone",
];

/// A cell as the program stores it: no space around it, one line, anything else.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "['=+@-]{0,3}[a-zA-Z0-9 ,;\"'|\t]{0,12}",
        "[=+@;|'a-]{0,12}",
        "\\PC{0,12}",
        Just("=HYPERLINK(\"http://a.example\")".to_string()),
    ]
    .prop_map(|text| {
        text.replace(['\t', '\n', '\r'], " ")
            .trim_matches(|c: char| c.is_whitespace() || "\u{200b}\u{feff}\u{2060}".contains(c))
            .to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_list_that_is_written_is_read_as_it_was(
        rows in prop::collection::vec((cell(), cell(), cell(), cell(), cell(), cell()), 1..12)
    ) {
        let rows: Vec<[String; 6]> = rows.into_iter().map(|(a, b, c, d, e, f)| [a, b, c, d, e, f]).collect();
        let lines = rows.iter().map(|row| row.iter().map(String::as_str).collect());
        let file = csv_out::document([HEAD.to_vec()].into_iter().chain(lines)).unwrap();
        let read = csv_in::read(&file).map(|sheet| sheet.lines).unwrap_or_default();
        let read: Vec<[String; 6]> = read
            .into_iter()
            .map(|line| [line.username, line.first_name, line.last_name, line.title, line.department, line.phone])
            .collect();
        let there: Vec<[String; 6]> = rows.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        prop_assert_eq!(read, there);
    }

    #[test]
    fn no_spreadsheet_takes_a_cell_for_a_formula(text in prop_oneof!["\\PC{0,20}", "[=+@;|'a\t\n-]{0,12}"]) {
        let safe = csv_out::cell(&text);
        prop_assert!(!safe.starts_with(['\t', '\r', '\n']), "{}", safe);
        for cell in safe.split([';', '|', '\t', '\n']) {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{}", safe);
        }
        prop_assert_eq!(csv_out::read_cell(&safe), text);
    }

    #[test]
    fn no_file_stops_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(sheet) = csv_in::read(&bytes) {
            prop_assert!((1..=MOST_LINES).contains(&sheet.lines.len()));
            prop_assert!(sheet.lines.iter().all(|line| line.number >= 1 && !line.username.contains('\0')));
        }
    }

    #[test]
    fn any_text_with_separators_and_quotes_is_read_in_lines(text in "[a-z@.,;\t\"\r\n|= ]{0,200}") {
        if let Ok(sheet) = csv_in::read(text.as_bytes()) {
            let numbers: Vec<u32> = sheet.lines.iter().map(|line| line.number).collect();
            prop_assert!(numbers.is_sorted(), "{:?}", numbers);
        }
    }
}
