//! What the documents say of the tree is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Every test below `folder`: the file from the root, and the name.
fn tests_in(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "node_modules") {
                tests_in(&path, found);
            }
            continue;
        }
        let kind = path.extension().and_then(|kind| kind.to_str());
        let file = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        match kind {
            Some("rs") => {
                let text = fs::read_to_string(&path).unwrap();
                let mut is_test = false;
                for line in text.lines().map(str::trim) {
                    is_test |=
                        line == "#[test]" || line.starts_with("#[") && line.contains("::test");
                    let name = line
                        .trim_start_matches("async ")
                        .strip_prefix("fn ")
                        .and_then(|rest| rest.split('(').next());
                    if let (true, Some(name)) = (is_test, name) {
                        found.insert((file.clone(), name.to_string()));
                        is_test = false;
                    }
                }
            }
            Some("ts") => {
                let text = fs::read_to_string(&path).unwrap();
                for rest in text.split("test(").skip(1) {
                    let quote = rest.chars().next().unwrap();
                    if let ('"' | '`', Some(name)) = (quote, rest[1..].split(quote).next()) {
                        found.insert((file.clone(), name.to_string()));
                    }
                }
            }
            _ => {}
        }
    }
}

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut tests = BTreeSet::new();
    tests_in(&root().join("tests"), &mut tests);
    tests_in(&root().join("src"), &mut tests);
    let mut named = 0;
    let mut missing = Vec::new();
    for document in ["docs/asvs.md", "docs/security.md", "docs/operations.md"] {
        let text = read(document);
        for quoted in quoted(&text) {
            // `tests/http/headers.rs: name of the test`
            let Some((file, name)) = quoted.split_once(": ") else {
                continue;
            };
            if !(file.ends_with(".rs") || file.ends_with(".ts")) {
                continue;
            }
            named += 1;
            if !tests.contains(&(file.to_string(), name.to_string())) {
                missing.push(format!("{document}: {quoted}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named >= 100, "{named} names were read");
}

#[test]
fn every_requirement_that_is_met_names_a_test_or_says_where_it_stands() {
    let text = read("docs/asvs.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    // 70 of level 1 and 183 of level 2 (OWASP ASVS 5.0.0), each once.
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!((rows.len(), numbers.len()), (253, 253));
    for row in rows {
        assert_eq!(row.len(), 4, "{row:?}");
        let because = row[3];
        match row[2] {
            "met" => assert!(because.contains('`') || because.contains("]("), "{row:?}"),
            "not applicable" | "accepted" => assert!(because.len() > 10, "{row:?}"),
            other => unreachable!("{other}: {row:?}"),
        }
    }
}

#[test]
fn every_direct_dependency_is_listed_with_its_reason() {
    let manifest = read("Cargo.toml");
    let mut wanted = BTreeSet::new();
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if let (true, Some((name, _))) = (in_dependencies, line.split_once(" = "))
            && !name.starts_with('#')
        {
            wanted.insert(name.to_string());
        }
    }
    assert!(wanted.len() > 40, "{wanted:?}");
    let listed: BTreeSet<String> = read("docs/dependencies.md")
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| ")?
                .strip_suffix(" |")?
                .split_once(" | ")
        })
        .filter(|(name, why)| !name.contains(' ') && *name != "crate" && why.len() > 10)
        .map(|(name, _)| name.to_string())
        .collect();
    let differences: Vec<_> = wanted.symmetric_difference(&listed).collect();
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn every_build_in_bin_keeps_to_the_lock_file() {
    let mut builds = 0;
    for entry in fs::read_dir(root().join("bin")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            for command in ["build", "test", "clippy", "run", "bench"] {
                if line.contains(&format!("cargo {command} ")) {
                    builds += 1;
                    assert!(line.contains("--locked"), "{}: {line}", path.display());
                }
            }
        }
    }
    assert!(builds >= 4, "{builds} builds were read");
}
