//! `support …`.

use secrecy::ExposeSecret as _;

use crate::folder::{Folder, sentence};
use crate::postgres::{as_owner, fresh_database_url};

#[test]
fn support_explains_the_demo_addresses_records_a_training_and_erases() {
    let folder = Folder::new("support");
    let run = |arguments: &[&str]| folder.program(arguments).output().unwrap();
    let said = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    said(&["demo"]);
    for (address, decision) in [
        (
            "marcus.reed@acme.example",
            "Acme Instruments: already in use, by an active user",
        ),
        (
            "hans.gruber@acme.example",
            "Acme Instruments: already in use, by an inactive user",
        ),
        (
            "paul.sanders@acme-labs.example",
            "Acme Instruments: already in use, in another account",
        ),
        (
            "emma.brown@acme.example",
            "Acme Instruments: already in use: the former address",
        ),
        (
            "nobody.yet@acme.example",
            "Acme Instruments: the user would be added",
        ),
    ] {
        let words = said(&["support", "email", address]);
        assert!(words.contains(decision), "{words}");
        let is_held = !decision.ends_with("would be added");
        assert_eq!(words.contains("(all times are UTC)"), is_held, "{words}");
    }
    let json: serde_json::Value = serde_json::from_str(&said(&[
        "support",
        "email",
        "--json",
        " Hans.Gruber@ACME.example",
    ]))
    .unwrap();
    assert_eq!(json["username"], "hans.gruber@acme.example");
    assert_eq!(json["holder"]["active"], false);
    assert_eq!(json["holder"]["account"], "Acme Instruments");
    assert_eq!(json["holder"]["support_looks"], 1, "the one before this");
    let events = json["holder"]["events"].as_array().unwrap();
    assert!(
        !events.is_empty()
            && events
                .iter()
                .all(|event| event["kind"] != "support_looked_up"),
        "{events:?}"
    );
    assert_eq!(json["replay"][0]["decision"], "inactive_here");
    let at = json["holder"]["events"][0]["at"].as_str().unwrap();
    assert!(at.starts_with("20") && at.ends_with('Z'), "RFC 3339: {at}");

    let former = said(&["support", "email", "emma.brown@acme.example"]);
    assert!(
        former.contains("Username: emma.brown@acme.example → emma.oconnor@acme.example"),
        "{former}"
    );

    let trained = said(&[
        "support",
        "training",
        "attended",
        "hans.gruber@acme.example",
        "--advanced",
    ]);
    assert_eq!(
        trained,
        "Recorded: hans.gruber@acme.example attended Advanced Training.\n"
    );
    let taken_back = |more: &[&str]| {
        let command = [
            "support",
            "training",
            "not-attended",
            "hans.gruber@acme.example",
        ];
        said(&[&command, more].concat())
    };
    assert_eq!(
        taken_back(&["--json"]),
        "{\"not_attended\":[\"hans.gruber@acme.example\"],\"taken_back\":1,\"training\":\"new_user\"}\n"
    );
    assert_eq!(
        taken_back(&[]),
        "Nothing to take back: New User Training had not been recorded for hans.gruber@acme.example.\n"
    );
    let erased = said(&["support", "erase", "hans.gruber@acme.example", "--yes"]);
    assert!(
        erased.starts_with("Erased. erased.")
            && erased.ends_with("they were inactive already and held no seat.\n"),
        "{erased}"
    );
    let erased = said(&["support", "erase", "emma.oconnor@acme.example", "--yes"]);
    assert!(erased.ends_with("their seat is free.\n"), "{erased}");
    said(&[
        "account",
        "set-seats",
        "--account",
        "Acme Instruments",
        "--seats",
        "5",
    ]);
    let words = said(&["support", "email", "paul.sanders@acme-labs.example"]);
    assert!(
        words.contains("Acme Instruments: already in use, in another account"),
        "{words}"
    );
    let erased = said(&["support", "erase", "priya.raman@acme.example", "--yes"]);
    assert!(
        erased.contains("they are deactivated; no seat is free"),
        "{erased}"
    );

    for (arguments, words) in [
        (
            &["support", "erase", "hans.gruber@acme.example", "--yes"][..],
            "Nobody has this address",
        ),
        (
            &["support", "erase", "marcus.reed@acme.example"],
            "type the address again to confirm, or give --yes",
        ),
        (
            &["support", "case", "AAAA-2222"],
            "There is no case AAAA-2222",
        ),
        (
            &["support", "training", "attended", "nobody@acme.example"],
            "Nothing was recorded",
        ),
        (&["support", "erase", "nobody"], "Enter one email address"),
        (&["support", "email", "nobody"], "Nothing was looked up"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            sentence(&output).contains(words),
            "{arguments:?}: {output:?}"
        );
    }
    assert_eq!(run(&["support", "email"]).status.code(), Some(2));
}

#[test]
fn erasing_without_the_owners_role_names_the_setting_that_is_missing() {
    let folder = Folder::new("erase");
    let database = fresh_database_url();
    let mut command = folder.program(&["support", "erase", "nobody@acme.example", "--yes"]);
    command.env("DATABASE_URL", database.expose_secret());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = sentence(&output);
    assert!(
        said.contains("Set MIGRATION_DATABASE_URL to the address") && said.contains("_program"),
        "{said}"
    );
    command.env(
        "MIGRATION_DATABASE_URL",
        as_owner(&database).expose_secret(),
    );
    let said = sentence(&command.output().unwrap());
    assert!(said.starts_with("Nobody has this address"), "{said}");
}
