//! `account …`.

use crate::folder::{Folder, sentence};

#[test]
fn whoever_makes_an_account_is_told_where_its_administrator_signs_in() {
    let folder = Folder::new("account");
    let run = |arguments: &[&str]| {
        let mut program = folder.program(arguments);
        program.env("PUBLIC_URL", "http://localhost:4711");
        program.output().unwrap()
    };
    let made = run(&[
        "account",
        "create",
        "--name",
        "Initech",
        "--domain",
        "initech.example",
        "--seats",
        "5",
        "--administrator-email",
        "ada@initech.example",
        "--first-name",
        "Ada",
        "--last-name",
        "Berg",
    ]);
    assert!(made.status.success(), "{made:?}");
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(
        said.ends_with("ada@initech.example gets a mail with a password and signs in at http://localhost:4711/sign-in.\n"),
        "{said}"
    );
    let listed = run(&["account", "list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.ends_with("0 inactive  Initech (initech.example)\n"),
        "{listed}"
    );
    let json = run(&["account", "list", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["domains"], serde_json::json!(["initech.example"]));
    let none = run(&[
        "account",
        "set-seats",
        "--account",
        "Initech",
        "--seats",
        "0",
    ]);
    assert_eq!(none.status.code(), Some(1));
    assert!(
        sentence(&none).ends_with("Give a number of 1 or more.\n"),
        "{none:?}"
    );
}
