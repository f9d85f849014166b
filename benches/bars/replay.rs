//! Turns what the program sent once into a script that pgbench can send again and again: the same
//! statements, with a new person in each transaction where one was added.

use std::collections::BTreeMap;

use crate::captured::{Statement, is_ping};
use crate::literals::{cast, fill, is_uuid, literal};

/// Digits of `:n` in names and ids.
const DIGITS: usize = 15;

/// Values that are new in each transaction.
#[derive(Debug, Default)]
pub struct Fresh {
    /// A piece of text that is to be another one each time: the part of an address before the `@`.
    pub local: Option<String>,
    /// Ids that stay.
    pub known_ids: Vec<String>,
}

/// A script out of statements; those that only ask whether a connection lives are left out.
pub fn script(statements: &[Statement], fresh: &Fresh) -> String {
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = vec!["\\set n :n + 1".to_string()];
    for statement in statements.iter().filter(|statement| !is_ping(statement)) {
        if fresh.local.is_some() {
            for value in statement.parameters.iter().flatten() {
                for id in uuids(value) {
                    if !fresh.known_ids.contains(&id) {
                        let next = ids.len();
                        ids.entry(id).or_insert(next);
                    }
                }
            }
        }
        let text = fill(&statement.text, |number| {
            let value = statement.parameters.get(number - 1).cloned().flatten();
            renewed(value.as_deref(), fresh, &ids)
        });
        lines.push(format!("{};", text.trim().trim_end_matches(';')));
    }
    lines.join("\n") + "\n"
}

/// A script out of statements that change nothing, and the values for its names, which begin with
/// `prefix`: sent as parameters, as the program sends them.
pub fn with_parameters(statements: &[Statement], prefix: &str) -> (String, Vec<(String, String)>) {
    let mut values = Vec::new();
    let mut lines = Vec::new();
    for (which, statement) in statements.iter().filter(|s| !is_ping(s)).enumerate() {
        let text = fill(&statement.text, |number| {
            match statement.parameters.get(number - 1).cloned().flatten() {
                Some(value) => {
                    let name = format!("{prefix}_{which}_{number}");
                    if !values.iter().any(|(known, _)| *known == name) {
                        values.push((name.clone(), value));
                    }
                    format!(":{name}")
                }
                None => literal(None),
            }
        });
        lines.push(format!("{};", text.trim().trim_end_matches(';')));
    }
    (lines.join("\n") + "\n", values)
}

/// A literal, or an expression where part of it is new each time.
fn renewed(value: Option<&str>, fresh: &Fresh, ids: &BTreeMap<String, usize>) -> String {
    let Some(text) = value else {
        return literal(None);
    };
    // Each piece to be replaced, with what replaces it.
    let mut pieces: Vec<(String, String)> = ids
        .iter()
        .filter(|(id, _)| text.contains(id.as_str()))
        .map(|(id, number)| (id.clone(), id_expression(id, *number)))
        .collect();
    if let Some(local) = fresh
        .local
        .as_ref()
        .filter(|local| text.contains(local.as_str()))
    {
        pieces.push((
            local.clone(),
            "('p' || :who::text || 'n' || :n::text)".to_string(),
        ));
    }
    if pieces.is_empty() {
        return literal(Some(text));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((place, (piece, expression))) = pieces
        .iter()
        .filter_map(|pair| Some((rest.find(&pair.0)?, pair)))
        .min_by_key(|(place, _)| *place)
    {
        parts.push(plain(&rest[..place]));
        parts.push(expression.clone());
        rest = &rest[place + piece.len()..];
    }
    parts.push(plain(rest));
    let kind = match cast(text) {
        // Not what is an array of text: that is no JSON, and says its type itself.
        "" if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok() => {
            "::jsonb"
        }
        known => known,
    };
    format!("({}){kind}", parts.join(" || "))
}

fn plain(text: &str) -> String {
    literal(Some(text))
        .replace("::uuid[]", "")
        .replace("::uuid", "")
        + "::text"
}

/// An id that grows with `:n`, as the program's ids grow with time; the hyphens of the form may lie
/// anywhere.
fn id_expression(id: &str, number: usize) -> String {
    let time: String = id.replace('-', "").chars().take(13).collect();
    format!(
        "('{time}{number:x}' || lpad(:who::text, 2, '0') || '8' || lpad(:n::text, {DIGITS}, '0'))::uuid::text"
    )
}

/// Every UUID in a value: itself, those of an array, those in JSON.
fn uuids(value: &str) -> Vec<String> {
    value
        .split(|character: char| !character.is_ascii_hexdigit() && character != '-')
        .filter(|word| is_uuid(word))
        .map(str::to_string)
        .collect()
}
