//! `--help`, completions and manual pages: made from the commands, so that they are true of them.

use std::fs;
use std::process::Command;

use crate::folder::Folder;

/// Every command of the program, as it is typed.
const COMMANDS: [&[&str]; 22] = [
    &["serve"],
    &["worker"],
    &["migrate"],
    &["account"],
    &["account", "create"],
    &["account", "list"],
    &["account", "set-seats"],
    &["account", "add-domain"],
    &["account", "remove-domain"],
    &["account", "add-administrator"],
    &["support"],
    &["support", "email"],
    &["support", "case"],
    &["support", "training", "attended"],
    &["support", "training", "not-attended"],
    &["support", "second-factor-reset"],
    &["support", "erase"],
    &["demo"],
    &["test-mail"],
    &["check"],
    &["completions"],
    &["man"],
];

fn said(folder: &Folder, arguments: &[&str]) -> String {
    // None of these needs a setting, so a wrong one does not stop them.
    let output = folder
        .program(arguments)
        .env("LISTEN", "8080")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_names_every_setting_once_and_every_command_leads_there() {
    let folder = Folder::new("help");
    let help = said(&folder, &["--help"]);
    for setting in [
        "DATA_DIR",
        "LISTEN",
        "PUBLIC_URL",
        "TRUSTED_PROXIES",
        "TLS_CERT",
        "TLS_KEY",
        "MAIL_FROM",
        "METRICS_LISTEN",
        "LOG_FORMAT",
        "RUST_LOG",
        "MIGRATION_DATABASE_URL",
        "SMTP_URL",
        "SECRET_KEY",
    ] {
        assert!(help.contains(setting), "{setting}: {help}");
    }
    assert!(
        help.contains("0 done, 1 refused with a sentence, 2 wrong usage"),
        "{help}"
    );
    for command in COMMANDS {
        let help = said(&folder, &[command, &["--help"][..]].concat());
        let name = command.join(" ");
        assert!(
            help.contains(&format!("Usage: user-accounts {name}")),
            "{help}"
        );
        assert!(!help.contains("--tls-cert"), "{name}: {help}");
        let leads_on =
            help.contains("user-accounts --help") || ["completions", "man"].contains(&command[0]);
        assert!(leads_on, "{name}: {help}");
    }
}

#[test]
fn shells_complete_every_command_and_man_has_a_page_for_each() {
    let folder = Folder::new("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = said(&folder, &["completions", shell]);
        for word in ["set-seats", "second-factor-reset", "test-mail"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let script = folder.0.join("completions.bash");
    fs::write(&script, said(&folder, &["completions", "bash"])).unwrap();
    // As bash calls it: the function that the script names, with the word at hand and the one before.
    let typed = format!(
        "source {}; complete=$(complete -p user-accounts | sed 's/.*-F \\([^ ]*\\).*/\\1/')
         COMP_WORDS=(user-accounts account set-s); COMP_CWORD=2
         $complete user-accounts set-s account; echo \"${{COMPREPLY[*]}}\"",
        script.display()
    );
    let completed = Command::new("bash").args(["-c", &typed]).output().unwrap();
    assert_eq!(String::from_utf8(completed.stdout).unwrap(), "set-seats\n");

    let pages = folder.0.join("man");
    said(&folder, &["man", pages.to_str().unwrap()]);
    for command in COMMANDS {
        let page = format!("user-accounts-{}.1", command.join("-"));
        let text = fs::read_to_string(pages.join(&page)).unwrap();
        let help = said(&folder, &[command, &["--help"][..]].concat());
        let usage = help.lines().find_map(|line| line.strip_prefix("Usage: "));
        let synopsis = format!(".SH SYNOPSIS\n{}\n.SH", usage.unwrap().replace('-', "\\-"));
        assert!(text.contains(&synopsis), "{page}: {text}");
    }
    assert!(pages.join("user-accounts.1").exists());
    assert!(
        !pages.join("user-accounts-help.1").exists(),
        "help needs no page"
    );
}
