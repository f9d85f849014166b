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
    fn however_a_spreadsheet_writes_it_the_same_list_is_read(
        rows in prop::collection::vec(("[a-z]{1,8}@acme\\.example", "[A-Za-z\u{e9}\u{df} ;,\"]{1,12}", "[A-Z][a-z\u{f6}\n|]{1,9}"), 1..8),
        separator in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        windows_lines in any::<bool>(),
        encoding in 0..4_u8,
        reordered in any::<bool>(),
    ) {
        let terminator = if windows_lines { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(separator).terminator(terminator).from_writer(Vec::new());
        let order = if reordered { [2, 0, 1] } else { [0, 1, 2] };
        let write = |writer: &mut csv::Writer<Vec<u8>>, cells: [&str; 3]| writer.write_record(order.map(|which| cells[which])).unwrap();
        write(&mut writer, ["Username", "First name", "Last name"]);
        for (username, first, last) in &rows {
            write(&mut writer, [username, first, last]);
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let file: Vec<u8> = match encoding {
            0 => text.clone().into_bytes(),
            1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            2 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            _ => [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        };
        let read = csv_in::read(&file).unwrap();
        // Cells are one line without space around it, as they are stored.
        let one_line = |cell: &str| cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let read: Vec<[String; 3]> = read
            .lines
            .iter()
            .map(|line| [line.username.clone(), one_line(&line.first_name), one_line(&line.last_name)])
            .collect();
        let written: Vec<[String; 3]> = rows.iter().map(|(a, b, c)| [a.clone(), one_line(b), one_line(c)]).collect();
        prop_assert_eq!(read, written);
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
