//! `account …`.

use std::io::Write as _;
use std::process::Stdio;

use crate::folder::{CREATE_ACCOUNT, Folder, sentence};

#[test]
fn whoever_makes_an_account_is_told_where_its_administrator_signs_in() {
    let folder = Folder::new("account");
    let run = |arguments: &[&str]| {
        let mut program = folder.program(arguments);
        program.env("PUBLIC_URL", "http://localhost:4711");
        program.output().unwrap()
    };
    let made = run(CREATE_ACCOUNT);
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

fn initech(folder: &Folder) {
    let made = folder
        .program(&[
            "account",
            "create",
            "--name",
            "Initech",
            "--domain",
            "initech.example",
        ])
        .args([
            "--seats",
            "5",
            "--administrator-email",
            "ada@initech.example",
        ])
        .args(["--first-name", "Ada", "--last-name", "Berg"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

#[test]
fn a_domain_where_anybody_gets_an_address_is_added_only_where_it_is_meant() {
    let folder = Folder::new("public-domain");
    initech(&folder);
    let add = [
        "account",
        "add-domain",
        "--account",
        "Initech",
        "--domain",
        "GMail.com",
    ];
    let refused = folder.program(&add).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = sentence(&refused);
    assert!(
        said.starts_with("gmail.com is a public mail provider: anybody can get an address there")
            && said.contains("--public-provider"),
        "{said}"
    );
    let meant = folder
        .program(&add)
        .arg("--public-provider")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(meant.stdout).unwrap(),
        "Initech: gmail.com added.\n"
    );
    let refused = folder
        .program(&[
            "account",
            "create",
            "--name",
            "Other",
            "--domain",
            "outlook.com",
            "--seats",
            "5",
        ])
        .args([
            "--administrator-email",
            "eve@outlook.com",
            "--first-name",
            "Eve",
            "--last-name",
            "Ore",
        ])
        .output()
        .unwrap();
    assert!(sentence(&refused).starts_with("outlook.com is a public mail provider"));
}

#[test]
fn a_domain_is_removed_once_nobody_has_an_address_there() {
    let folder = Folder::new("remove-domain");
    initech(&folder);
    let on = |command: &str, domain: &str| {
        folder
            .program(&[
                "account",
                command,
                "--account",
                "Initech",
                "--domain",
                domain,
            ])
            .output()
            .unwrap()
    };
    assert!(on("add-domain", "old.example").status.success());
    let in_use = sentence(&on("remove-domain", "initech.example"));
    assert!(
        in_use.starts_with("1 person has an address at initech.example, counting inactive people"),
        "{in_use}"
    );
    let removed = on("remove-domain", "Old.example");
    assert_eq!(
        String::from_utf8(removed.stdout).unwrap(),
        "Initech: old.example removed.\n"
    );
    let again = on("remove-domain", "old.example");
    assert_eq!(again.status.code(), Some(1));
    assert!(sentence(&again).starts_with("old.example is no domain of this account"));
    let listed = folder.program(&["account", "list"]).output().unwrap();
    assert!(
        String::from_utf8(listed.stdout)
            .unwrap()
            .ends_with("Initech (initech.example)\n")
    );
}

#[test]
fn who_is_a_user_already_becomes_administrator_without_being_named_again() {
    let folder = Folder::new("administrator");
    initech(&folder);
    let add = |more: &[&str]| {
        folder
            .program(&["account", "add-administrator", "--account", "Initech"])
            .args(more)
            .output()
            .unwrap()
    };
    let nobody = add(&["--email", "bo@initech.example"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert_eq!(
        sentence(&nobody),
        "Initech has no user bo@initech.example. To add them, give --first-name and --last-name as well.\n"
    );
    let half = add(&["--email", "bo@initech.example", "--first-name", "Bo"]);
    assert!(sentence(&half).contains("Last name"), "{half:?}");
    let there = add(&["--email", "ada@initech.example"]);
    assert_eq!(
        String::from_utf8(there.stdout).unwrap(),
        "Initech: ada@initech.example is an administrator.\n"
    );
    for (email, names, added) in [
        ("ada@initech.example", &[][..], false),
        (
            "bo@initech.example",
            &["--first-name", "Bo", "--last-name", "Ek"],
            true,
        ),
    ] {
        let told = add(&[&["--json", "--email", email], names].concat());
        let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
        assert_eq!(
            (&told["administrator"], &told["added"]),
            (&email.into(), &added.into())
        );
        assert!(told["account"].is_string(), "{told}");
    }
}

#[test]
fn a_number_that_is_none_is_refused_in_plain_words() {
    let folder = Folder::new("number");
    let output = folder
        .program(&[
            "account",
            "set-seats",
            "--account",
            "Initech",
            "--seats",
            "abc",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("'--seats <SEATS>': give a whole number, like 25"),
        "{said}"
    );
}

#[test]
fn a_first_password_is_judged_as_on_the_page_by_the_names_of_the_person_and_of_the_company() {
    let folder = Folder::new("first-password");
    let with = |arguments: &[&str], password: &str| {
        let mut program = folder
            .program(&["account"])
            .args(arguments)
            .args(["--first-name", "Maximiliane", "--last-name", "Berghofer"])
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = program.stdin.take().unwrap();
        input.write_all(password.as_bytes()).unwrap();
        drop(input);
        program.wait_with_output().unwrap()
    };
    let create = &[
        "create",
        "--name",
        "Initech Quarries",
        "--domain",
        "iq.example",
        "--seats",
        "5",
        "--administrator-email",
        "mb@iq.example",
    ];
    let add = &[
        "add-administrator",
        "--account",
        "Initech Quarries",
        "--email",
        "second@iq.example",
    ];
    for arguments in [&create[..], add] {
        for guessed in ["Maximiliane Berghofer 26", "Initech Quarries 26"] {
            let refused = with(arguments, guessed);
            assert_eq!(refused.status.code(), Some(1), "{guessed}: {refused:?}");
            assert!(
                sentence(&refused).starts_with("Choose a password that is more than"),
                "{guessed}: {refused:?}"
            );
        }
        let done = with(arguments, "copper lantern ninety walrus");
        assert!(done.status.success(), "{done:?}");
    }
    let there = with(add, "copper lantern ninety walrus");
    assert!(
        sentence(&there).starts_with("This user exists already and keeps their password"),
        "{there:?}"
    );
}
