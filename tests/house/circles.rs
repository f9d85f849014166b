//! No circles between files: what a file imports never comes round to it again.

use std::collections::{BTreeMap, BTreeSet};

use super::{code, files};

/// The modules of the crate as paths, `["web", "users", "add"]`, each with its text. A `mod.rs` is its
/// folder: it only passes on what its files hold.
type Modules = BTreeMap<Vec<String>, String>;

fn modules() -> Modules {
    files("src", &[".rs"])
        .into_iter()
        .filter(|(path, _)| !["src/main.rs", "src/schema.rs"].contains(&path.as_str()))
        .map(|(path, text)| {
            let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
            let parts = inner
                .split('/')
                .filter(|part| *part != "mod" && *part != "lib")
                .map(str::to_string)
                .collect();
            let production = code(&text)
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap()
                .to_string();
            (parts, production)
        })
        .collect()
}

/// Every path that a text names behind `use` or inline, one a leaf: `crate::a::{b, c::D}` is two.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            // The middle of `super::super::`, or the end of a longer name.
            let before = text[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':') {
                let tree: String = text[at..]
                    .split(';')
                    .next()
                    .unwrap()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                leaves(&tree, &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads one path, and the group at its end; returns what follows it.
fn leaves<'a>(text: &'a str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let depth = prefix.len();
    let mut rest = text;
    loop {
        if let Some(mut group) = rest.strip_prefix('{') {
            loop {
                group = leaves(group.trim_start_matches([' ', ',']), prefix, found);
                match group.trim_start().chars().next() {
                    Some(',') => group = group.trim_start(),
                    _ => break,
                }
            }
            rest = group.trim_start().strip_prefix('}').unwrap_or(group);
            break;
        }
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        rest = &rest[name.len()..];
        if name.is_empty() {
            break;
        }
        prefix.push(name);
        match rest.strip_prefix("::") {
            Some(next) => rest = next,
            None => {
                found.push(prefix.clone());
                break;
            }
        }
    }
    prefix.truncate(depth);
    rest
}

/// What `pub use` and `use` in a `mod.rs` pass on: name → the module that holds it.
fn passed_on(modules: &Modules) -> BTreeMap<(Vec<String>, String), Vec<String>> {
    let mut names = BTreeMap::new();
    for (module, text) in modules {
        for statement in text.split(';') {
            let statement = statement.trim();
            let Some(at) = statement
                .find("pub use ")
                .or(statement.find("pub(super) use "))
            else {
                continue;
            };
            let tree = statement[at..].split_once("use ").unwrap().1;
            let mut found = Vec::new();
            leaves(
                &tree.split_whitespace().collect::<Vec<_>>().join(" "),
                &mut Vec::new(),
                &mut found,
            );
            for path in found {
                let (name, inner) = path.split_last().unwrap();
                let holder: Vec<String> = module.iter().chain(inner).cloned().collect();
                if modules.contains_key(&holder) && *name != "self" {
                    names.insert((module.clone(), name.clone()), holder);
                }
            }
        }
    }
    names
}

/// The modules that each one uses.
fn arrows(modules: &Modules) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let names = passed_on(modules);
    let folders: BTreeSet<&Vec<String>> = modules
        .keys()
        .filter(|folder| {
            modules
                .keys()
                .any(|one| one.len() > folder.len() && one.starts_with(folder))
        })
        .collect();
    let mut arrows = BTreeMap::new();
    for (module, text) in modules
        .iter()
        .filter(|(module, _)| !folders.contains(module))
    {
        let mut used = BTreeSet::new();
        for path in paths(text) {
            let mut place = if path[0] == "crate" {
                Vec::new()
            } else {
                module.clone()
            };
            let ups = path.iter().take_while(|part| *part == "super").count();
            place.truncate(place.len().saturating_sub(ups));
            for part in &path[ups.max(1)..] {
                let deeper: Vec<String> = place.iter().chain([part]).cloned().collect();
                if modules.contains_key(&deeper) {
                    place = deeper;
                } else {
                    if let Some(holder) = names.get(&(place.clone(), part.clone())) {
                        place.clone_from(holder);
                    }
                    break;
                }
            }
            if place != *module && !folders.contains(&place) && !place.is_empty() {
                used.insert(place);
            }
        }
        arrows.insert(module.clone(), used);
    }
    arrows
}

#[test]
fn no_file_comes_round_to_itself() {
    let modules = modules();
    let mut arrows = arrows(&modules);
    let drawn: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(drawn > 300, "only {drawn} imports were read");
    // Whoever uses nobody that is left, or is used by nobody that is left, is in no circle.
    loop {
        let before = arrows.len();
        let users: BTreeSet<Vec<String>> = arrows.keys().cloned().collect();
        let used: BTreeSet<Vec<String>> = arrows.values().flatten().cloned().collect();
        arrows.retain(|module, uses| {
            used.contains(module) && uses.iter().any(|one| users.contains(one))
        });
        if arrows.len() == before {
            break;
        }
    }
    let left: BTreeSet<Vec<String>> = arrows.keys().cloned().collect();
    let circles: Vec<String> = arrows
        .iter()
        .flat_map(|(module, used)| {
            used.iter()
                .filter(|one| left.contains(*one))
                .map(|one| format!("{} uses {}", module.join("::"), one.join("::")))
        })
        .collect();
    assert!(
        circles.is_empty(),
        "in a circle, or between two: {circles:#?}"
    );
}
