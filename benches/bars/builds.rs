//! P14: building all of it for the first time, and again after one changed line.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::options::Options;
use crate::report::{Bar, Report, Row};
use crate::rounds::median;

/// A line that is changed: a sentence of the list.
const CHANGED: (&str, &str) = (
    "src/web/users/state_words.rs",
    "\"Password mail on its way\"",
);
/// Every module may be asked for it: a line in the middle of the domain.
const CHANGED_BELOW: (&str, &str) = ("src/users/needs.rs", "\"never signed in\"");

/// Builds a copy of what is committed, elsewhere.
pub fn measure(options: &Options, report: &mut Report) {
    let folder = options.folder.clone();
    let (tree, home) = (folder.join("tree"), folder.join("cargo-home"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&tree).unwrap();
    std::fs::create_dir_all(&home).unwrap();
    keep_registry_settings(&home);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copied = Command::new("sh")
        .arg("-c")
        .arg("git archive HEAD | tar -x -C \"$1\"")
        .arg("sh")
        .arg(&tree)
        .current_dir(root)
        .status()
        .unwrap();
    assert!(copied.success());
    let cold = build(&tree, &home, &["--release"]);
    report.add(row(
        "cold build for bin/serve, nothing downloaded before",
        cold / 60.0,
        "min",
        Bar::AtMost(6.0),
    ));
    let first = build(&tree, &home, &[]);
    report.add(row(
        "first build for developing, after that",
        first / 60.0,
        "min",
        Bar::None,
    ));
    for (what, (file, words)) in [
        ("rebuild after one changed line of a page", CHANGED),
        (
            "rebuild after one changed line of the domain",
            CHANGED_BELOW,
        ),
    ] {
        let path = tree.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(words));
        let times: Vec<f64> = (0..options.rounds)
            .map(|round| {
                let other = format!("\"changed {round}\"");
                std::fs::write(&path, text.replace(words, &other)).unwrap();
                build(&tree, &home, &[])
            })
            .collect();
        report.add(row(what, median(&times), "s", Bar::AtMost(10.0)));
    }
    let _ = std::fs::remove_dir_all(&folder);
}

fn row(what: &str, ours: f64, unit: &'static str, must: Bar) -> Row {
    Row {
        bar: "P14",
        what: what.to_string(),
        ours,
        unit,
        limit: None,
        ratio: None,
        must,
    }
}

/// Seconds of a build.
fn build(tree: &Path, home: &Path, arguments: &[&str]) -> f64 {
    let begin = Instant::now();
    let status = Command::new("cargo")
        .args(["build", "--locked", "--quiet"])
        .args(arguments)
        .current_dir(tree)
        .env("CARGO_HOME", home)
        .env("CARGO_TARGET_DIR", tree.join("target"))
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    begin.elapsed().as_secs_f64()
}

/// Where crates come from is a setting of the machine, not something that was downloaded.
fn keep_registry_settings(home: &Path) {
    let known = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    for name in ["config.toml", "config"] {
        let _ = std::fs::copy(known.join(name), home.join(name));
    }
}
