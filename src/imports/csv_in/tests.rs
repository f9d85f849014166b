use super::*;

macro_rules! fixture {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../tests/fixtures/imports/", $name)).as_slice(),
        )
    };
}

/// The three people of every fixture, a row each.
fn people() -> Vec<[&'static str; 6]> {
    vec![
        [
            "zoe.munoz@acme.example",
            "Zoë",
            "Muñoz",
            "Head of Sales, North",
            "Sales",
            "+49 30 1234",
        ],
        [
            "jo.o'neil@acme.example",
            "Jo",
            "O’Neil",
            "The \"fixer\"",
            "R&D; Labs",
            "",
        ],
        [
            "ann.lee@acme.example",
            "Ann",
            "Lee",
            "",
            "",
            "781.555.0134 ext. 7",
        ],
    ]
}

fn cells(sheet: &Sheet) -> Vec<[&str; 6]> {
    sheet
        .lines
        .iter()
        .map(|line| {
            [
                line.username.as_str(),
                &line.first_name,
                &line.last_name,
                &line.title,
                &line.department,
                &line.phone,
            ]
        })
        .collect()
}

#[test]
fn the_same_people_are_read_whatever_program_wrote_them_down() {
    for (name, bytes) in [
        fixture!("excel_utf8.csv"),
        fixture!("excel_semicolon_windows_1252.csv"),
        fixture!("excel_unicode_text.txt"),
        fixture!("excel_sep_line.csv"),
        fixture!("excel_macintosh.csv"),
        fixture!("google_utf8_lf.csv"),
        fixture!("no_headings.csv"),
        fixture!("utf_16_be.csv"),
        fixture!("reordered_headings.csv"),
        fixture!("untidy.csv"),
        fixture!("pandas.csv"),
        fixture!("pandas_index.csv"),
        fixture!("libreoffice_utf8.csv"),
        fixture!("libreoffice_semicolon_windows_1252_quoted.csv"),
    ] {
        let sheet = read(bytes).expect(name);
        assert_eq!(cells(&sheet), people(), "{name}");
    }
    let (_, workbook) = fixture!("people.xlsx");
    assert_eq!(
        read(workbook),
        Err(CsvProblem::Unreadable(Unreadable::Workbook))
    );
}

#[test]
fn lines_are_numbered_as_the_spreadsheet_or_editor_numbers_them() {
    let numbers = |bytes: &[u8]| -> Vec<u32> {
        let sheet = read(bytes).unwrap();
        sheet.lines.iter().map(|line| line.number).collect()
    };
    assert_eq!(numbers(b"a@b.example\nc@d.example\n"), [1, 2]);
    assert_eq!(
        numbers(b"Email,First,Last\r\na@b.example\r\n\r\n\r\nc@d.example"),
        [2, 5]
    );
    assert_eq!(numbers(b"sep=;\r\nEmail;First;Last\r\na@b.example;x"), [3]);
    assert_eq!(
        numbers(b"Email,First,Last\ra@b.example\rc@d.example"),
        [2, 3]
    );
    assert_eq!(
        numbers(b"Email,First,Last\na@b.example,\"two\nlines\"\nc@d.example,x"),
        [2, 4]
    );
}

#[test]
fn what_was_made_safe_from_formulas_comes_back_as_it_was() {
    let cells_of = |text: &str| cell(text);
    for plain in [
        "+49 30 1234",
        "=SUM(A1)",
        "@home",
        "-",
        "O'Neil",
        "'quoted'",
    ] {
        assert_eq!(cells_of(&crate::csv_out::cell(plain)), plain, "{plain}");
    }
}

#[test]
fn columns_are_known_by_their_usual_names_and_others_are_told() {
    let sheet = read(
        b"Status;User principal name;GIVEN NAME;Last Name [Required];Employee Title;Mobile Phone;Phone\n\
          on;ann@acme.example;Ann;Lee;Chief;1;2\n",
    )
    .unwrap();
    assert_eq!(
        cells(&sheet),
        [["ann@acme.example", "Ann", "Lee", "Chief", "", "2"]]
    );
    assert_eq!(sheet.ignored_columns, ["Status", "Mobile Phone"]);
    assert_eq!(
        read(b"First name,Last name\nAnn,Lee"),
        Err(CsvProblem::NoColumn("Username or Email".to_string()))
    );
}

#[test]
fn a_pasted_column_of_addresses_is_a_list_too() {
    let sheet =
        read("\n  ann@acme.example\n\u{a0}bob@acme.example\u{200b}\n\n".as_bytes()).unwrap();
    let usernames: Vec<_> = sheet.lines.iter().map(|line| &line.username).collect();
    assert_eq!(usernames, ["ann@acme.example", "bob@acme.example"]);
}

#[test]
fn what_is_no_list_is_refused_with_what_to_do() {
    for empty in [
        "",
        " \n\n",
        "\u{feff}",
        "Username,First name,Last name\n",
        "sep=;\n",
        ";;;\n;;",
    ] {
        assert_eq!(read(empty.as_bytes()), Err(CsvProblem::Empty), "{empty:?}");
    }
    assert_eq!(
        read(b"%PDF-1.7 ..."),
        Err(CsvProblem::Unreadable(Unreadable::NotText))
    );
    assert_eq!(
        read(&[1, 2, 3, 4, 5, 6, 7].repeat(100)),
        Err(CsvProblem::Unreadable(Unreadable::NotText))
    );
    assert_eq!(
        read(&vec![b'a'; LARGEST_FILE + 1]),
        Err(CsvProblem::TooLarge)
    );
    let lines = |count| "a@acme.example\n".repeat(count);
    assert_eq!(
        read(lines(MOST_LINES).as_bytes()).unwrap().lines.len(),
        MOST_LINES
    );
    assert_eq!(
        read(lines(MOST_LINES + 1).as_bytes()),
        Err(CsvProblem::TooManyLines)
    );
}

#[test]
fn a_cell_of_any_length_and_with_nul_is_kept_short_and_storable() {
    let text = format!("a@acme.example,{},N\0l", "x".repeat(100_000));
    let sheet = read(text.as_bytes()).unwrap();
    assert_eq!(sheet.lines[0].first_name.chars().count(), LONGEST_CELL);
    assert_eq!(sheet.lines[0].last_name, "N\u{fffd}l");
}

#[test]
fn a_list_of_millions_of_columns_is_refused_before_they_are_made() {
    let wide = format!("username{}", ",".repeat(LARGEST_FILE - 8));
    assert_eq!(read(wide.as_bytes()), Err(CsvProblem::TooManyColumns));
    // Also where the line goes on behind a quoted line break.
    let folded = format!("username{}", ",\"\n\"".repeat(MOST_COLUMNS + 1));
    assert_eq!(read(folded.as_bytes()), Err(CsvProblem::TooManyColumns));
    let many = format!(
        "username,first name,last name{}\nann@acme.example,Ann,Li",
        ",x".repeat(900)
    );
    assert_eq!(read(many.as_bytes()).unwrap().lines.len(), 1);
}

#[test]
fn no_separator_that_a_file_names_stops_the_reader() {
    for byte in 0..=127_u8 {
        let named = [b"sep=", &[byte][..], b"\nann@acme.example,Ann,Li\n\"x"].concat();
        if let Ok(sheet) = read(&named) {
            assert!(!sheet.lines.is_empty());
        }
    }
}

#[test]
fn space_behind_an_apostrophe_or_at_the_cut_of_a_long_cell_goes_too() {
    let cut = format!("{} {}", "x".repeat(LONGEST_CELL - 1), "y".repeat(9));
    let sheet = read(format!("a@acme.example,\"'\n Ann\",{cut}").as_bytes()).unwrap();
    assert_eq!(sheet.lines[0].first_name, "Ann");
    assert_eq!(sheet.lines[0].last_name, "x".repeat(LONGEST_CELL - 1));
}

/// Username, first and last name of everybody on a list, with the line.
fn names(list: &str) -> Vec<(u32, String)> {
    let sheet = read(list.as_bytes()).expect(list);
    let name = |line: Line| format!("{}|{}|{}", line.username, line.first_name, line.last_name);
    let numbered = |line: Line| (line.number, name(line));
    sheet.lines.into_iter().map(numbered).collect()
}

#[test]
fn people_are_read_as_mail_programs_copy_them() {
    let max = |number| (number, "max@acme.example|Max|Muster".to_string());
    let ann = |number| (number, "ann@acme.example|Ann Marie|Lee".to_string());
    for list in [
        "Max Muster <max@acme.example>; Ann Marie Lee <ann@acme.example>",
        "Max Muster <max@acme.example>, Ann Marie Lee <ann@acme.example>,",
        "Max Muster <max@acme.example>\tAnn Marie Lee <ann@acme.example>",
        "\"Muster, Max\" <max@acme.example>; \"Lee, Ann Marie\" <ann@acme.example>;",
        "\"Muster, Max\" <max@acme.example>, \"Lee, Ann Marie\" <ann@acme.example>",
        "Muster, Max <max@acme.example>; Lee, Ann Marie <ann@acme.example>",
        "'Max Muster' <mailto:max@acme.example>;\"Ann Marie Lee\"<ann@acme.example>\n",
        "\"Max Muster <max@acme.example>\",\"Lee, Ann Marie <ann@acme.example>\"",
    ] {
        assert_eq!(names(list), [max(1), ann(1)], "{list}");
    }
    assert_eq!(
        names("Muster, Max <max@acme.example>\r\n\r\nAnn Marie Lee <ann@acme.example>\r\n"),
        [max(1), ann(3)]
    );
    let alone = |number: u32| (number, "jo@acme.example||".to_string());
    for list in [
        "Max Muster <max@acme.example>; jo@acme.example; jo@acme.example <jo@acme.example>",
        "Max Muster <max@acme.example>; <jo@acme.example>; jo@acme.example",
    ] {
        assert_eq!(names(list), [max(1), alone(1), alone(1)], "{list}");
    }
    assert_eq!(
        names("Ann <ann@acme.example>"),
        [(1, "ann@acme.example|Ann|".to_string())]
    );
}

#[test]
fn an_address_with_its_name_in_the_column_of_usernames_gives_the_names_that_are_missing() {
    let list = "Username;First name;Last name;Title\n\
                Max Muster <max@acme.example>;;;Chief\n\
                \"Muster, Max\" <max@acme.example>;Maximilian;;\n\
                <max@acme.example>;Max;Muster;\n\
                Max <max@acme.example> <m@acme.example>;Max;Muster;\n";
    assert_eq!(
        names(list)
            .into_iter()
            .map(|(_, name)| name)
            .collect::<Vec<_>>(),
        [
            "max@acme.example|Max|Muster",
            "max@acme.example|Maximilian|Muster",
            "max@acme.example|Max|Muster",
            "Max <max@acme.example> <m@acme.example>|Max|Muster",
        ]
    );
    assert_eq!(
        names("Max Muster <max@acme.example>,Max,Moe,Chief"),
        [(1, "max@acme.example|Max|Moe".to_string())]
    );
    let many = |count| read("<a@b>".repeat(count).as_bytes());
    assert_eq!(many(MOST_LINES).unwrap().lines.len(), MOST_LINES);
    assert_eq!(many(MOST_LINES + 1), Err(CsvProblem::TooManyLines));
}

#[test]
fn addresses_that_stand_in_another_than_the_first_column_are_told_once_for_the_list() {
    for list in [
        "Ann,Lee,ann@acme.example\nMax,Muster,max@acme.example",
        "Ann;ann@acme.example",
        "Max;Muster;<max@acme.example>",
    ] {
        assert_eq!(
            read(list.as_bytes()),
            Err(CsvProblem::NoAddresses),
            "{list}"
        );
    }
    for list in [
        "Ann,Lee,ann@acme.example\nmax@acme.example,Max,Muster",
        "Ann,Lee\nMax,Muster",
    ] {
        assert_eq!(read(list.as_bytes()).unwrap().lines.len(), 2, "{list}");
    }
}

#[test]
fn columns_behind_the_sixth_are_named_where_no_heading_does() {
    let sheet = read(
        b"a@b.example,A,B,,,,,x\nc@d.example,C,D,,,,y,\ne@f.example,E,F,,,1,, ,\nMax Moe <g@h.example>",
    )
    .unwrap();
    assert_eq!(sheet.ignored_columns, ["column 7", "column 8"]);
    assert_eq!(sheet.lines.len(), 4);
    let six = read(b"a@b.example,A,B,T,D,1,,\n").unwrap();
    assert!(six.ignored_columns.is_empty());
}
