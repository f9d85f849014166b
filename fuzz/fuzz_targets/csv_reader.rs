#![no_main]
//! No file stops the reader of lists, and what it read is read again as it is.

use libfuzzer_sys::fuzz_target;
use user_accounts::csv_out;
use user_accounts::imports::{Line, MOST_LINES, csv_in};

const HEAD: [&str; 7] = ["Username", "First name", "Last name", "Title", "Department", "Phone", "Replaces"];

fn cells(line: &Line) -> Vec<&str> {
    vec![
        &line.username,
        &line.first_name,
        &line.last_name,
        &line.title,
        &line.department,
        &line.phone,
        &line.replaces,
    ]
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(sheet) = csv_in::read(bytes) else {
        return;
    };
    assert!((1..=MOST_LINES).contains(&sheet.lines.len()));
    let rows = sheet.lines.iter().map(cells);
    let file = csv_out::document([HEAD.to_vec()].into_iter().chain(rows)).unwrap();
    let again = csv_in::read(&file).map(|sheet| sheet.lines).unwrap_or_default();
    let with_something = sheet.lines.iter().filter(|line| cells(line).iter().any(|cell| !cell.is_empty()));
    let before: Vec<_> = with_something.map(cells).collect();
    let after: Vec<_> = again.iter().map(cells).collect();
    assert_eq!(before, after);
});
