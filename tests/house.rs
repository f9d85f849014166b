//! The rules of the house, as docs/architecture.md tells them, kept by reading the tree.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test builds on may stop it at once"
)]

#[path = "house/circles.rs"]
mod circles;
#[path = "house/documents.rs"]
mod documents;

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below `folder` with one of these endings, with its text.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if ![
                    "node_modules",
                    "test-results",
                    "playwright-report",
                    // Files as other programs write them.
                    "fixtures",
                ]
                .contains(&name.as_str())
                {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let relative = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((relative, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds nothing to look at");
    found.sort();
    found
}

/// The code of a file without its comments.
fn code(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Fails with every place of `src` that contains one of `words` and is not allowed to.
fn only_in(words: &[&str], allowed: impl Fn(&str) -> bool) {
    let strays: Vec<String> = files("src", &[".rs"])
        .into_iter()
        .filter(|(path, _)| !allowed(path))
        .filter(|(_, text)| words.iter().any(|word| code(text).contains(word)))
        .map(|(path, _)| path)
        .collect();
    assert!(strays.is_empty(), "{words:?} stands in {strays:?}");
}

#[test]
fn only_the_web_half_knows_actix() {
    only_in(
        &["actix_web::", "actix_session::", "use actix", "actix_rt::"],
        |path| path.starts_with("src/web/") || path == "src/cli/serve.rs",
    );
}

#[test]
fn neither_pages_nor_commands_write_sql() {
    only_in(&["diesel::", "sql_query"], |path| {
        !path.starts_with("src/web/") && !path.starts_with("src/cli/")
    });
}

#[test]
fn only_the_configuration_reads_the_environment() {
    only_in(&["env::var", "env::vars"], |path| {
        path.starts_with("src/config/")
    });
}

#[test]
fn only_the_clock_asks_for_the_time_and_only_ids_makes_identifiers() {
    only_in(&["now_utc(", "SystemTime::now", "Timestamp::now"], |path| {
        path == "src/clock.rs"
    });
    only_in(&["now_v7(", "new_v4("], |path| path == "src/ids.rs");
}

#[test]
fn nothing_is_left_behind() {
    only_in(
        &["todo!(", "unimplemented!(", "dbg!(", "FIXME", "println!("],
        |_| false,
    );
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let endings = [".rs", ".html", ".css", ".js", ".ts", ".sql", ".txt"];
    for folder in [
        "src",
        "tests",
        "benches",
        "templates",
        "static",
        "migrations",
    ] {
        for (path, text) in files(folder, &endings) {
            let lines = text.lines().count();
            assert!(
                lines <= 400 || path == "src/schema.rs",
                "{path} has {lines} lines"
            );
        }
    }
}

#[test]
fn no_handler_is_longer_than_60_lines() {
    for (path, text) in files("src/web", &[".rs"]) {
        for handler in text.split("\npub async fn ").skip(1) {
            let (name, _) = handler.split_once('(').unwrap();
            let lines = handler.lines().position(|line| line == "}").unwrap() + 1;
            assert!(lines <= 60, "{path}: {name} has {lines} lines");
        }
    }
}

/// How high a room stands: it may use what stands lower, or is itself.
fn height(room: &str) -> u8 {
    match room {
        "db" | "ids" | "clock" | "schema" | "csv_out" => 0,
        "sessions" | "passwords" | "history" | "mail" => 1,
        "config" | "private_postgres" => 2,
        "accounts" | "telemetry" => 3,
        "users" => 4,
        "access" | "imports" | "password_resets" | "training" => 5,
        "mailings" | "housekeeping" | "demo" | "support" | "metrics" => 6,
        "web" => 7,
        "cli" => 8,
        other => panic!(
            "the room {other} stands nowhere: say how high, here and in docs/architecture.md"
        ),
    }
}

fn room_of(path: &str) -> String {
    let inner = path.strip_prefix("src/").unwrap();
    inner
        .split('/')
        .next()
        .unwrap()
        .trim_end_matches(".rs")
        .to_string()
}

/// The rooms that a file names by `crate::room` or in `use crate::{room, …}`.
fn rooms_used(text: &str) -> Vec<String> {
    let text = code(text).split("#[cfg(test)]").next().unwrap().to_string();
    let mut rooms = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let list = match rest.strip_prefix('{') {
            // Inner braces hold no rooms.
            Some(list) => {
                let mut depth = 1;
                let list: String = list
                    .chars()
                    .take_while(|c| {
                        depth += i32::from(*c == '{') - i32::from(*c == '}');
                        depth > 0
                    })
                    .collect();
                list
            }
            None => rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect(),
        };
        let mut depth = 0;
        for part in list.split_inclusive([',', '{', '}']) {
            if depth == 0 {
                let name: String = part
                    .trim()
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                rooms.push(name);
            }
            depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
        }
    }
    rooms.retain(|room| !room.is_empty() && room.chars().next().unwrap().is_lowercase());
    rooms
}

#[test]
fn imports_run_downwards_only() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", &[".rs"]) {
        if ["src/lib.rs", "src/main.rs", "src/schema.rs"].contains(&path.as_str()) {
            continue;
        }
        let room = room_of(&path);
        for used in rooms_used(&text) {
            // Among the foundations, mail writes history and both stand on the base.
            let mail_writes_history = room == "mail" && used == "history";
            if used != room && height(&used) >= height(&room) && !mail_writes_history {
                wrong.push(format!("{path} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_route_that_is_not_public_is_behind_the_guard() {
    let routes =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/routes.rs"))
            .unwrap();
    let table = code(&routes);
    let table = table
        .split("pub fn table()")
        .nth(1)
        .unwrap()
        .split("pub fn configure")
        .next()
        .unwrap()
        .to_string();
    let entries: Vec<Vec<String>> = table
        .split("get(")
        .flat_map(|part| part.split("post("))
        .skip(1)
        .map(|entry| {
            entry
                .split(')')
                .next()
                .unwrap()
                .split(',')
                .map(|part| part.trim().to_string())
                .collect()
        })
        .filter(|parts: &Vec<String>| parts.len() >= 3 && parts[0].starts_with('"'))
        .collect();
    assert!(entries.len() >= 25, "the table was not read: {entries:?}");
    for entry in entries {
        let (path, access, handler) = (&entry[0], &entry[1], &entry[2]);
        if access == "Public" {
            continue;
        }
        let mut parts: Vec<&str> = handler.split("::").collect();
        let function = parts.pop().unwrap();
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/web/{}.rs", parts.join("/")));
        let text = fs::read_to_string(&file).unwrap();
        let signature = text
            .split(&format!("pub async fn {function}("))
            .nth(1)
            .unwrap()
            .split('{')
            .next()
            .unwrap();
        let guards: &[&str] = if access == "Administrator" {
            &[": Administrator"]
        } else {
            &[": SignedInUser", ": WithOwnPassword"]
        };
        assert!(
            guards.iter().any(|guard| signature.contains(guard)),
            "{path}: {handler} takes none of {guards:?}"
        );
    }
}
