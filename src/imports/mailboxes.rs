//! People as mail programs write them down: `Ann Lee <ann@acme.example>; "Muster, Max" <max@acme.example>`.

use super::sheet::Line;

/// What stands between two of them; names hold none, but for the comma of `Muster, Max`.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// The people on a line, where nothing else stands on it: at least one with the address between `<` and
/// `>`, addresses alone beside it.
pub(super) fn people(line: &str, number: u32) -> Option<Vec<Line>> {
    let mut people = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = at_bracket(rest) {
        let (address, after) = behind.split_once('>')?;
        let address = address.trim();
        let address = address.strip_prefix("mailto:").unwrap_or(address);
        if !is_address(address) {
            return None;
        }
        let (first_name, last_name) = names(behind_addresses(before, number, &mut people))?;
        people.push(Line {
            first_name,
            last_name,
            ..alone(address, number)
        });
        rest = after;
    }
    if people.is_empty() {
        return None;
    }
    match behind_addresses(rest, number, &mut people) {
        "" => {}
        address if is_address(address) => people.push(alone(address, number)),
        _ => return None,
    }
    Some(people)
}

/// The people in the cells of a line, where each cell that is not empty is one.
pub(super) fn of_cells(cells: &[String], number: u32) -> Option<Vec<Line>> {
    let mut all = Vec::new();
    for cell in cells.iter().filter(|cell| !cell.is_empty()) {
        all.extend(people(cell, number)?);
    }
    Some(all)
}

/// The line with the address alone as its username; the names beside it where there are none.
pub(super) fn resolved(line: Line) -> Line {
    let found = people(&line.username, line.number);
    let Some([person]) = found.as_deref() else {
        return line;
    };
    let or = |given: String, beside: &String| match given.as_str() {
        "" => beside.clone(),
        _ => given,
    };
    Line {
        username: person.username.clone(),
        first_name: or(line.first_name, &person.first_name),
        last_name: or(line.last_name, &person.last_name),
        ..line
    }
}

/// What stands before the first `<` that is not quoted, and behind it.
fn at_bracket(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let (at, _) = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '<' && !quoted
    })?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What is left of the text behind separators and addresses that stand alone, which become people.
fn behind_addresses<'a>(mut text: &'a str, number: u32, people: &mut Vec<Line>) -> &'a str {
    while let Some((piece, more)) = text.split_once(SEPARATORS) {
        match piece.trim() {
            "" => {}
            address if is_address(address) => people.push(alone(address, number)),
            _ => break,
        }
        text = more;
    }
    text.trim()
}

fn alone(address: &str, number: u32) -> Line {
    Line {
        number,
        username: address.to_string(),
        ..Line::default()
    }
}

fn is_address(text: &str) -> bool {
    let is_strange = |c: char| c.is_whitespace() || SEPARATORS.contains(&c) || "<>\"".contains(c);
    text.contains('@') && !text.contains(is_strange)
}

/// First and last name: `Max Muster` or `Muster, Max`. Where the address stands in place of a name there is none.
fn names(given: &str) -> Option<(String, String)> {
    let text = given.replace('"', " ");
    let text = text.trim().trim_matches('\'').trim();
    if text.contains('@') {
        return Some(Default::default());
    }
    let (first, last) = match text.split_once(',') {
        Some((last, first)) => (first, last),
        None => text.rsplit_once(char::is_whitespace).unwrap_or((text, "")),
    };
    let words = |name: &str| name.split_whitespace().collect::<Vec<&str>>().join(" ");
    let (first, last) = (words(first), words(last));
    let are_names = !first.contains(SEPARATORS) && !last.contains(SEPARATORS);
    are_names.then_some((first, last))
}
