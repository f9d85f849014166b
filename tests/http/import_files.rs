//! `Import a list`: files that come in, and the file of what was refused.

use crate::imports::{HEAD, check, company, import};

#[test]
fn refused_lines_come_as_a_file_that_can_be_mended_and_handed_in_again() {
    let (site, _, client) = company();
    let path = check(
        &client,
        &format!(
            "{HEAD}\"=cmd x@acme.example\",Ann,Lee,\"=SUM(A1)\",\"R&D, North\",+49 30 1234\nok@acme.example,Oki,Doki,,,\nz@acme.example,\"Zoë\",,,,\n"
        ),
    );
    import(&site, &client, &path);
    let file = client.get(&format!("{path}/refused.csv"));
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        file.header("content-disposition")
            .unwrap()
            .contains("refused.csv")
    );
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.body);
    assert_eq!(
        lines[0].trim_start_matches('\u{feff}'),
        "Username,First name,Last name,Title,Department,Phone,Replaces,Line,Why not imported"
    );
    assert!(
        lines[1].starts_with(
            "'=cmd x@acme.example,Ann,Lee,'=SUM(A1),\"R&D, North\",'+49 30 1234,,2,\"Username: "
        ),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("z@acme.example,Zoë,,,,,,4,Last name: Enter the last name."),
        "{}",
        lines[2]
    );
    let mended = file
        .body
        .replace("'=cmd x@", "ann@")
        .replace("Zoë,,", "Zoë,Zed,");
    let second = check(&client, &mended);
    let page = client.get(&second);
    assert!(
        page.says("Import 2 people")
            && page.says("Columns that are not used: Line, Why not imported."),
        "{}",
        page.text()
    );
    import(&site, &client, &second);
    assert_eq!(
        site.value("select concat_ws('|', title, department, phone) from users where username = 'ann@acme.example'"),
        "=SUM(A1)|R&D, North|+49 30 1234"
    );
}

#[test]
fn the_list_that_users_csv_gives_is_unchanged_when_it_comes_back() {
    let (site, _, client) = company();
    let path = check(
        &client,
        &format!(
            "{HEAD}ann@acme.example,Ann,Lee,=Chief,\"Sales, North\",+49 30 1234\nbea@acme.example,Bea,Roe,@home,-,\n"
        ),
    );
    import(&site, &client, &path);
    let exported = client.get("/users.csv").body;
    let page = client.get(&check(&client, &exported));
    assert!(
        page.says("3 unchanged") && page.says("0 will be added"),
        "{}",
        page.text()
    );
    assert!(!page.says("The list has another"), "{}", page.text());
    assert!(page.says("Columns that are not used: Last sign-in (UTC), Status, Training, Administrator, Added (UTC)."));
}

#[test]
fn what_is_no_list_is_said_at_its_field_and_what_was_pasted_stays() {
    let (site, _, client) = company();
    let none = client.upload("/imports", &[("file", Some(""), b""), ("list", None, b" ")]);
    assert_eq!(
        (none.status, none.error_at("file").as_deref()),
        (422, Some("Choose a file, or paste a list below."))
    );
    let both = client.upload(
        "/imports",
        &[
            ("file", Some("a.csv"), b"x@acme.example"),
            ("list", None, b"y@acme.example"),
        ],
    );
    assert_eq!(both.status, 422);
    assert!(
        both.error_at("list").unwrap().contains("not both") && both.body.contains("y@acme.example")
    );
    let workbook = client.upload("/imports", &[("file", Some("a.xlsx"), b"PK\x03\x04rest")]);
    assert!(
        workbook
            .error_at("file")
            .unwrap()
            .starts_with("This is a workbook")
    );
    let headless = client.upload(
        "/imports",
        &[("list", None, b"First name,Last name\nAnn,Lee")],
    );
    assert!(
        headless
            .error_at("list")
            .unwrap()
            .contains("none of them is Username or Email")
    );
    let nameless = client.upload(
        "/imports",
        &[(
            "list",
            None,
            b"E-Mail;Vorname;Nachname\nann@acme.example;Ann;Lee",
        )],
    );
    assert!(
        nameless
            .error_at("list")
            .unwrap()
            .contains("none of them is First name or Last name."),
        "{}",
        nameless.text()
    );
    let long = "a@acme.example,A,B\n".repeat(10_001);
    let long = client.upload("/imports", &[("file", Some("a.csv"), long.as_bytes())]);
    assert!(
        long.error_at("file")
            .unwrap()
            .contains("more than 10,000 lines")
    );
    let large = client.upload("/imports", &[("file", Some("a.csv"), &vec![b'a'; 6 << 20])]);
    assert_eq!(large.status, 413);
    assert_eq!(
        client
            .upload("/imports", &[("list", None, b"a"), ("list", None, b"b")])
            .status,
        400
    );
    assert_eq!(
        client
            .post("/imports", &[("list", "a@acme.example")])
            .status,
        400
    );
    assert_eq!(site.count("imports"), 0);
}

#[test]
fn the_words_of_the_link_to_the_list_as_a_file_are_those_that_the_list_has() {
    let (site, acme, client) = company();
    site.person(acme, "ann@acme.example", false);
    let page = client.get("/imports/new").text();
    let quoted = page
        .split("The file that “")
        .nth(1)
        .unwrap()
        .split('”')
        .next()
        .unwrap();
    assert!(
        client
            .get("/users")
            .body
            .contains(&format!(">{quoted}</a>")),
        "{quoted}"
    );
}
