//! Values as pgbench takes them in a script.

/// A value as an SQL literal in which pgbench sees no variable (`:name`).
pub fn literal(value: Option<&str>) -> String {
    let Some(value) = value else {
        return "NULL".to_string();
    };
    let quoted = if value.contains([':', '\n']) {
        let inner = value
            .replace('\\', "\\\\")
            .replace('\'', "''")
            .replace(':', "\\x3A")
            .replace('\n', "\\n");
        format!("E'{inner}'")
    } else {
        format!("'{}'", value.replace('\'', "''"))
    };
    format!("{quoted}{}", cast(value))
}

/// What a value must be told to be where PostgreSQL cannot infer it.
pub fn cast(value: &str) -> &'static str {
    let inner = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(list) if list.split(',').all(is_uuid) => "::uuid[]",
        _ if is_uuid(value) => "::uuid",
        _ => "",
    }
}

/// Whether it looks like a UUID.
pub fn is_uuid(text: &str) -> bool {
    uuid::Uuid::parse_str(text).is_ok() && text.len() == 36
}

/// The text with each `$n` replaced by what `value` gives for it, from 1.
pub fn fill(text: &str, mut value: impl FnMut(usize) -> String) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        match after[..digits].parse() {
            Ok(number) => filled.push_str(&value(number)),
            Err(_) => filled.push('$'),
        }
        rest = &after[digits..];
    }
    filled + rest
}
